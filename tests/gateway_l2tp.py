#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--l2tp-port-1701 and --l2tp-any-address in both gateways: a client asks an
L2TP server through one, and the server answers from either of its addresses.
All of it is in network namespaces of its own."""

import os
import struct

from gateway_common import (NOTHING, OUTSIDE, SERVER, CLIENT, check, do_all, end,
                            finish, forward, in_namespaces, received, start,
                            udp)

ELSEWHERE = "203.0.113.11"
PORT, TUNNEL, L2TP = 40000, 7, 1701

# As far as vpnalg-queue(1)'s rules are about L2TP.
QUEUE_RULES = """iptables -t raw -A PREROUTING -i out0 -p udp -j NFQUEUE
iptables -t mangle -A POSTROUTING -o out0 -p udp -j NFQUEUE"""


def message(receiver, kind, own):
    """A control message of version 2 with Ns and Nr 0 (RFC 2661 3.1, 4.1)."""
    avps = struct.pack(">HHHH", 0x8008, 0, 0, kind)
    avps += struct.pack(">HHHH", 0x8008, 0, 9, own)
    return struct.pack(">HHHHHH", 0xc802, 12 + len(avps), receiver, 0, 0,
                       0) + avps


def ask(program, *options):
    """What came of a question: the port that the server saw, what the client
    got from the other address, and what that got."""
    gateway = start(program, *options)
    client = udp("c", CLIENT, PORT)
    asked, other = udp("s", SERVER, L2TP), udp(
        "s", ELSEWHERE, L2TP)
    client.sendto(message(0, 1, TUNNEL), (SERVER, L2TP))
    _, sender = received(asked)
    found = [sender, None, None]
    if sender:
        other.connect(sender)
        other.send(message(TUNNEL, 2, 9))
        found[1], found[2] = received(client), received(other)[0]
    for sock in client, asked, other:
        sock.close()
    report, status = end(gateway)
    check("%s: all went well" % " ".join(options), status == 0 and
          "failed" not in report, report)
    return found


def judge(program):
    name = os.path.basename(program)
    answer = (message(TUNNEL, 2, 9), (ELSEWHERE, L2TP))
    sender, got, _ = ask(program)
    check(name + ": a client has its own port", sender == (OUTSIDE, PORT),
          sender)
    check(name + ": and answers from its server only", got[1] is None, got)
    sender, got, back = ask(program, "--l2tp-any-address")
    check(name + ": --l2tp-any-address: it may be another",
          sender == (OUTSIDE, PORT) and got == answer, (sender, got))
    check(name + ": --l2tp-any-address: who is told of no error",
          back == NOTHING, back)
    sender, got, _ = ask(program, "--l2tp-port-1701")
    check(name + ": --l2tp-port-1701: the clients share that port",
          sender == (OUTSIDE, L2TP), sender)
    sender, got, back = ask(program, "--l2tp-port-1701", "--l2tp-any-address")
    check(name + ": both: answers come to that port from any address",
          sender == (OUTSIDE, L2TP) and got == answer and
          back == NOTHING, (sender, got, back))


def main():
    for program in in_namespaces():
        if program.endswith("-queue"):
            forward()
            do_all(QUEUE_RULES)
        judge(program)
    finish()


main()

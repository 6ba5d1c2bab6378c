#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--server-port in both gateways: PPTP with a server at TCP 1724, IKE at UDP
501 and L2TP at 1702, also one that answers from another address. Without the
option none of them gets through."""

import os
import socket
import struct
import time

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, check, do_all,
                            end, finish, forward, in_namespaces, pptp_connect,
                            pptp_gre, pptp_reply, pptp_request, pptp_started,
                            received, sock_in, start, told, udp)

ELSEWHERE = "203.0.113.11"
PPTP, IKE, L2TP = 1724, 501, 1702
PORTS = ["--server-port", "pptp=1724", "--server-port", "ike=501",
         "--server-port", "l2tp=1702"]

# The router's own packets and the answers to them stay the kernel's.
QUEUE_RULES = """iptables -t raw -A PREROUTING -i out0 -j NFQUEUE
iptables -t mangle -A POSTROUTING -o out0 -s 192.168.77.0/24 -j NFQUEUE"""

ID, CALL = 7, 9


def judge_pptp(name):
    client, server, seen = pptp_connect(CLIENT, PPTP)
    check(name + "the server sees the outside address", seen and
          seen[0] == OUTSIDE, seen)
    if not server:
        return
    icmp = sock_in("s", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    ends = [sock_in(side, socket.AF_INET, socket.SOCK_RAW, 47)
            for side in ("c", "s")]
    for sock, address in zip(ends, (CLIENT, SERVER)):
        sock.bind((address, 0))
    for kind, way in (1, (client, server)), (2, (server, client)):
        check(name + "a message arrives", told(*way, pptp_started(kind)) ==
              pptp_started(kind))
    asked = told(client, server, pptp_request(ID))
    outside = struct.unpack(">H", asked[12:14])[0]
    check(name + "a call", told(server, client, pptp_reply(CALL, outside)) ==
          pptp_reply(CALL, ID))
    for sequence in 0, 1:
        ends[0].sendto(pptp_gre(CALL, sequence), (SERVER, 0))
        data, sender = received(ends[1])
        check(name + "its GRE out", data[20:] == pptp_gre(CALL, sequence) and
              sender[0] == OUTSIDE, (data, sender))
        ends[1].sendto(pptp_gre(outside, sequence), (OUTSIDE, 0))
        data, sender = received(ends[0])
        check(name + "and in", data[20:] == pptp_gre(ID, sequence) and
              sender[0] == SERVER, (data, sender))
    check(name + "the gateway's kernel says nothing of it",
          received(icmp)[0] == NOTHING)
    for sock in [client, server, icmp] + ends:
        sock.close()


def judge_ike(name):
    words = struct.pack(">QQBBBBII", 7, 0, 33, 0x20, 34, 8, 0, 28)
    client, server = udp("c", CLIENT, 500), udp("s", SERVER, IKE)
    client.sendto(words, (SERVER, IKE))
    data, sender = received(server)
    check(name + "IKE out", data == words and sender == (OUTSIDE, 500),
          (data, sender))
    if sender:
        server.sendto(words, sender)
        check(name + "and in", received(client) == (words, (SERVER, IKE)))
    client.close()
    server.close()


def l2tp(receiver, kind, own):
    """A control message with Ns and Nr 0 (RFC 2661 3.1, 4.1)."""
    avps = struct.pack(">HHHH", 0x8008, 0, 0, kind)
    avps += struct.pack(">HHHH", 0x8008, 0, 9, own)
    return struct.pack(">HHHHHH", 0xc802, 12 + len(avps), receiver, 0, 0,
                       0) + avps


def judge_l2tp(name):
    client, asked = udp("c", CLIENT, 40000), udp("s", SERVER, L2TP)
    other = udp("s", ELSEWHERE, L2TP)
    client.sendto(l2tp(0, 1, ID), (SERVER, L2TP))
    data, sender = received(asked)
    check(name + "L2TP out", data == l2tp(0, 1, ID) and sender ==
          (OUTSIDE, 40000), (data, sender))
    if sender:
        other.sendto(l2tp(ID, 2, CALL), sender)
        check(name + "and in from another address", received(client) ==
              (l2tp(ID, 2, CALL), (ELSEWHERE, L2TP)))
    for sock in client, asked, other:
        sock.close()


def judge(program):
    name = os.path.basename(program) + ": "
    gateway = start(program, "--l2tp-any-address", *PORTS)
    judge_pptp(name)
    judge_ike(name)
    judge_l2tp(name)
    report, status = end(gateway)
    check(name + "all went well", status == 0 and "failed" not in report and
          "PPTP" in report, report)


def judge_without(program):
    gateway = start(program)
    client, server, seen = pptp_connect(CLIENT, PPTP)
    check(os.path.basename(program) + ": none without the option",
          server is None, seen)
    client.close()
    end(gateway)
    time.sleep(0.1)


def main():
    gateway, queue = in_namespaces()
    judge_without(gateway)
    judge(gateway)
    forward()
    do_all(QUEUE_RULES)
    judge(queue)
    finish()


main()

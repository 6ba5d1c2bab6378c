#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--server-port in both gateways: PPTP with a server at TCP 1724, IKE at UDP 501
and L2TP at 1702, also one that answers from another address. Without the option
none of them gets through."""

import os
import socket
import struct
import time

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, check, do_all,
                            end, finish, forward, in_namespaces, received,
                            sock_in, start, udp)

ELSEWHERE = "203.0.113.11"
PPTP, IKE, L2TP = 1724, 501, 1702
PORTS = ["--server-port", "pptp=1724", "--server-port", "ike=501",
         "--server-port", "l2tp=1702"]

# The router's own packets and the answers to them stay the kernel's.
QUEUE_RULES = """iptables -t raw -A PREROUTING -i out0 -j NFQUEUE
iptables -t mangle -A POSTROUTING -o out0 -s 192.168.77.0/24 -j NFQUEUE"""

ID, CALL = 7, 9


def message(kind, body):
    return struct.pack(">HHIHH", 12 + len(body), 1, 0x1a2b3c4d, kind,
                       0) + body


def started(kind):
    return message(kind, struct.pack(">HHIIHH", 0x0100, (kind - 1) << 8, 1, 1,
                                     0, 1) + bytes(128))


def request(call):
    return message(7, struct.pack(">HHIIIIHHHH", call, 1, 300, 100000000, 3, 3,
                                  64, 0, 0, 0) + bytes(128))


def reply(call, peer):
    return message(8, struct.pack(">HHBBHIHHI", call, peer, 1, 0, 0, 100000000,
                                  64, 0, 0))


def gre(call, sequence):
    return struct.pack(">HHHHI", 0x3001, 0x880b, 4, call, sequence) + b"data"


def connect(address):
    """A control connection's two ends, and where the server sees the client;
    None where there is none."""
    listener = sock_in("s", socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((SERVER, PPTP))
    listener.listen()
    client = sock_in("c", socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(2)
    client.bind((address, 0))
    try:
        client.connect((SERVER, PPTP))
        server, seen = listener.accept()
        server.settimeout(1)
        return client, server, seen
    except OSError:
        return client, None, None
    finally:
        listener.close()


def told(sender, receiver, words):
    """What arrives of a message at the other end of the connection."""
    sender.sendall(words)
    got = b""
    while len(got) < len(words):
        more = receiver.recv(len(words) - len(got))
        if not more:
            break
        got += more
    return got


def judge_pptp(name):
    client, server, seen = connect(CLIENT)
    check(name + "the server sees the outside address", seen and
          seen[0] == OUTSIDE, seen)
    if not server:
        return
    icmp = sock_in("s", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    ends = [sock_in(side, socket.AF_INET, socket.SOCK_RAW, 47)
            for side in ("c", "s")]
    for sock, address in zip(ends, (CLIENT, SERVER)):
        sock.bind((address, 0))
    check(name + "messages arrive", told(client, server, started(1)) ==
          started(1) and told(server, client, started(2)) == started(2))
    asked = told(client, server, request(ID))
    outside = struct.unpack(">H", asked[12:14])[0]
    check(name + "a call", told(server, client, reply(CALL, outside)) ==
          reply(CALL, ID))
    for sequence in 0, 1:
        ends[0].sendto(gre(CALL, sequence), (SERVER, 0))
        data, sender = received(ends[1])
        check(name + "its GRE out", data[20:] == gre(CALL, sequence) and
              sender[0] == OUTSIDE, (data, sender))
        ends[1].sendto(gre(outside, sequence), (OUTSIDE, 0))
        data, sender = received(ends[0])
        check(name + "and in", data[20:] == gre(ID, sequence) and
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
    client, server, seen = connect(CLIENT)
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

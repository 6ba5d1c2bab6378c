#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--own of both gateways: the gateway itself has IKE, plain ESP and GRE with the
server that an inside host has them with. Each of them gets its own packets,
once."""

import os
import socket
import struct
import time

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, check, do_all,
                            end, finish, forward, in_namespaces, received,
                            sock_in, start, udp)

IKE, ESP, GRE, PORT = 500, 50, 47, 9999
HOST_SPI, OWN_SPI = 0xc0de, 0x5151
TO_HOST, TO_OWN = 0x5e5e, 0xa1a1


def here(*kind, address=OUTSIDE, port=0):
    """A socket of the gateway's own."""
    made = socket.socket(*kind)
    made.bind((address, port))
    made.settimeout(1)
    return made


def drain(sock):
    """All that is there, after a moment."""
    time.sleep(0.3)
    sock.setblocking(False)
    found = []
    try:
        while True:
            found.append(sock.recv(65536))
    except OSError:
        sock.settimeout(1)
    return found


def ike(exchange, flags, initiator, responder, message):
    """A message of IKE version 2 (RFC 7296 3.1)."""
    return struct.pack(">QQBBBBII", initiator, responder, 46, 0x20, exchange,
                       flags, message, 44) + bytes(16)


def exchange(name, sock, server, initiator):
    """IKE_SA_INIT and IKE_AUTH; the port that the server saw."""
    sender = None
    for kind in 34, 35:
        responder = 0 if kind == 34 else initiator + 1
        sock.sendto(ike(kind, 0x08, initiator, responder, kind - 34),
                    (SERVER, IKE))
        _, sender = received(server)
        server.sendto(ike(kind, 0x20, initiator, initiator + 1, kind - 34),
                      sender or (SERVER, 9))
        data, _ = received(sock)
        check("%s: IKE, exchange %d" % (name, kind), data[:8] ==
              struct.pack(">Q", initiator), (sender, data))
    return sender


def esp(spi, sequence):
    return struct.pack(">II", spi, sequence) + bytes(32)


def judge_esp(host, own, server, names, sequences):
    """The packets of both are told apart by their SPIs."""
    for sequence in sequences:
        for name, sock, other, out, back in (
                ("the host", host, own, HOST_SPI, TO_HOST),
                ("the gateway", own, host, OWN_SPI, TO_OWN)):
            if name not in names:
                continue
            sock.sendto(esp(out, sequence), (SERVER, 0))
            data, sender = received(server)
            check("%s: ESP %d leaves" % (name, sequence), sender and
                  sender[0] == OUTSIDE and data[20:28] == esp(out, sequence)[:8],
                  (data[:30], sender))
            server.sendto(esp(back, sequence), (OUTSIDE, 0))
            found = [packet[20:28] for packet in drain(sock)]
            check("%s: ESP %d is answered once" % (name, sequence),
                  found == [esp(back, sequence)[:8]], found)
            check("%s: and nobody else" % name, drain(other) == [])


def gre(key, text):
    return struct.pack(">HHI", 0x2000, 0x0800, key) + text


def judge_gre(host, own, server):
    for name, sock, other, key in (("the host", host, own, 7),
                                   ("the gateway", own, host, 9)):
        sock.sendto(gre(key, b"ask"), (SERVER, 0))
        data, sender = received(server)
        check(name + ": GRE leaves", sender and sender[0] == OUTSIDE and
              data[20:] == gre(key, b"ask"), (data, sender))
        server.sendto(gre(key, b"answer"), (OUTSIDE, 0))
        found = [packet[20:] for packet in drain(sock)]
        check(name + ": GRE is answered once", found == [gre(key, b"answer")],
              found)
        check(name + ": and nobody else", drain(other) == [])


def judge_fragments(host, own, server, seen):
    data = bytes(i * 7 & 255 for i in range(4000))
    for name, sock, sender in (("the host", host, seen[0]),
                               ("the gateway", own, seen[1])):
        server.sendto(data, sender)
        check(name + ": a datagram in fragments, once", drain(sock) == [data])


def judge_tcp(server):
    """The gateway's own connection, which is none of a VPN's."""
    with socket.socket() as client:
        client.settimeout(2)
        try:
            client.connect((SERVER, PORT))
            accepted = server.accept()[0]
            accepted.sendall(b"x" * 100000)
            accepted.close()
            got = 0
            while data := client.recv(65536):
                got += len(data)
        except OSError as error:
            got = error
    check("the gateway's own TCP", got == 100000, got)


def judge_icmp():
    check("the gateway is answered by the server",
          os.system("ping -q -c 2 -W 2 %s >/dev/null" % SERVER) == 0)
    check("and so is a host",
          os.system("ip netns exec c ping -q -c 2 -W 2 %s >/dev/null" % SERVER)
          == 0)


def judge(program, *options):
    gateway = start(program, "--own", *options)
    raw = socket.AF_INET, socket.SOCK_RAW
    listening = sock_in("s", socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((SERVER, PORT))
    listening.listen()
    host, server = udp("c", CLIENT, IKE), udp("s", SERVER, IKE)
    own = here(socket.AF_INET, socket.SOCK_DGRAM, port=IKE)
    icmp = sock_in("s", *raw, socket.IPPROTO_ICMP)
    esps = sock_in("c", *raw, ESP), here(*raw, ESP), sock_in("s", *raw, ESP)
    seen = [exchange("the gateway", own, server, 70)]
    judge_esp(*esps, ["the gateway"], [1, 2])
    seen.insert(0, exchange("the host", host, server, 80))
    check("the gateway keeps its port, and the host has another",
          seen[1] == (OUTSIDE, IKE) and seen[0] and seen[0][1] != IKE, seen)
    gres = sock_in("c", *raw, GRE), here(*raw, GRE), sock_in("s", *raw, GRE)
    judge_esp(*esps, ["the host"], [1])
    judge_esp(*esps, ["the gateway", "the host"], [3, 4, 5])
    judge_gre(*gres)
    judge_fragments(host, own, server, seen)
    check("the gateway's kernel says nothing of it", received(icmp)[0] ==
          NOTHING)
    if "--general" in options:
        judge_icmp()
    judge_tcp(listening)
    for sock in (host, server, own, icmp, listening) + esps + gres:
        sock.close()
    report, status = end(gateway)
    check("all went well", status == 0 and "failed" not in report and
          "cannot" not in report, report)


# As their man pages have them; some kernels have the queue for iptables only.
RULES = """iptables -t raw -A PREROUTING -m conntrack --ctstate INVALID
iptables -t raw -A PREROUTING -i out0 -m pkttype --pkt-type unicast -j NFQUEUE \
--queue-num 3 --queue-bypass"""
QUEUE_RULES = """iptables -t mangle -A POSTROUTING -o out0 -j NFQUEUE \
--queue-num 3 --queue-bypass"""

GW, QUEUE = in_namespaces()
do_all(RULES)
judge(GW, "3")
judge(GW, "3", "--general")
do_all(QUEUE_RULES)
forward()
judge(QUEUE, "--queue", "3")
judge(QUEUE, "--queue", "3", "--general")
finish()

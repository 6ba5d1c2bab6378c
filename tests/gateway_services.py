#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Services of vpnalg-gw: they follow --address auto, fragments of a hairpin
arrive in any order, a whole protocol is served, so is plain ESP from inside and
outside, and a host for which no session can be opened is told."""

import re
import socket
import struct
import time

from gateway_common import (CLIENT, OUTSIDE, SERVER, check, do_all, end,
                            finish, in_namespaces, received, sock_in, start,
                            udp)

SECOND, OTHER = "203.0.113.2", "192.168.77.12"
PORT, SERVED = 9999, 5000
DATA = bytes(i * 7 & 255 for i in range(3000))

# A protocol without ports: one inside host at a time has it with a remote.
PROTOCOL = 94


def begin(program, *options, **how):
    """The gateway, once its services are there, too."""
    gateway = start(program, *options, **how)
    time.sleep(0.3)
    return gateway


def reaches(server, client, address):
    """Whether what the server sends to the service arrives, and is answered
    from there, within ten seconds."""
    last = time.monotonic() + 10
    while time.monotonic() < last:
        server.sendto(b"ask", (address, SERVED))
        try:
            data, sender = client.recvfrom(100)
            client.sendto(b"answer", sender)
            if data == b"ask" and server.recvfrom(100) == (
                    b"answer", (address, SERVED)):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def judge_following(program):
    do_all("sysctl -qw net.ipv4.conf.all.promote_secondaries=1")
    gateway = begin(program, "--general", "--service",
                    "udp:%d=%s:%d" % (SERVED, CLIENT, SERVED), address="auto")
    client, server = udp("c", CLIENT, SERVED), udp("s", SERVER, PORT)
    client.settimeout(0.3)
    server.settimeout(0.3)
    check("a service at the first address", reaches(server, client, OUTSIDE))
    do_all("ip addr add %s/24 dev out0" % SECOND)
    time.sleep(0.5)
    check("it stays there beside a second one",
          reaches(server, client, OUTSIDE))
    do_all("ip addr del %s/24 dev out0" % OUTSIDE)
    check("and is at the second once the first is gone",
          reaches(server, client, SECOND))
    client.close()
    server.close()
    report, status = end(gateway)
    check("all went well", status == 0 and "failed" not in report and
          "cannot" not in report, report)
    do_all("ip addr add %s/24 dev out0\nip addr del %s/24 dev out0" %
           (OUTSIDE, SECOND))


def fragments(data, port):
    """Two fragments of a datagram to the service, without a UDP checksum."""
    whole = struct.pack(">HHHH", port, SERVED, 8 + len(data), 0) + data
    cuts = [0, 1480, 2960, len(whole)]
    return [struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + last - first, 0x4711,
                        first // 8 | (0x2000 if last < len(whole) else 0), 64,
                        17, 0, socket.inet_aton(CLIENT),
                        socket.inet_aton(OUTSIDE)) + whole[first:last]
            for first, last in zip(cuts, cuts[1:])]


def judge_hairpins(program):
    gateway = begin(program, "--general", "--service",
                    "udp:%d=%s:%d" % (SERVED, CLIENT, SERVED))
    served = udp("c", CLIENT, SERVED)
    raw = sock_in("c", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for port, turn in (6001, 1), (6002, -1):
        for fragment in fragments(DATA, port)[::turn]:
            raw.sendto(fragment, (OUTSIDE, 0))
        data, sender = received(served)
        check("a hairpin in fragments, %s" %
              ("in order" if turn > 0 else "in reverse"),
              data == DATA and sender and sender[0] == OUTSIDE,
              (data[:20], sender))
    served.close()
    raw.close()
    report, status = end(gateway)
    check("all went well", status == 0 and "failed" not in report, report)


def judge_protocol(program):
    gateway = begin(program, "--general", "--service",
                    "%d=%s" % (PROTOCOL, CLIENT))
    server = sock_in("s", socket.AF_INET, socket.SOCK_RAW, PROTOCOL)
    server.bind((SERVER, 0))
    client = sock_in("c", socket.AF_INET, socket.SOCK_RAW, PROTOCOL)
    icmp = sock_in("s", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    server.sendto(b"ask", (OUTSIDE, 0))
    data, sender = received(client)
    check("a protocol's service: a client outside begins", data[20:] == b"ask"
          and sender and sender[0] == SERVER, (data, sender))
    client.sendto(b"answer", (SERVER, 0))
    data, sender = received(server)
    check("a protocol's service: the answer", data[20:] == b"answer" and
          sender and sender[0] == OUTSIDE, (data, sender))
    check("the kernel of the gateway says nothing of it",
          received(icmp)[1] is None)
    for sock in client, server, icmp:
        sock.close()
    report, status = end(gateway)
    check("all went well", status == 0 and "failed" not in report, report)


def judge_transport(program):
    """SCTP to another port inside; the kernel would refuse it. Nobody reads
    its checksum here."""
    gateway = begin(program, "--general", "--service",
                    "sctp:%d=%s:%d" % (SERVED, CLIENT, SERVED + 1))
    server, client = [sock_in(name, socket.AF_INET, socket.SOCK_RAW, 132)
                      for name in ("s", "c")]
    server.bind((SERVER, 0))
    icmp = sock_in("s", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    rest = bytes(8) + b"\x0e\0\0\4"
    server.sendto(struct.pack(">HH", 4000, SERVED) + rest, (OUTSIDE, 0))
    data, sender = received(client)
    check("an SCTP service: a client outside begins",
          data[20:24] == struct.pack(">HH", 4000, SERVED + 1) and sender and
          sender[0] == SERVER, (data, sender))
    client.sendto(struct.pack(">HH", SERVED + 1, 4000) + rest, (SERVER, 0))
    data, sender = received(server)
    check("an SCTP service: the answer",
          data[20:24] == struct.pack(">HH", SERVED, 4000) and sender and
          sender[0] == OUTSIDE, (data, sender))
    check("the kernel of the gateway says nothing of SCTP",
          received(icmp)[1] is None)
    server.sendto(struct.pack(">HH", 4000, SERVED + 9) + rest, (OUTSIDE, 0))
    check("but where the service is not: it refuses it, or answers itself",
          received(icmp)[1] or received(server)[1])
    for sock in client, server, icmp:
        sock.close()
    report, status = end(gateway)
    check("all went well", status == 0 and "failed" not in report, report)


def ike(exchange, flags, payload):
    """A message of IKE version 2 (RFC 7296 3.1)."""
    return struct.pack(">QQBBBBII", 7, 8, payload, 0x20, exchange, flags,
                       exchange - 34, 44) + bytes(16)


def judge_esp(program, namespace, address):
    """IKE by a service, and ESP that is not in UDP: the client begins."""
    name = "a client " + ("inside: " if namespace == "c" else "outside: ")
    gateway = begin(program, "--general", "--service",
                    "udp:500=%s:500" % CLIENT)
    client, server = udp(namespace, address, 500), udp("c", CLIENT, 500)
    for exchange in 34, 35:
        client.sendto(ike(exchange, 0x08, 46), (OUTSIDE, 500))
        data, sender = received(server)
        check(name + "IKE, exchange %d" % exchange, sender is not None, data)
        server.sendto(ike(exchange, 0x20, 46), sender or (SERVER, 500))
        received(client)
    socks = [sock_in(name, socket.AF_INET, socket.SOCK_RAW, 50)
             for name in (namespace, "c")]
    for sock, own in zip(socks, (address, CLIENT)):
        sock.bind((own, 0))
    icmp = sock_in(namespace, socket.AF_INET, socket.SOCK_RAW,
                   socket.IPPROTO_ICMP)
    remote = OUTSIDE if namespace == "c" else address
    for sequence in 1, 2:
        socks[0].sendto(struct.pack(">II", 0xc0de, sequence) + bytes(32),
                        (OUTSIDE, 0))
        data, sender = received(socks[1])
        check(name + "ESP reaches the server", sender and sender[0] == remote
              and data[20:24] == b"\0\0\xc0\xde", (data, sender))
        socks[1].sendto(struct.pack(">II", 0x5e5e, sequence) + bytes(32),
                        (remote, 0))
        data, sender = received(socks[0])
        check(name + "and its client", sender and sender[0] == OUTSIDE and
              data[20:24] == b"\0\0\x5e\x5e", (data, sender))
    check(name + "the gateway's kernel says nothing of it",
          received(icmp)[1] is None)
    for sock in [client, server, icmp] + socks:
        sock.close()
    report, status = end(gateway)
    check(name + "all went well", status == 0 and "failed" not in report,
          report)


def judge_prohibited(program):
    gateway = begin(program, "--general")
    hosts = [sock_in("c", socket.AF_INET, socket.SOCK_RAW, PROTOCOL)
             for _ in range(2)]
    for sock, address in zip(hosts, (CLIENT, OTHER)):
        sock.bind((address, 0))
    icmp = sock_in("c", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    for sock in hosts:
        sock.sendto(b"x" * 40, (SERVER, 0))
        time.sleep(0.2)
    said = []
    try:
        while True:
            packet = icmp.recv(2048)
            said.append((packet[20:22], packet[16:20], packet[40:44]))
    except OSError:
        pass
    check("who cannot have a session is told that it is prohibited",
          (b"\x03\x0d", socket.inet_aton(OTHER), socket.inet_aton(OTHER)) in
          said, said)
    check("and nobody else", not [one for one in said if one[0] == b"\x03\x0d"
                                  and one[1] != socket.inet_aton(OTHER)], said)
    for sock in hosts + [icmp]:
        sock.close()
    report, status = end(gateway)
    check("all went well", status == 0 and
          re.search("another host has it|taken", report) is not None and
          "failed" not in report, report)


PROGRAM = in_namespaces()[0]
judge_following(PROGRAM)
judge_hairpins(PROGRAM)
judge_protocol(PROGRAM)
judge_transport(PROGRAM)
do_all("ip -n c addr add %s/24 dev eth0" % OTHER)
judge_esp(PROGRAM, "s", SERVER)
judge_esp(PROGRAM, "c", OTHER)
judge_prohibited(PROGRAM)
finish()

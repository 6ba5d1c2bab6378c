#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Services of vpnalg-gw: they follow --address auto, fragments of a hairpin
arrive in any order, and a host for which no session can be opened is told."""

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
    gateway = start(program, "--general", "--service",
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
    gateway = start(program, "--general", "--service",
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


def judge_prohibited(program):
    do_all("ip -n c addr add %s/24 dev eth0" % OTHER)
    gateway = start(program, "--general")
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
judge_prohibited(PROGRAM)
finish()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams of 4,000 bytes through both gateways, both ways, their fragments in
order and in reverse. The kernels of client and server put them together, and
nothing may come twice, from the gateway's own kernel, or with an inside
address."""

import os
import socket
import struct
import subprocess

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, check, do_all, end,
                            finish, forward, fragments, in_namespaces, received,
                            sock_in, start, udp)

IKE, GRE, ESP = 500, 47, 50
DATA = bytes(i * 7 & 255 for i in range(3980))

# As in vpnalg-queue(1). Some rule must ask for connection tracking, so that it
# puts datagrams together before they are queued.
QUEUE_RULES = "\n".join(
    "iptables -t %s -p %s -j NFQUEUE" % (chain, protocol)
    for protocol in ("udp", "esp", "gre", "icmp")
    for chain in ("raw -A PREROUTING -i out0",
                  "mangle -A POSTROUTING -o out0"))
TRACKING = "iptables -A FORWARD -m conntrack --ctstate INVALID"
NO_TRACKING = TRACKING.replace("-A", "-D")
NAT_RULES = """iptables -t nat -A POSTROUTING -m mark --mark 0x56504e41 -j ACCEPT
iptables -t nat -A POSTROUTING -o out0 -j MASQUERADE"""


def listen(namespace):
    """All that comes to a namespace."""
    made = sock_in(namespace, socket.AF_PACKET, socket.SOCK_RAW,
                   socket.htons(0x0800))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    made.bind(("eth0", 0x0800))
    made.settimeout(0.3)
    return made


def heard(sock):
    """The packets' bytes, without those that left."""
    packets = []
    while True:
        try:
            data, sender = sock.recvfrom(65536)
        except OSError:
            return packets
        if sender[2] != socket.PACKET_OUTGOING:
            packets.append(data[14:])


def twice(packets):
    """Fragments that came more than once."""
    seen = [(p[12:20], p[4:8]) for p in packets
            if struct.unpack(">H", p[6:8])[0] & 0x3fff]
    return [one for one in set(seen) if seen.count(one) > 1]


class Ends:
    """Client and server of a protocol without ports, or of IKE."""

    def __init__(self, protocol):
        self.protocol, self.identification = protocol, 0x4000
        kind = socket.SOCK_RAW, protocol
        if protocol == socket.IPPROTO_UDP:
            self.socks = [udp("c", CLIENT, IKE), udp("s", SERVER, IKE)]
        else:
            self.socks = [sock_in(name, socket.AF_INET, *kind)
                          for name in "cs"]
        self.raw = [sock_in(name, socket.AF_INET, socket.SOCK_RAW,
                            socket.IPPROTO_RAW) for name in "cs"]

    def close(self):
        for sock in self.socks + self.raw:
            sock.close()

    def payload(self, way, data):
        """What is sent behind IP's header; a wrong UDP checksum would be seen,
        so there is none."""
        if self.protocol == ESP:
            return struct.pack(">II", 0x1001 + way, 7) + data
        if self.protocol == GRE:
            return struct.pack(">HHI", 0x2000, 0x0800, 0x77) + data
        return struct.pack(">HHHH", IKE, IKE, 8 + len(data), 0) + data

    def send(self, way, data, reverse):
        """From the client (0) or the server."""
        self.identification += 1
        source, destination = [(CLIENT, SERVER), (SERVER, OUTSIDE)][way]
        parts = fragments(source, destination, self.protocol,
                          self.payload(way, data), self.identification)
        for part in reversed(parts) if reverse else parts:
            self.raw[way].sendto(part, (destination, 0))

    def open(self, way):
        data = self.payload(way, bytes(32))
        if self.protocol == socket.IPPROTO_UDP:
            data = data[8:]
        destination = [SERVER, OUTSIDE][way]
        self.socks[way].sendto(data, (
            destination, IKE if self.protocol == socket.IPPROTO_UDP else 0))
        received(self.socks[not way])

    def got(self, way):
        """What came, as it was sent behind IP's header, and from whom."""
        data, sender = received(self.socks[not way])
        if sender and self.protocol == socket.IPPROTO_UDP:
            data = self.payload(way, data)
        elif sender:
            data = data[20:]
        return data, sender and sender[0]


def judge(name, protocol, title):
    ends = Ends(protocol)
    taps = listen("c"), listen("s")
    for way in range(2):
        ends.open(way)
    for way, towards in enumerate(("out", "in")):
        for reverse in (False, True):
            ends.send(way, DATA, reverse)
            data, sender = ends.got(way)
            row = "%s: %s %s, %s: " % (
                name, title, towards, "in reverse" if reverse else "in order")
            check(row + "the datagram arrives",
                  data == ends.payload(way, DATA), (data[:40], len(data)))
            check(row + "from whom it should",
                  sender == (SERVER if way else OUTSIDE), sender)
            check(row + "and once", ends.got(way)[0] == NOTHING)
    there = [heard(tap) for tap in taps]
    for packets, where in zip(there, ("the client", "the server")):
        check("%s: %s: no fragment comes to %s twice" % (name, title, where),
              not twice(packets), twice(packets))
        errors = [p.hex() for p in packets if p[9] == 1]
        check("%s: %s: nor any error" % (name, title), not errors, errors)
    inside = [p.hex() for p in there[1]
              if p[12:16] == socket.inet_aton(CLIENT)]
    check("%s: %s: no inside address leaves" % (name, title), not inside,
          inside)
    ends.close()
    for tap in taps:
        tap.close()


def judge_ping(name):
    """Both ways in one: the answer has the same size."""
    ping = subprocess.run(["ip", "netns", "exec", "c", "ping", "-n", "-c", "3",
                           "-i", "0.2", "-W", "2", "-s", "4000", SERVER],
                          stdout=subprocess.PIPE, check=False)
    check(name + ": pings of 4,000 bytes are answered",
          b" 3 received" in ping.stdout, ping.stdout.decode())


def run(program, *options):
    gateway = start(program, *options)
    name = " ".join([os.path.basename(program), *options])
    if "--general" in options:
        judge_ping(name)
    judge(name, socket.IPPROTO_UDP, "IKE")
    judge(name, ESP, "ESP")
    judge(name, GRE, "GRE")
    report, status = end(gateway)
    check(name + ": all went well", status == 0 and "failed" not in report,
          report)


def main():
    programs = in_namespaces()
    forward()
    for program in programs:
        if program.endswith("-queue"):
            do_all(QUEUE_RULES + "\n" + TRACKING)
            run(program, "--general")
            do_all(NO_TRACKING + "\n" + NAT_RULES)
            run(program)
        else:
            run(program)
            run(program, "--general")
    finish()


main()

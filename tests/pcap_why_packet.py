# SPDX-License-Identifier: BSD-2-Clause
"""Packets of captures, for the tests of vpnalg-pcap --why."""

import os
import struct

from pcap_common import CAPTURES, parse_pcap, record, write_pcap

ETHERNET = 14
SERVER, OTHER_SERVER, ROUTER = "203.0.113.10", "203.0.113.11", "203.0.113.2"
OUTSIDE, UPLINK = "203.0.113.1", "203.0.113.77"
A, B, C = ("192.168.77.%d" % n for n in (11, 12, 13))

ICMP, TCP, UDP, GRE, ESP, AH = 1, 6, 17, 47, 50, 51
SYN, RST, ACK, FIN, PUSH = 2, 4, 16, 1, 8


def number(address):
    return bytes(int(octet) for octet in address.split("."))


def text(octets):
    return ".".join(str(octet) for octet in octets)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff ^ total


class Packet:
    """An IPv4 packet that was captured whole enough, behind Ethernet."""

    def __init__(self, time, data, length):
        self.time, self.data, self.length = time, data, length
        ip = data[ETHERNET:]
        self.ip = ip
        self.header = (ip[0] & 15) * 4
        self.source, self.to = text(ip[12:16]), text(ip[16:20])
        self.protocol = ip[9]
        bits = struct.unpack(">H", ip[6:8])[0]
        self.later = bits & 0x1fff != 0
        self.first = bits & 0x3fff == 0x2000
        self.l4 = ip[self.header:]
        self.ports = (0, 0)
        if self.protocol in (TCP, UDP) and not self.later:
            self.ports = struct.unpack(">HH", self.l4[:4])
        size = {TCP: (self.l4[12] >> 4) * 4 if len(self.l4) > 12 else 20,
                UDP: 8}.get(self.protocol, 0)
        self.payload = self.l4[size:]

    def of(self, client):
        return client in (self.source, self.to)

    def inbound(self):
        return self.source in (SERVER, "198.51.100.10")

    def port(self, *ports):
        return any(port in self.ports for port in ports)

    def ike(self):
        """IKE's header and what follows, or nothing."""
        if self.protocol != UDP or self.later or not self.port(500, 4500):
            return b""
        data = self.payload
        if self.port(4500):
            if data[:4] != b"\0\0\0\0":
                return b""
            data = data[4:]
        return data

    def exchange(self):
        return self.ike()[18] if len(self.ike()) >= 28 else 0

    def esp(self):
        return self.protocol == ESP or (self.protocol == UDP and
                                        self.port(4500) and not self.ike())

    def pptp(self):
        """The type of a control message."""
        if self.protocol == TCP and self.payload[4:8] == b"\x1a\x2b\x3c\x4d":
            return struct.unpack(">H", self.payload[8:10])[0]
        return 0

    def l2tp(self):
        """The type of a control message; -1 for data."""
        if self.protocol != UDP or not self.port(1701):
            return None
        if not self.payload[0] & 0x80:
            return -1
        return struct.unpack(">H", self.payload[18:20])[0] \
            if len(self.payload) >= 20 else 0

    def ppp(self):
        """The PPP frame of GRE or L2TP, behind address and control."""
        if self.protocol == GRE:
            at = 8 + (4 if self.l4[0] & 0x10 else 0) + \
                (4 if self.l4[1] & 0x80 else 0)
            frame = self.l4[at:]
        elif self.l2tp() == -1:
            at = 8 if self.payload[0] & 0x40 else 6
            frame = self.payload[at:]
        else:
            return b""
        frame = frame[2:] if frame[:2] == b"\xff\x03" else frame
        return b"\0" + frame if frame[:1] and frame[0] & 1 else frame

    def with_ip(self, ip, time=None):
        ip = ip[:10] + b"\0\0" + ip[12:]
        head = (ip[0] & 15) * 4
        ip = ip[:10] + struct.pack(">H", checksum(ip[:head])) + ip[12:]
        return Packet(self.time if time is None else time,
                      self.data[:ETHERNET] + ip, ETHERNET + len(ip))

    def with_l4(self, l4):
        """Another content, without UDP's checksum, with TCP's."""
        if self.protocol == UDP:
            l4 = l4[:4] + struct.pack(">H", len(l4)) + b"\0\0" + l4[8:]
        if self.protocol == TCP:
            pseudo = self.ip[12:20] + struct.pack(">HH", TCP, len(l4))
            l4 = l4[:16] + b"\0\0" + l4[18:]
            l4 = l4[:16] + struct.pack(">H", checksum(pseudo + l4)) + l4[18:]
        head = self.ip[:2] + struct.pack(">H", self.header + len(l4)) + \
            self.ip[4:self.header]
        return self.with_ip(head + l4)

    def with_address(self, source=None, to=None):
        ip = self.ip[:12] + number(source or self.source) + \
            number(to or self.to) + self.ip[20:]
        return self.with_ip(ip).with_l4(self.l4) if self.protocol in (
            TCP, UDP) and not self.later and not self.first \
            else self.with_ip(ip)

    def with_ports(self, source, to):
        return self.with_l4(struct.pack(">HH", source, to) + self.l4[4:])

    def with_payload(self, payload):
        return self.with_l4(self.l4[:len(self.l4) - len(self.payload)] +
                            payload)

    def at(self, time):
        return Packet(time, self.data, self.length)


def made(like, source, to, protocol, l4, time):
    """A packet of our own."""
    ip = b"\x45\0" + struct.pack(">HHHBBH", 20 + len(l4), 1, 0, 64, protocol,
                                 0) + number(source) + number(to)
    return like.with_ip(ip + l4, time)


def icmp(about, source, kind, code, rest=0):
    """An ICMP error about a packet, to who has sent it."""
    body = struct.pack(">BBHI", kind, code, 0, rest) + \
        about.ip[:about.header + 8]
    body = body[:2] + struct.pack(">H", checksum(body)) + body[4:]
    return made(about, source, about.source, ICMP, body, about.time + 0.001)


def segment(like, way, flags, time, data=b""):
    """A segment of the same connection, from the client or the server."""
    ports, ends = like.ports, (like.source, like.to)
    if like.inbound() != (way == "in"):
        ports, ends = ports[::-1], ends[::-1]
    tcp = struct.pack(">HHIIBBHHH", *ports, 4000000000, 1, 0x50, flags, 1000,
                      0, 0) + data
    return made(like, *ends, TCP, tcp, time).with_l4(tcp)


def load(name):
    with open(os.path.join(CAPTURES, name + ".pcap"), "rb") as file:
        _, _, records = parse_pcap(file.read())
    return [Packet(s + f / 1000000, d, n) for s, f, d, n in records
            if d[12:14] == b"\x08\0"]


def save(packets, name="why.pcap"):
    packets = sorted(packets, key=lambda p: p.time)
    return write_pcap(name, [record(p.data, p.time, p.length)
                             for p in packets])

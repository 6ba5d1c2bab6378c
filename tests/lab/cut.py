#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""cut.py [--data BYTES] [--leave-out FROM-TO] RUN NAME

Cuts the captures of a run of the lab to size: RUN/in.pcap becomes
NAME-inside.pcap, RUN/out.pcap NAME-outside.pcap. Only packets between guests
are kept, and no ICMP errors; of them all that sets something up or ends it. Of the data these
are kept: each flow's first and last packets, those before and after a pause, and
those before and after a new SPI of plain ESP. They are cut at BYTES of their
frame (96). What crossed the gateway is kept on both sides; what did not is kept,
too, unless the gateway lost packets on purpose. What was seen between FROM and TO
seconds after the first packet is left out; TCP would not bear that."""

import argparse
import bisect
import collections
import ipaddress
import os
import re
import struct

from scapy.utils import PcapWriter, RawPcapReader

INSIDE = ipaddress.ip_network("192.168.77.0/24")
GATEWAY = ipaddress.ip_address("192.168.77.1")
OUTSIDE = ipaddress.ip_address("203.0.113.1")
REMOTES = ipaddress.ip_network("203.0.113.8/29")

ETHERNET = 14
ICMP, TCP, UDP, GRE, ESP = 1, 6, 17, 47, 50
PPTP, IKE, L2TP, NATT = 1723, 500, 1701, 4500
PPP_IP, PPP_LCP, PPP_ENCRYPTED = 0x21, 0xc021, 0xfd
LCP_ECHO_REQUEST, LCP_DISCARD = 9, 11
ICMP_ERRORS = 3, 11, 12
FIN_SYN_RST = 7
BEGIN, END = 4, 2  # how many data packets of a flow
PAUSE = 2          # seconds
STAY = 1           # longer no gateway keeps a packet
AROUND = 2         # of each flow before a new SPI, and after it


class Frame:
    """One IPv4 packet of a lab's guest, on one side."""

    def __init__(self, data, meta):
        self.data, self.length = data, meta.wirelen
        self.sec, self.usec = meta.sec, meta.usec
        self.time = meta.sec + meta.usec / 1e6
        self.ip = data[ETHERNET:]
        self.layer = self.ip[(self.ip[0] & 15) * 4:]
        self.protocol = self.ip[9]
        self.source = ipaddress.ip_address(self.ip[12:16])
        self.destination = ipaddress.ip_address(self.ip[16:20])
        self.out = self.destination in REMOTES
        self.local, self.remote = self.source, self.destination
        if not self.out:
            self.local, self.remote = self.remote, self.local
        self.partner = None

    def ports(self):
        """The host's and the remote's."""
        ports = struct.unpack(">HH", self.layer[:4])
        return ports if self.out else ports[::-1]

    def is_error(self):
        """An ICMP error: some daemon had ended."""
        return self.protocol == ICMP and self.layer[0] in ICMP_ERRORS

    def bare(self):
        """All that a gateway leaves as it is."""
        head, layer = bytearray(self.ip[:20]), bytearray(self.layer)
        head[8] = 0
        head[10:20] = bytes(10)
        own = 0 if self.out else 2
        if self.protocol in (TCP, UDP):
            layer[own:own + 2] = bytes(2)
        if self.protocol == UDP:
            layer[6:8] = bytes(2)
        elif self.protocol == TCP:
            layer[16:18] = bytes(2)
            if PPTP in self.ports():
                del layer[20:]
        elif self.protocol == ICMP:
            layer[2:6] = bytes(4)
        elif self.protocol == GRE and not self.out:
            layer[6:8] = bytes(2)
        return self.out, self.remote, bytes(head), bytes(layer)


def read(name, local):
    """The frames between local addresses and the servers."""
    frames = []
    for data, meta in RawPcapReader(name):
        if data[12:14] == b"\x08\0":
            frame = Frame(data, meta)
            if (frame.remote in REMOTES and local(frame.local) and
                    not frame.is_error()):
                frames.append(frame)
    return frames


def match(came, went):
    """Marks as partners what left the gateway as it came."""
    waiting = collections.defaultdict(list)
    for frame in came:
        waiting[frame.bare()].append(frame)
    for frame in went:
        queue = waiting[frame.bare()]
        while queue and queue[0].time < frame.time - STAY:
            queue.pop(0)
        if queue and queue[0].time <= frame.time:
            frame.partner = queue.pop(0)
            frame.partner.partner = frame


def is_ppp_control(data):
    """RFC 1661 2, 6.5 and 6.6; echoes are no more than data."""
    if data[:2] == b"\xff\x03":
        data = data[2:]
    if not data:
        return False
    size = 1 if data[0] & 1 else 2
    protocol = int.from_bytes(data[:size], "big")
    if protocol == PPP_LCP:
        return not LCP_ECHO_REQUEST <= data[size] <= LCP_DISCARD
    return protocol not in (PPP_IP, PPP_ENCRYPTED)


def gre(layer):
    """Enhanced GRE (RFC 2637 4.1): (is it control, Call ID)"""
    flags, _, length, call = struct.unpack(">HHHH", layer[:8])
    at = 8 + (4 if flags & 0x1000 else 0) + (4 if flags & 0x80 else 0)
    return is_ppp_control(layer[at:at + length]), call


def l2tp(data):
    """RFC 2661 3.1: (is it control, IDs)"""
    flags = struct.unpack(">H", data[:2])[0]
    at = 4 if flags & 0x4000 else 2
    ids = data[at:at + 4]
    at += 4 + (4 if flags & 0x800 else 0)
    return bool(flags & 0x8000) or is_ppp_control(data[at:]), ids


def udp(frame):
    ports, data = frame.ports(), frame.layer[8:]
    if IKE in ports:
        return True, ports
    if ports[1] == NATT:
        return data[:4] == bytes(4), (ports, data[:4])
    if L2TP in ports:
        return l2tp(data)
    return False, ports


def kind(frame):
    """(is it control, what tells its flow from the host's others)"""
    if frame.protocol == UDP:
        return udp(frame)
    if frame.protocol == GRE:
        return gre(frame.layer)
    if frame.protocol == TCP:
        return (PPTP in frame.ports() or bool(frame.layer[13] & FIN_SYN_RST),
                frame.ports())
    if frame.protocol == ESP:
        return False, frame.layer[:4]
    if frame.protocol == ICMP:
        return False, frame.layer[4:6]
    return True, None


def flows(came):
    """The data packets of each flow. What did not cross has no flow: only the
    inside tells whose a packet is."""
    found = collections.defaultdict(list)
    for frame in came:
        inside = frame if frame.out else frame.partner
        if inside is not None:
            control, rest = kind(inside)
            if not control:
                found[inside.out, inside.local, inside.remote,
                      inside.protocol, rest].append(frame)
    return found


def ends(flow):
    """The first and last packets, and those at a pause."""
    for i, frame in enumerate(flow):
        after = flow[i + 1].time if i + 1 < len(flow) else 0
        before = flow[i - 1].time if i else 0
        if (i < BEGIN or i >= len(flow) - END or
                frame.time - before > PAUSE or after - frame.time > PAUSE):
            yield frame


def around(found):
    """When plain ESP has a new SPI, what goes on with the same server."""
    esp = [(key[2], flow) for key, flow in found.items() if key[3] == ESP]
    for remote, new in esp:
        for other, flow in esp:
            at = bisect.bisect([f.time for f in flow], new[0].time)
            if other == remote and 0 < at < len(flow):
                yield from flow[max(0, at - AROUND):at + AROUND]


def choose(came, lossy):
    """Of what came to the gateway, what is kept."""
    found = flows(came)
    kept = {id(frame) for flow in found.values() for frame in ends(flow)}
    kept |= {id(frame) for frame in around(found)}
    for frame in came:
        lost = frame.partner is None and not lossy
        if lost or kind(frame)[0] or id(frame) in kept:
            yield frame


def write(name, frames, data):
    with PcapWriter(name, linktype=1) as writer:
        writer.write_header(None)
        for frame in sorted(frames, key=lambda f: f.time):
            control, _ = kind(frame)
            kept = frame.data if control else frame.data[:data]
            writer.write_packet(kept, frame.sec, frame.usec, len(kept),
                                frame.length)


def is_lossy(run):
    """Did the gateway lose packets on purpose?"""
    with open(os.path.join(run, "gateway.log"), encoding="utf-8") as file:
        return re.search(r"lost on purpose", file.read()) is not None


def span(text):
    """FROM-TO, in seconds."""
    begin, end = text.split("-")
    return float(begin), float(end)


def arguments():
    usage, _, text = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(usage=usage, description=text)
    parser.add_argument("--data", type=int, default=96)
    parser.add_argument("--leave-out", type=span, default=(0, 0))
    parser.add_argument("run")
    parser.add_argument("name")
    return parser.parse_args()


def arrivals(inside, outside):
    """What came to the gateway, on either side."""
    came = [f for f in inside if f.out], [f for f in outside if not f.out]
    match(came[0], [f for f in outside if f.out])
    match(came[1], [f for f in inside if not f.out])
    return sorted(came[0] + came[1], key=lambda f: f.time)


def main():
    given = arguments()
    inside = read(os.path.join(given.run, "in.pcap"),
                  lambda address: address in INSIDE and address != GATEWAY)
    outside = read(os.path.join(given.run, "out.pcap"),
                   lambda address: address == OUTSIDE)
    came = arrivals(inside, outside)
    begin, end = (came[0].time + time for time in given.leave_out)
    came = [f for f in came if not begin < f.time < end]
    kept = list(choose(came, is_lossy(given.run)))
    crossed = [f.partner for f in kept if f.partner is not None]
    ids = {id(frame) for frame in kept + crossed}
    for side, frames in (("inside", inside), ("outside", outside)):
        write("%s-%s.pcap" % (given.name, side),
              [f for f in frames if id(f) in ids], given.data)
    print("%s: %d packets crossed, %d did not" % (
        given.name, len(crossed), len(kept) - len(crossed)))


main()

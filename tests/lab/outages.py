#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""outages.py WORK...
outages.py --explain RUN

What became of plain ESP in the lab. The servers' logs say whose each inbound SPI
is, the captures of both sides where its packets went. Prints a row of a table for
each scenario and gateway that the folders WORK hold runs of: how many packets came
from the servers, how many of them the gateway gave to another client than their
owner, how many it dropped, and the longest outages: for how long all packets of
one SPI came to nothing. An outage is "asked for" as far as its owner went on to
send with that SA; of the others nothing inside tells that the owner is there.

With --explain a line for each packet of one run instead: when it came, in seconds;
the client and the number of its SA; out (>) or in (<); the sequence number; the
SPI; and what became of it, if it did not go where it should. "c1/3 < 17" is packet
17 from the server to the third SA of c1."""

import argparse
import collections
import glob
import os
import re
import struct

GATEWAY = {bytes([203, 0, 113, 1]), bytes([203, 0, 113, 7])}
INSIDE = bytes([192, 168, 77])

ETHERNET = 14
PPPOE = 8  # RFC 2516 4, with PPP's protocol number
ESP = 50
ASKS = 3  # seconds: what came then may answer what an SA's owner sent

# As pluto logs an SA: its connection, the peer's SPI, its own.
SA = re.compile(r'"lab-(c\d+)[/"].*\{ESP\S*=>0x([0-9a-f]+) <0x([0-9a-f]+)')

Packet = collections.namedtuple("Packet", "time out spi number destination")


def ipv4(frame):
    """The IPv4 packet that an Ethernet frame has, with PPPoE or without."""
    if frame[12:14] == b"\x08\0":
        return frame[ETHERNET:]
    if frame[12:14] == b"\x88\x64" and frame[20:22] == b"\0\x21":
        return frame[ETHERNET + PPPOE:]
    return b""


def packets(name):
    """The ESP packets of a capture in tcpdump's format, first fragments only."""
    with open(name, "rb") as file:
        data = file.read()
    order = "<" if data[:1] == b"\xd4" else ">"
    at = 24
    while at + 16 <= len(data):
        sec, usec, kept, _ = struct.unpack(order + "4I", data[at:at + 16])
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        ip = ipv4(frame)
        if len(ip) < 20 or ip[9] != ESP:
            continue
        if struct.unpack(">H", ip[6:8])[0] & 0x1fff:
            continue
        head = (ip[0] & 15) * 4
        spi, number = struct.unpack(">II", ip[head:head + 8])
        out = ip[16:19] != INSIDE and ip[16:20] not in GATEWAY
        yield Packet(sec + usec / 1e6, out, spi, number, ip[16:20])


def owners(run):
    """SPI: (client, number of the SA), for both SPIs of each."""
    found, counts = {}, collections.Counter()
    for name in sorted(glob.glob(os.path.join(run, "guests/srv*/pluto.log"))):
        with open(name, encoding="utf-8", errors="replace") as log:
            for client, inbound, outbound in SA.findall(log.read()):
                counts[client] += 1
                for spi in inbound, outbound:
                    found[int(spi, 16)] = client, counts[client]
    return found


def client_of(address):
    """cN has the inside address 192.168.77.1N."""
    return "c" + str(address[3])[1:]


def crossings(run):
    """The packets that came to the gateway, each with where it went: a client,
    "out", or None if it was dropped."""
    inside = list(packets(os.path.join(run, "in.pcap")))
    outside = list(packets(os.path.join(run, "out.pcap")))
    went = {(p.spi, p.number): client_of(p.destination)
            for p in inside if not p.out and p.destination[:3] == INSIDE}
    left = {(p.spi, p.number) for p in outside if p.out}
    came = [p for p in inside if p.out]
    came += [p for p in outside if not p.out and p.destination in GATEWAY]
    for packet in sorted(came, key=lambda p: p.time):
        key = packet.spi, packet.number
        if packet.out:
            yield packet, "out" if key in left else None
        else:
            yield packet, went.get(key)


class Outages:
    """The longest time for which one SPI got nothing."""

    def __init__(self):
        self.longest = 0
        self.since = {}

    def count(self, packet, arrived):
        """That packet was, or was not, given to its owner."""
        since = self.since.setdefault(packet.spi, packet.time)
        self.longest = max(self.longest, packet.time - since)
        if arrived:
            self.end(packet)

    def end(self, packet):
        """Its SPI begins anew."""
        self.since.pop(packet.spi, None)


class Row:
    """What became of the inbound packets of some runs."""

    def __init__(self):
        self.runs = self.came = self.wrong = self.dropped = 0
        self.asked, self.silent = 0, 0

    def add(self, run):
        """All packets of a run. What is of no SA that the servers have set up is
        nobody's, and what came for nobody is not counted."""
        owner, sent = owners(run), {}
        asked, silent = Outages(), Outages()
        self.runs += 1
        for packet, went in crossings(run):
            sa = owner.get(packet.spi)
            if sa is None:
                continue
            if packet.out:
                sent[sa] = packet.time
                continue
            arrived = went == sa[0]
            self.came += 1
            self.dropped += went is None
            self.wrong += went is not None and not arrived
            silent.count(packet, arrived)
            if packet.time - sent.get(sa, 0) <= ASKS:
                asked.count(packet, arrived)
                silent.end(packet)
            else:
                asked.end(packet)
        self.asked = max(self.asked, asked.longest)
        self.silent = max(self.silent, silent.longest)


def runs(work):
    """The runs of plain ESP in a folder: (scenario, gateway), folder. Where the
    server is inside, its packets come from there, and are not looked at."""
    for name in sorted(glob.glob(os.path.join(work, "*", "results"))):
        run = os.path.dirname(name)
        if os.path.basename(run).startswith("service-"):
            continue
        if glob.glob(os.path.join(run, "guests/srv*/pluto.log")):
            yield tuple(os.path.basename(run).split(".")[:2]), run


def table(works):
    """A row for each scenario and gateway."""
    rows = collections.defaultdict(Row)
    for work in works:
        for name, run in runs(work):
            rows[name].add(run)
    print("| Scenario | Gateway | Runs | Packets | To another client | Dropped |"
          " Longest outage, asked for | Longest other |")
    print("|---|---|---|---|---|---|---|---|")
    for (scenario, gateway), row in sorted(rows.items()):
        print("| %s | %s | %d | %d | %d | %d | %.1f s | %.1f s |" % (
            scenario, gateway, row.runs, row.came, row.wrong, row.dropped,
            row.asked, row.silent))


def explain(run):
    """A line for each packet."""
    owner = owners(run)
    begin = None
    for packet, went in crossings(run):
        begin = packet.time if begin is None else begin
        client, number = owner.get(packet.spi, ("?", 0))
        fate = "" if went in ("out", client) else went or "dropped"
        print("%9.3f %s/%s %s %d 0x%08x %s" % (
            packet.time - begin, client, number, "<>"[packet.out],
            packet.number, packet.spi, fate))


def main():
    usage, _, text = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(usage=usage, description=text)
    parser.add_argument("--explain", metavar="RUN")
    parser.add_argument("work", nargs="*")
    given = parser.parse_args()
    if given.explain:
        explain(given.explain)
    else:
        table(given.work)


main()

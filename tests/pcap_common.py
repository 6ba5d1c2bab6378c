# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of vpnalg-pcap share: running it, capture files byte by byte,
and PPTP conversations as the LAN side sees them."""

import os
import re
import struct
import subprocess
import sys
import tempfile

SKIP = 77

try:
    import logging
    logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import Ether
except ImportError:
    print("SKIP: needs scapy")
    sys.exit(SKIP)

PROGRAM = os.path.abspath(os.environ.get("VPNALG_PCAP", "./vpnalg-pcap"))
SOURCE = os.path.abspath(os.environ.get("srcdir", "."))
CAPTURES = os.path.join(SOURCE, "tests", "captures")

if not os.access(PROGRAM, os.X_OK):
    print("SKIP: there is no " + PROGRAM)
    sys.exit(SKIP)

# What a sanitizer says, whichever it is.
SANITIZER = re.compile(rb"Sanitizer|runtime error:")

_folder = tempfile.TemporaryDirectory()
_failures = 0


def path(name):
    """A file of this test's own, gone at its end."""
    return os.path.join(_folder.name, name)


def check(name, good, more=""):
    """Counts and prints a named row."""
    global _failures
    if not good:
        _failures += 1
    print(("ok   " if good else "FAIL ") + name)
    if not good and more:
        print("     " + str(more))


def finish():
    """Exits as the named rows came out."""
    print("%d failed" % _failures)
    sys.exit(1 if _failures else 0)


def run(*arguments, stdin=None):
    """Runs the program. Its words must be none of a sanitizer's."""
    done = subprocess.run([PROGRAM, *arguments], input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    if SANITIZER.search(done.stderr):
        check("no sanitizer speaks", False, done.stderr.decode())
    return done


def counts(done):
    """The numbers of a report in text, the first after each name."""
    found = {}
    for line in done.stderr.decode().splitlines():
        row = re.match(r" +(.*?) +(\d+)( |$)", line)
        if row:
            found.setdefault(row.group(1), int(row.group(2)))
        row = re.match(r"(\d+) packets read \(.*\), (\d+) written", line)
        if row:
            found["read"], found["written"] = map(int, row.groups())
    return found


def tshark(*arguments):
    """tshark's lines; the test is skipped where there is none."""
    try:
        done = subprocess.run(["tshark", *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
    except FileNotFoundError:
        print("SKIP: needs tshark")
        sys.exit(SKIP)
    return done.stdout.decode().splitlines()


# Capture files. A record is (seconds, fraction, bytes, length on the wire).

MICRO, NANO = 0xa1b2c3d4, 0xa1b23c4d


def record(data, time=0.0, length=None):
    return (int(time), round(time % 1 * 1000000), bytes(data),
            len(data) if length is None else length)


def pcap_bytes(records, link=1, magic=MICRO, order="<", snaplen=262144):
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)]
    for seconds, fraction, data, length in records:
        parts += [struct.pack(order + "IIII", seconds, fraction, len(data),
                              length), data]
    return b"".join(parts)


def write_pcap(name, records, **how):
    with open(path(name), "wb") as file:
        file.write(pcap_bytes(records, **how))
    return path(name)


def parse_pcap(data):
    """(magic, link type, records); every byte must belong to one."""
    magic = struct.unpack("<I", data[:4])[0]
    order = "<" if magic in (MICRO, NANO) else ">"
    magic, _, _, _, _, _, link = struct.unpack(order + "IHHiIII", data[:24])
    records, at = [], 24
    while at < len(data):
        seconds, fraction, caplen, length = struct.unpack(
            order + "IIII", data[at:at + 16])
        assert at + 16 + caplen <= len(data), "a record is cut"
        records.append((seconds, fraction, data[at + 16:at + 16 + caplen],
                        length))
        at += 16 + caplen
    return magic, link, records


def read_pcap(name):
    with open(name, "rb") as file:
        return parse_pcap(file.read())


def block(kind, body):
    """A block of a pcapng file."""
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def pcapng_bytes(records, links=(1,), resolution=None):
    """A pcapng file; record n is of interface n modulo their number."""
    out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    for link in links:
        options = b""
        if resolution is not None:
            options = struct.pack("<HHB3xHH", 9, 1, resolution, 0, 0)
        out += block(1, struct.pack("<HHI", link, 0, 262144) + options)
    unit = 10 ** (6 if resolution is None else resolution)
    for i, (seconds, fraction, data, length) in enumerate(records):
        stamp = seconds * unit + fraction
        out += block(6, struct.pack("<IIIII", i % len(links), stamp >> 32,
                                    stamp & 0xffffffff, len(data), length)
                     + data)
    return out


def padded(length):
    return (length + 3) // 4 * 4


def parse_options(data, order):
    """[(code, value)], which must end as said, or where the data does."""
    found, at = [], 0
    while at < len(data):
        code, length = struct.unpack(order + "HH", data[at:at + 4])
        if code == 0:
            assert length == 0 and at + 4 == len(data), "options go on"
            break
        assert at + 4 + length <= len(data), "an option is cut"
        found.append((code, data[at + 4:at + 4 + length]))
        at += 4 + padded(length)
    return found


def parse_block(kind, body, order, found):
    if kind == 1:
        link, snaplen = struct.unpack(order + "HxxI", body[:8])
        found["interfaces"].append((link, snaplen,
                                    parse_options(body[8:], order)))
    elif kind == 6:
        number, high, low, caplen, length = struct.unpack(order + "5I",
                                                          body[:20])
        assert number < len(found["interfaces"]), "no such interface"
        assert 20 + caplen <= len(body), "a packet is cut"
        found["packets"].append((
            number, high << 32 | low, body[20:20 + caplen], length,
            parse_options(body[20 + padded(caplen):], order)))
    else:
        found["others"].append((kind, body))


def parse_pcapng(data):
    """A file with one section: its order, interfaces, packets (each with the
    options), and other blocks. Every byte must belong to a block."""
    order = "<" if data[8:12] == b"\x4d\x3c\x2b\x1a" else ">"
    found = {"order": order, "interfaces": [], "packets": [], "others": []}
    at = 0
    while at < len(data):
        kind, length = struct.unpack(order + "II", data[at:at + 8])
        assert length % 4 == 0 and length >= 12, "a wrong length"
        assert at + length <= len(data), "a block is cut"
        assert data[at + length - 4:at + length] == data[at + 4:at + 8]
        parse_block(kind, data[at + 8:at + length - 4], order, found)
        at += length
    return found


# PPTP (RFC 2637 2 and 4.1).

def message(kind, body):
    return struct.pack(">HHIHH", 12 + len(body), 1, 0x1a2b3c4d, kind,
                       0) + body


def start(kind):
    result = 0x0100 if kind == 2 else 0
    return message(kind, struct.pack(">HHIIHH", 0x0100, result, 1, 1, 0, 1)
                   + b"host".ljust(64, b"\0") + b"vendor".ljust(64, b"\0"))


def outgoing_request(call, serial=1):
    return message(7, struct.pack(">HHIIIIHHHH", call, serial, 300, 100000000,
                                  3, 3, 64, 0, 0, 0) + b"\0" * 128)


def outgoing_reply(own, peer):
    return message(8, struct.pack(">HHBBHIHHI", own, peer, 1, 0, 0, 100000000,
                                  64, 0, 0))


def set_link_info(peer):
    return message(15, struct.pack(">HHII", peer, 0, 0xffffffff, 0xffffffff))


def clear_request(own):
    return message(12, struct.pack(">HH", own, 0))


def enhanced_gre(call, sequence, payload):
    return struct.pack(">HHHHI", 0x3001, 0x880b, len(payload), call,
                       sequence) + payload


LCP = bytes.fromhex("ff03c0210101000c0506 0d1b 0a0c 0702".replace(" ", ""))


class Talk:
    """A client, a server, and what a capture in the LAN holds of them."""

    def __init__(self, client, server, port, doubled=False, time=0.0):
        self.client, self.server, self.port = client, server, port
        self.doubled = doubled  # the server's segments are recorded twice
        self.time = time
        self.sequence = [1000000 + port, 4000000000]
        self.identification = [100, 200]
        self.records = []

    def _add(self, way, layers):
        source, destination = self.client, self.server
        if way:
            source, destination = destination, source
        packet = IP(src=source, dst=destination, flags="DF",
                    id=self.identification[way]) / layers
        if isinstance(layers, bytes):
            packet.proto = 47
        self.identification[way] += 1
        mac = ["02:00:00:00:00:0a", "02:00:00:00:00:0b"]
        frame = bytes(Ether(src=mac[way], dst=mac[1 - way]) / packet)
        self.time += 0.001
        if way and self.doubled:
            self.records.append(record(frame, self.time))
            self.time += 0.0001
        self.records.append(record(frame.ljust(60, b"\0"), self.time))

    def tcp(self, way, flags, data=b""):
        ports = [self.port, 1723]
        self._add(way, TCP(sport=ports[way], dport=ports[1 - way],
                           flags=flags, seq=self.sequence[way],
                           ack=self.sequence[1 - way] if "A" in flags else 0,
                           window=32120) / data)
        self.sequence[way] += len(data) + ("S" in flags) + ("F" in flags)
        self.sequence[way] &= 0xffffffff

    def gre(self, way, call, sequence, payload=LCP):
        self._add(way, enhanced_gre(call, sequence, payload))

    def connect(self):
        self.tcp(0, "S")
        self.tcp(1, "SA")
        self.tcp(0, "A")
        self.tcp(0, "PA", start(1))
        self.tcp(1, "A")
        self.tcp(1, "PA", start(2))

    def call(self, own, peer):
        self.tcp(0, "PA", outgoing_request(own))
        self.tcp(1, "A")
        self.tcp(1, "PA", outgoing_reply(peer, own))
        self.tcp(0, "PA", set_link_info(peer))

    def end(self):
        self.tcp(1, "FA")
        self.tcp(0, "FA")
        self.tcp(1, "A")


def short_talk(client, server, port, own, peer, **how):
    """23 packets when the server's are doubled."""
    talk = Talk(client, server, port, **how)
    talk.connect()
    talk.call(own, peer)
    talk.gre(0, peer, 0)
    talk.tcp(1, "A")
    talk.end()
    return talk


def merged(*talks):
    """The records of several talks in the order of their times."""
    return sorted((r for talk in talks for r in talk.records),
                  key=lambda r: r[:2])

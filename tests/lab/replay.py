#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""replay.py RUN [VPNALG_PCAP_OPTION]...

Gives vpnalg-pcap (VPNALG_PCAP, or the one in PATH) what came to the gateway of a
run of the lab, on both sides, and lets it explain each packet on standard output:
what the gateway made of it, and why. The capture stays in RUN/came.pcap.

Both choose outside ports at random. So it is done twice: the first time shows
which ports vpnalg-pcap chooses, and before the second what comes in is addressed
to those instead of the gateway's own."""

import os
import re
import struct
import subprocess
import sys

INSIDE = bytes([192, 168, 77])
OUTSIDE = bytes([203, 0, 113, 1])
OUTSIDE_TEXT = "203.0.113.1"
MULTICAST = 224

ETHERNET = 14
UDP = 17

# Of vpnalg-pcap: an inside host's port, and the outside one.
CHOSEN = re.compile(r"^\d+ out: .* ([\d.]+):(\d+) > \S+ -> [\d.]+:(\d+) > ")


class Frame:
    """An IPv4 frame of a capture."""

    def __init__(self, sec, usec, length, data):
        self.sec, self.usec, self.length = sec, usec, length
        self.data = bytearray(data)
        head = ETHERNET + (data[ETHERNET] & 15) * 4
        self.source = data[ETHERNET + 12:ETHERNET + 16]
        self.destination = data[ETHERNET + 16:ETHERNET + 20]
        first = not struct.unpack(">H", data[ETHERNET + 6:ETHERNET + 8])[0] & 0x1fff
        self.udp = head if data[ETHERNET + 9] == UDP and first else None

    def port(self, at):
        """Its source port (0) or its destination port (2)."""
        return struct.unpack_from(">H", self.data, self.udp + at)[0]

    def readdress(self, port):
        """To another destination port, without a checksum."""
        struct.pack_into(">H", self.data, self.udp + 2, port)
        struct.pack_into(">H", self.data, self.udp + 6, 0)

    def content(self):
        """What a gateway leaves as it is."""
        return self.destination, self.port(2), bytes(self.data[self.udp + 8:])


def read(name):
    """The IPv4 frames of a capture in tcpdump's format."""
    with open(name, "rb") as file:
        data = file.read()
    order = "<" if data[:1] == b"\xd4" else ">"
    at = 24
    while at + 16 <= len(data):
        sec, usec, kept, length = struct.unpack(order + "4I", data[at:at + 16])
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        if frame[12:14] == b"\x08\0" and len(frame) >= ETHERNET + 20:
            yield Frame(sec, usec, length, frame)


def write(name, frames):
    """A capture of them."""
    with open(name, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            file.write(struct.pack("<4I", frame.sec, frame.usec,
                                   len(frame.data), frame.length))
            file.write(frame.data)


def arrivals(inside, outside):
    """What came to the gateway, in the order of time."""
    came = [f for f in inside if f.source[:3] == INSIDE and
            f.destination[:3] != INSIDE and f.destination[0] < MULTICAST]
    came += [f for f in outside if f.destination == OUTSIDE]
    return sorted(came, key=lambda f: (f.sec, f.usec))


def text(address):
    """As it is printed."""
    return ".".join(str(octet) for octet in address)


def gateway_ports(inside, outside):
    """Outside port: (inside address, inside port), as the gateway chose it."""
    sent = {f.content(): f for f in inside
            if f.udp and f.source[:3] == INSIDE}
    found = {}
    for frame in outside:
        if frame.udp and frame.source == OUTSIDE:
            origin = sent.get(frame.content())
            if origin:
                found[frame.port(0)] = text(origin.source), origin.port(0)
    return found


def explain(name, options):
    """What vpnalg-pcap says."""
    program = os.environ.get("VPNALG_PCAP", "vpnalg-pcap")
    result = subprocess.run(
        [program, "--hold", "--explain", "--inside", text(INSIDE) + ".0/24",
         "--address", OUTSIDE_TEXT, *options, name, os.devnull],
        stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True,
        check=False)
    if result.returncode:
        sys.exit(result.stdout)
    return result.stdout


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    run, options = sys.argv[1], sys.argv[2:]
    inside = list(read(os.path.join(run, "in.pcap")))
    outside = list(read(os.path.join(run, "out.pcap")))
    came, name = arrivals(inside, outside), os.path.join(run, "came.pcap")
    write(name, came)
    chosen = {}
    for line in explain(name, options).splitlines():
        match = CHOSEN.match(line)
        if match:
            address, port, outside_port = match.groups()
            chosen[address, int(port)] = int(outside_port)
    theirs = gateway_ports(inside, outside)
    for frame in came:
        if frame.udp and frame.destination == OUTSIDE:
            host = theirs.get(frame.port(2))
            if host in chosen:
                frame.readdress(chosen[host])
    write(name, came)
    sys.stdout.write(explain(name, options))


main()

# SPDX-License-Identifier: BSD-2-Clause
"""What vpnalg-pcap --both writes, read and compared."""

import re
import struct

from pcap_common import check, parse_pcapng, path, run, tshark

SIDES = ["--inside", "192.168.77.0/24", "--address", "203.0.113.1"]
COMMENT, FLAGS, ID = 1, 2, 5
NAME, DESCRIPTION, RESOLUTION = 2, 3, 9
INBOUND, OUTBOUND = 1, 2


def options(packet, code):
    return [value for number, value in packet[4] if number == code]


def identity(packet):
    """The input packet's number."""
    return struct.unpack("<Q", options(packet, ID)[0])[0]


def direction(packet):
    return struct.unpack("<I", options(packet, FLAGS)[0])[0]


def comments(packet):
    return [value.decode() for value in options(packet, COMMENT)]


def interface_name(found, packet):
    return dict(found["interfaces"][packet[0]][2])[NAME].decode()


def by_identity(packets):
    forms = {}
    for packet in packets:
        forms.setdefault(identity(packet), []).append(packet)
    return forms


class Lines:
    """What --explain says of each packet."""

    def __init__(self, text):
        self.fates, self.events, self.held = {}, {}, set()
        for line in text.splitlines():
            number, rest = line.split(" ", 1)
            if re.match("(un)?paired: |held back: ", rest):
                self.events.setdefault(int(number), []).append(rest)
            elif rest.startswith("held: "):
                self.held.add(int(number))
            else:
                self.fates[int(number)] = rest

    def changed(self, number):
        """The values that differ before and after, in either direction."""
        before, after = self.fates[number].split(" -> ")
        after = after.split(" ")
        before = before.split(" ")[-len(after):]
        return [(a, b) for a, b in zip(before, after) if a != b]


def fits(lines, number, comment):
    """Does a comment say what the line of --explain says?"""
    fate = lines.fates[number]
    held = "held for other fragments, then " if number in lines.held else ""
    if fate.startswith("copied, "):
        return comment == "copied: " + fate[8:].split(": ")[0]
    if fate.startswith("dropped, "):
        return re.fullmatch(r"(OUT|IN), %sdropped: ([^()]*)( \(.*\))?" % held,
                            comment).group(2) in fate
    way = "OUT" if fate.startswith("out: ") else "IN"
    head = "%s, %stranslated: " % (way, held)
    told = re.findall(r"(\S+) -> ([^\s,]+)", comment)
    changed = lines.changed(number)
    return comment.startswith(head) and told in (
        changed, [(b, a) for a, b in changed])


def side_of(comment, packet, undone, first):
    """The interface where a form belongs."""
    if comment.startswith("copied"):
        return None
    out = comment.startswith("OUT")
    if "dropped: " in comment:
        return "inside" if out or undone else "outside"
    return "inside" if out == first else "outside"


def undone(data, link):
    """Was the packet captured behind the NAT, on its way in?"""
    at = {1: 14, 113: 16}[link]
    return data[at + 16:at + 19] == bytes([192, 168, 77])


def check_forms(name, found, lines, came, left, link):
    """Each packet's forms against input and plain output."""
    forms, wrong, after = by_identity(found["packets"]), [], []
    for number, packets in forms.items():
        comment = comments(packets[0])[0]
        is_undone = undone(came[number - 1][2], link)
        captured = packets[-1 if is_undone and len(packets) == 2 else 0]
        seconds, fraction, data, length = came[number - 1]
        good = (captured[1:4] == (seconds * 1000000 + fraction, data, length)
                and len(packets) == (2 if "translated: " in comment else 1)
                and fits(lines, number, comment)
                and all(comments(p) == [comment] +
                        lines.events.get(number, []) for p in packets))
        for i, packet in enumerate(packets):
            side = side_of(comment, packet, is_undone, i == 0)
            good = good and side in (None, interface_name(found, packet))
            good = good and direction(packet) == (
                0 if len(packets) == 1 else (INBOUND, OUTBOUND)[i])
        if "dropped: " not in comment:
            made = packets[0] if captured is packets[-1] else packets[-1]
            after.append(made[1:4])
        if not good:
            wrong.append((number, comment, lines.fates[number]))
    check(name + ": each packet is there as it should be", not wrong, wrong[:3])
    check(name + ": every packet is there",
          sorted(forms) == list(range(1, len(came) + 1)))
    check(name + ": what has left is what a plain run writes",
          after == [(s * 1000000 + f, d, n) for s, f, d, n in left])


def check_tshark(name, file, found):
    """tshark reads the same comments and interfaces."""
    rows = tshark("-r", file, "-T", "fields", "-E", "aggregator=|", "-e",
                  "frame.interface_name", "-e", "frame.packet_id", "-e",
                  "frame.comment")
    wanted = ["%s\t%d\t%s" % (interface_name(found, p), identity(p),
                              "|".join(comments(p)))
              for p in found["packets"]]
    check(name + ": tshark reads %d comments" % len(rows), rows == wanted,
          [pair for pair in zip(rows, wanted) if pair[0] != pair[1]][:2])


def both(arguments, name, output="both.pcapng"):
    done = run(*arguments, "--explain", "--both", name, path(output))
    assert done.returncode == 0, done.stderr
    with open(path(output), "rb") as file:
        return parse_pcapng(file.read()), Lines(done.stdout.decode())

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-pcap --both: each packet before and after, on the interface inside and
on the one outside, with a comment. What leaves the translator is what a plain
run writes, byte by byte; what comes to it is the input; tshark reads who is on
which interface, and why."""

import os
import random
import re
import struct
import subprocess

from pcap_common import (CAPTURES, NANO, PROGRAM, SANITIZER, check, finish,
                         parse_pcap, parse_pcapng, path, pcap_bytes, record,
                         run, short_talk, tshark, write_pcap)

SIDES = ["--inside", "192.168.77.0/24", "--address", "203.0.113.1"]
COMMENT, FLAGS, ID = 1, 2, 5
NAME, DESCRIPTION, RESOLUTION = 2, 3, 9
INBOUND, OUTBOUND = 1, 2

# Captures and options: all protocols, both sides of the gateway, fragments,
# ICMP errors, AH, hosts that are held back.
RUNS = [
    ("pptp-three-inside", []),
    ("pptp-killed-same-outside", []),
    ("pptp-loss-inside", ["--general"]),
    ("l2tp-three-inside", []),
    ("l2tp_same-inside", ["--l2tp-port-1701"]),
    ("esp-ike1-at-once-inside", ["--hold"]),
    ("esp-ike2-rekey-inside", []),
    ("esp_3-hidden", []),
    ("esp_frag-routed", []),
    ("ike_frag_3-routed", []),
    ("pmtu_esp-routed", []),
    ("ah_1-routed", []),
    ("everything-inside", ["--general"]),
    ("everything-outside", []),
    ("general-inside", ["--general", "--mss", "600"]),
]


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


def check_captures():
    dropped = held = 0
    for name, more in RUNS:
        file = os.path.join(CAPTURES, name + ".pcap")
        plain = run(*SIDES, *more, file, path("plain.pcap"))
        assert plain.returncode == 0, plain.stderr
        with open(file, "rb") as input_file:
            magic, link, came = parse_pcap(input_file.read())
        with open(path("plain.pcap"), "rb") as output_file:
            _, _, left = parse_pcap(output_file.read())
        found, lines = both(SIDES + more, file)
        assert magic != NANO
        check(name + ": two interfaces of the input's kind, microseconds",
              [(i[0], dict(i[2])) for i in found["interfaces"]] ==
              [(link, {NAME: side, RESOLUTION: b"\x06"})
               for side in (b"inside", b"outside")], found["interfaces"])
        check_forms(name, found, lines, came, left, link)
        check_tshark(name, path("both.pcapng"), found)
        dropped += len(came) - len(left)
        held += len(lines.held)
    check("some packets were dropped", dropped > 50, dropped)


# A comment in full: capture, options, packet, comments.
COMMENTS = [
    ("pptp-three-inside", [], 1,
     ["OUT, translated: PPTP control connection: 192.168.77.11:54038 -> "
      "203.0.113.1:54038, opened"]),
    ("pptp-killed-same-inside", [], 39,
     ["OUT, translated: PPTP control connection: 192.168.77.12:55656 -> "
      "203.0.113.1:55656, Call ID 1799 -> 1865, PPTP call opened"]),
    ("pptp-killed-same-inside", [], 41,
     ["IN, translated: PPTP control connection: 203.0.113.1:55656 -> "
      "192.168.77.12:55656, Peer's Call ID 1865 -> 1799"]),
    ("pptp-killed-same-inside", [], 44,
     ["IN, translated: PPTP call: 203.0.113.1 -> 192.168.77.12, "
      "Call ID 1865 -> 1799"]),
    ("esp-ike1-three-inside", [], 16,
     ["IN, translated: ESP inbound SA: 203.0.113.1 -> 192.168.77.11, opened",
      "paired: ESP SPI 0xb297d90e 203.0.113.10 > 192.168.77.11, no other host "
      "has ESP there"]),
    ("ah_1-routed", [], 1, ["OUT, dropped: AH cannot be translated (AH)"]),
]


def check_comments():
    for name, more, number, wanted in COMMENTS:
        found, _ = both(SIDES + more, os.path.join(CAPTURES, name + ".pcap"))
        told = {tuple(comments(p)) for p in found["packets"]
                if identity(p) == number}
        check("%s, packet %d: %s" % (name, number, wanted[0]),
              told == {tuple(wanted)}, told)
    found, _ = both(SIDES + ["--hold"], os.path.join(
        CAPTURES, "esp-ike1-at-once-inside.pcap"))
    told = {text for p in found["packets"] for text in comments(p)}
    check("a host that waits: why",
          "OUT, dropped: held back: another host is setting up (IKE session)"
          in told, sorted(told)[:20])
    found, _ = both(SIDES, os.path.join(CAPTURES, "pmtu_esp-routed.pcap"))
    told = {text for p in found["packets"] for text in comments(p)}
    check("an ICMP error: about what",
          "IN, translated: ICMP type 3 code 4 about ESP outbound SA: "
          "203.0.113.1 -> 192.168.77.11" in told)


# Two captures of one router

def check_outside():
    """Without frames; each capture's packets come on its own interface."""
    names = [os.path.join(CAPTURES, "pptp-three-%s.pcap" % side)
             for side in ("inside", "outside")]
    more = SIDES + ["--outside", names[1]]
    plain = run(*more, names[0], path("plain.pcap"))
    assert plain.returncode == 0, plain.stderr
    with open(path("plain.pcap"), "rb") as file:
        _, link, left = parse_pcap(file.read())
    found, _ = both(more, names[0])
    packets = found["packets"]
    check("--outside: two interfaces without frames",
          [(i[0], dict(i[2])[NAME]) for i in found["interfaces"]] ==
          [(link, b"inside"), (link, b"outside")])
    pairs = list(zip(packets[::2], packets[1::2]))
    check("--outside: each packet before and after",
          len(packets) == 2 * len(left) and
          all(identity(a) == identity(b) for a, b in pairs))
    check("--outside: after, as a plain run writes it",
          [(p[1], p[2], p[3]) for p in packets[1::2]] ==
          [(s * 1000000 + f, d, n) for s, f, d, n in left])
    check("--outside: from inside out, and from outside in",
          all((interface_name(found, a), interface_name(found, b),
               a[2][12:15] == bytes([192, 168, 77])) in
              (("inside", "outside", True), ("outside", "inside", False))
              for a, b in pairs))


# pcapng read: names, interfaces, byte orders

TALK = short_talk("192.168.77.11", "203.0.113.10", 40001, 0x1234, 0x80)
TALK_TWO = short_talk("192.168.77.12", "203.0.113.10", 40002, 0x1234, 0x80)


def ng_block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def ng_option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (
        -len(value) % 4)


def ng_section(order):
    return ng_block(order, 0x0a0d0d0a, struct.pack(
        order + "IHHq", 0x1a2b3c4d, 1, 0, -1))


def ng_interface(order, name=b"", description=b""):
    body = struct.pack(order + "HxxI", 1, 262144)
    for code, value in ((NAME, name), (DESCRIPTION, description)):
        if value:
            body += ng_option(order, code, value)
    return ng_block(order, 1, body + ng_option(order, 0, b""))


def ng_packet(order, packet, interface, kind=6):
    seconds, fraction, data, length = packet
    stamp = seconds * 1000000 + fraction
    if kind == 3:
        return ng_block(order, 3, struct.pack(order + "I", length) + data)
    head = "IIIII" if kind == 6 else "HHIIII"
    numbers = [interface] + [0] * (kind == 2)
    return ng_block(order, kind, struct.pack(
        order + head, *numbers, stamp >> 32, stamp & 0xffffffff, len(data),
        length) + data)


def ng_names(order, name):
    value = bytes([192, 168, 77, 11]) + name + b"\0"
    value = struct.pack(order + "HH", 1, len(value)) + value
    return ng_block(order, 4, value + b"\0" * (-len(value) % 4) + bytes(4))


def several(order):
    """Three interfaces, one of them late, one without a name, and two blocks of
    names; packets of two kinds of blocks."""
    data = ng_section(order) + ng_interface(order, b"eth0", b"to the LAN")
    data += ng_interface(order) + ng_names(order, b"client.example")
    for i, packet in enumerate(TALK.records):
        if i == 5:
            data += ng_interface(order, b"wlan0")
            data += ng_block(order, 0x0bad, bytes(range(40)))
        if i == 7:
            data += ng_names(order, b"late.example")
        data += ng_packet(order, packet, i % (2 if i < 6 else 3),
                          2 if i % 4 == 1 else 6)
    return data


def several_sections(order):
    """Each section counts its interfaces anew."""
    data = ng_section(order) + ng_interface(order, b"eth0")
    for packet in TALK.records:
        data += ng_packet(order, packet, 0)
    data += ng_section(order) + ng_interface(order, b"eth1")
    for packet in TALK_TWO.records:
        data += ng_packet(order, packet, 0, 2)
    return data


def both_of(data, *more):
    done = run(*SIDES, *more, "--both", "-", "-", stdin=data)
    assert done.returncode == 0, done.stderr
    return parse_pcapng(done.stdout)


def described(found, packet):
    return dict(found["interfaces"][packet[0]][2]).get(DESCRIPTION,
                                                       b"").decode()


def check_names():
    for order in "<>":
        end = {"<": "little", ">": "big"}[order]
        found = both_of(several(order))
        rows = [(dict(i[2])[NAME], dict(i[2]).get(DESCRIPTION, b""))
                for i in found["interfaces"]]
        check("pcapng, %s endian: names of all interfaces" % end, rows == [
            (side, what) for what in (b"eth0: to the LAN", b"", b"wlan0")
            for side in (b"inside", b"outside")], rows)
        names = [body for kind, body in found["others"] if kind == 4]
        check("pcapng, %s endian: names of addresses" % end,
              len(names) == 2 and b"client.example" in names[0] and
              b"late.example" in names[1] and found["order"] == order)
        wanted = ["eth0: to the LAN", "", "wlan0"]
        at = struct.Struct(order + "Q")
        wrong = [p for p in found["packets"]
                 for i in [at.unpack(options(p, ID)[0])[0] - 1]
                 if described(found, p) != wanted[i % (2 if i < 6 else 3)]]
        check("pcapng, %s endian: each packet's interface" % end,
              not wrong and len(found["packets"]) == 2 * len(TALK.records))
        check("pcapng, %s endian: nanoseconds" % end,
              all(dict(i[2])[RESOLUTION] == b"\x09"
                  for i in found["interfaces"]) and
              found["packets"][0][1] == TALK.records[0][1] * 1000)
        with open(path("names.pcapng"), "wb") as file:
            file.write(several(order))
        done = run(*SIDES, "--both", path("names.pcapng"), path("b.pcapng"))
        rows = tshark("-r", path("b.pcapng"), "-T", "fields", "-e",
                      "frame.interface_description", "-e", "ip.src_host",
                      "-N", "n")
        check("pcapng, %s endian: tshark has all of it" % end,
              done.returncode == 0 and
              len([r for r in rows if r.startswith("eth0: to the LAN\t")])
              > 5 and any("late.example" in r or "client.example" in r
                          for r in rows), rows[:4])


def check_sections():
    for order in "<>":
        found = both_of(several_sections(order))
        count = len(TALK.records) * 2
        check("pcapng, sections: each with its interface",
              [described(found, p) for p in found["packets"]] ==
              ["eth0"] * count + ["eth1"] * count)
    data = ng_section("<") + ng_interface("<", b"lo")
    data += b"".join(ng_packet("<", r, 0, 3) for r in TALK.records)
    found = both_of(data)
    check("pcapng, simple packets: of the first interface",
          len(found["packets"]) == 2 * len(TALK.records) and
          all(described(found, p) == "lo" for p in found["packets"]))
    found = both_of(ng_section("<") + ng_interface("<", b"empty"))
    check("pcapng without packets: the interfaces all the same",
          len(found["interfaces"]) == 2 and not found["packets"])


def check_many():
    """More packets than are read ahead, so that their interfaces must be kept
    in step."""
    data = ng_section("<") + ng_interface("<", b"a") + ng_interface("<", b"b")
    one = TALK.records[0]
    dice = random.Random(3)
    order = [dice.randrange(2) for _ in range(5000)]
    data += b"".join(ng_packet("<", one, i) for i in order)
    found = both_of(data)
    check("pcapng, 5,000 packets: each with its interface",
          [described(found, p) for p in found["packets"][::2]] ==
          ["ab"[i] for i in order])


def check_pipe():
    """Each packet at once, both ways, also of pcapng."""
    with subprocess.Popen([PROGRAM, *SIDES, "--both", "-", "-"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        head = ng_section("<") + ng_interface("<", b"eth0")
        process.stdin.write(head + ng_packet("<", TALK.records[0], 0))
        process.stdin.flush()
        got = b""
        while got.count(b"PPTP control connection") < 2:
            more = os.read(process.stdout.fileno(), 65536)
            if not more:
                break
            got += more
        check("pipe: a packet's two forms come before the next packet",
              len(parse_pcapng(got)["packets"]) == 2)
        process.stdin.close()
        check("pipe: it ends well", process.wait() == 0 and
              process.stdout.read() == b"")


# Other inputs

LINKS = [0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 276]


def check_links():
    for link in LINKS:
        data = pcap_bytes([record(b"\1\2\3", 1)], link=link)
        plain = run(*SIDES, "-", "-", stdin=data)
        written = parse_pcap(plain.stdout)
        found = both_of(data)
        check("link type %d: as in a plain output, and its snap length" % link,
              [i[:2] for i in found["interfaces"]] ==
              [(written[1], 262144)] * 2, found["interfaces"])


def check_times():
    frame = TALK.records[0][2]
    rows = [("the first second", (0, 0), {}), ("1999", (915148799, 999999), {}),
            ("2038", (0x80000000, 1), {}), ("2106", (0xffffffff, 999999), {}),
            ("nanoseconds", (1, 123456789), {"magic": NANO})]
    for name, (seconds, fraction), how in rows:
        data = pcap_bytes([(seconds, fraction, frame, len(frame))], **how)
        found = both_of(data)
        unit = 1000000000 if how else 1000000
        check("time: " + name, [p[1] for p in found["packets"]] ==
              [seconds * unit + fraction] * 2)


def check_sides():
    """ARP and others show no side: they are where the last packet was."""
    arp = b"\xff" * 6 + b"\2" * 6 + b"\x08\x06" + bytes(28)
    out = TALK.records[0][2]
    came = out[:26] + bytes([203, 0, 113, 10, 203, 0, 113, 1]) + out[34:]
    packets = [arp, out, arp, came, arp, out, arp]
    found = both_of(pcap_bytes([record(p, i) for i, p in enumerate(packets)]))
    sides = [interface_name(found, p) for p in found["packets"]
             if p[2] == arp]
    check("ARP: where the packet before it was captured",
          sides == ["inside", "inside", "outside", "inside"], sides)


def check_held():
    """Fragments in the wrong order: two forms with one number, the time of the
    capture before; one whose others never come is there, too."""
    from scapy.layers.inet import IP, UDP, fragment
    from scapy.layers.l2 import Ether
    parts = fragment(IP(src="192.168.77.11", dst="203.0.113.10", id=7) /
                     UDP(sport=500, dport=500) / bytes(3000), 1480)
    frames = [bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b") /
                    IP(bytes(p))) for p in (parts[0], parts[1], parts[2])]
    opening = bytes(Ether() / IP(src="192.168.77.11", dst="203.0.113.10") /
                    UDP(sport=500, dport=500) / bytes(28))
    name = write_pcap("held.pcap", [
        record(opening, 0), record(frames[2], 1), record(frames[1], 2),
        record(frames[0], 3)])
    found, lines = both(SIDES, name)
    check("held fragments: each has two forms, of when they were captured",
          lines.held == {2, 3} and
          [(identity(p), p[1] // 1000000) for p in found["packets"]] ==
          [(1, 0), (1, 0), (4, 3), (4, 3), (3, 2), (3, 3), (2, 1), (2, 3)],
          [(identity(p), p[1]) for p in found["packets"]])
    told = [comments(p)[0] for p in found["packets"]]
    check("held fragments: the comment says so",
          [text.startswith("OUT, held for other fragments, then translated: ")
           for text in told] == [False] * 4 + [True] * 4, told)
    name = write_pcap("lost.pcap", [record(opening, 0), record(frames[1], 1)])
    found, lines = both(SIDES, name)
    last = found["packets"][-1]
    check("a held fragment that is dropped in the end",
          len(found["packets"]) == 3 and identity(last) == 2 and
          comments(last) == ["OUT, held for other fragments, then dropped: "
                             "fragment"] and last[2] == frames[1],
          comments(last))


def spoil(data, dice):
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(data))
        data[at] = dice.choice((0, 255, dice.randrange(256),
                                data[at] ^ 1 << dice.randrange(8)))
    if dice.randrange(3) == 0:
        del data[dice.randrange(len(data)):]
    return bytes(data)


def check_spoiled():
    """Broken files: an error or not, what is written can be read, and has the
    packets that a plain run has."""
    runs = int(os.environ.get("FUZZ_RUNS", "300"))
    seeds = [several("<"), several(">"), several_sections("<"),
             pcap_bytes(TALK.records)]
    wrong = []
    for number in range(runs):
        dice = random.Random(number)
        data = spoil(dice.choice(seeds), dice)
        plain = run(*SIDES, "-", path("out.pcap"), stdin=data)
        done = run(*SIDES, "--both", "-", path("out.pcapng"), stdin=data)
        if SANITIZER.search(done.stderr) or done.returncode not in (0, 1) or (
                done.returncode != plain.returncode):
            wrong.append((number, done.returncode, done.stderr[-200:]))
            continue
        if not os.path.exists(path("out.pcapng")):
            continue
        with open(path("out.pcapng"), "rb") as file:
            found = parse_pcapng(file.read())
        with open(path("out.pcap"), "rb") as file:
            left = parse_pcap(file.read())[2]
        order = struct.Struct(found["order"] + "Q")
        forms = {}
        for p in found["packets"]:
            forms.setdefault(order.unpack(options(p, ID)[0])[0],
                             []).append(p[2])
        written = [p[2] for p in left]
        shown = [data for forms in forms.values() for data in forms]
        if any(data not in shown for data in written):
            wrong.append((number, "a packet lacks"))
        os.remove(path("out.pcapng"))
    check("%d spoiled files" % runs, not wrong, wrong[:3])


def main():
    check_captures()
    check_comments()
    check_outside()
    check_names()
    check_sections()
    check_many()
    check_pipe()
    check_links()
    check_times()
    check_sides()
    check_held()
    check_spoiled()
    finish()


main()

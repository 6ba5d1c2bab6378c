#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-pcap --both: each packet before and after, on the interface inside and
on the one outside, with a comment. What leaves the translator is what a plain
run writes, byte by byte; what comes to it is the input; tshark reads who is on
which interface, and why."""

import os
import random
import struct

from pcap_both_lines import (ID, NAME, RESOLUTION, SIDES, both, check_forms,
                             check_tshark, comments, identity, interface_name,
                             options)
from pcap_both_pcapng import (TALK, both_of, check_many, check_names,
                              check_pipe, check_sections, several,
                              several_sections)
from pcap_common import (CAPTURES, NANO, SANITIZER, check, finish, parse_pcap,
                         parse_pcapng, path, pcap_bytes, record, run,
                         write_pcap)

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

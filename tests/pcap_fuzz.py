#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Random cuts and byte flips of captures through vpnalg-pcap. It may refuse
them, but not crash, not be told off by a sanitizer, not leave a broken file,
and not let a packet of a control connection or of IPsec out with its inside
address.

FUZZ_RUNS sets how many (default 300), FUZZ_SEED where the random numbers
start. FUZZ_CAPTURES names a folder of more captures."""

import glob
import os
import random
import struct

from pcap_common import (CAPTURES, SANITIZER, check, finish, merged,
                         parse_pcap, path, pcap_bytes, pcapng_bytes, run,
                         short_talk)

RUNS = int(os.environ.get("FUZZ_RUNS", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

# Long captures are mostly data; their beginning is what counts.
LONGEST = 60000
HEADER = 24  # without packets there is nothing to spoil

OUTSIDE = bytes([203, 0, 113, 1])
INSIDE = [(10 << 24, 8), (0xac100000, 12), (0xc0a80000, 16), (0x64400000, 10)]


def seeds():
    """The captures to be spoiled."""
    folders = [CAPTURES, os.environ.get("FUZZ_CAPTURES", "")]
    names = [name for folder in folders if folder
             for name in glob.glob(folder + "/**/*.pcap*", recursive=True)
             if os.path.getsize(name) > HEADER]
    captures = []
    for name in sorted(names):
        with open(name, "rb") as file:
            captures.append(file.read(LONGEST))
    return captures + made_up()


def made_up():
    """Small ones, where a flip hits something that matters."""
    server = "203.0.113.10"
    one = short_talk("192.168.77.11", server, 40001, 0x1234, 0x80).records
    two = merged(*[short_talk("192.168.77.%d" % i, server, 40001, 0x1234, i,
                              time=i * 0.0005) for i in (1, 2, 3)])
    raw = [(s, f, d[14:], n - 14) for s, f, d, n in two]
    tagged = [(s, f, d[:12] + b"\x81\x00\x00\x05" + d[12:], n + 4)
              for s, f, d, n in one]
    return [pcap_bytes(one), pcap_bytes(two), pcap_bytes(raw, link=101),
            pcap_bytes(tagged), pcapng_bytes(two),
            pcap_bytes([(s, f, d[:80], n) for s, f, d, n in two])]


def spoil(data, dice):
    """Flips some bytes, cuts the end, or both; now and then nothing."""
    data = bytearray(data)
    kind = dice.randrange(8)
    if kind != 0:
        first = 0 if kind == 1 else 24  # spare the file header mostly
        for _ in range(dice.choice((1, 1, 2, 5, 20, 100))):
            at = dice.randrange(first, len(data))
            data[at] = dice.choice((dice.randrange(256), 0, 255,
                                    data[at] ^ 1 << dice.randrange(8)))
    if kind in (0, 2):
        del data[dice.randrange(len(data) + 1):]
    return bytes(data)


def is_inside(address):
    number = struct.unpack(">I", address)[0]
    return any(number >> (32 - length) == prefix >> (32 - length)
               for prefix, length in INSIDE)


def leaks(frame):
    """Does this Ethernet frame hold a control segment for a single remote, with
    the inside address it had?"""
    ip = frame[14:]
    if frame[12:14] != b"\x08\x00" or len(ip) < 40 or ip[0] >> 4 != 4:
        return False
    header = (ip[0] & 15) * 4
    whole = 20 <= header <= len(ip) - 4 and ip[9] == 6 and not (
        struct.unpack(">H", ip[6:8])[0] & 0x3fff)
    total = struct.unpack(">H", ip[2:4])[0]
    return (whole and total >= header + 20 and is_inside(ip[12:16]) and
            not is_inside(ip[16:20]) and ip[16:20] != OUTSIDE and
            0 < ip[16] < 224 and ip[header + 2:header + 4] == b"\x06\xbb")


def leaks_ipsec(frame):
    """Does it hold ESP or AH, be it a fragment, or what goes to the ports of
    IKE, for a single remote, with the inside address it had?"""
    ip = frame[14:]
    if frame[12:14] != b"\x08\x00" or len(ip) < 20 or ip[0] >> 4 != 4:
        return False
    header, total = (ip[0] & 15) * 4, struct.unpack(">H", ip[2:4])[0]
    later = struct.unpack(">H", ip[6:8])[0] & 0x1fff
    ike = (ip[9] == 17 and not later and header + 4 <= min(len(ip), total) and
           ip[header + 2:header + 4] in (b"\x01\xf4", b"\x11\x94"))
    return (20 <= header <= min(len(ip), total) and
            (ip[9] in (50, 51) or ike) and is_inside(ip[12:16]) and
            not is_inside(ip[16:20]) and ip[16:20] != OUTSIDE and
            0 < ip[16] < 224)


def leaks_general(frame):
    """Does it hold anything but an ICMP error for a single remote, with the
    inside address it had? Whole or a fragment, that does not matter."""
    ip = frame[14:]
    if frame[12:14] != b"\x08\x00" or len(ip) < 20 or ip[0] >> 4 != 4:
        return False
    header, total = (ip[0] & 15) * 4, struct.unpack(">H", ip[2:4])[0]
    error = ip[9] == 1 and ip[header:header + 1] in (b"\x03", b"\x04", b"\x05",
                                                     b"\x0b", b"\x0c")
    return (20 <= header <= min(len(ip), total) and
            not error and is_inside(ip[12:16]) and
            not is_inside(ip[16:20]) and ip[16:20] != OUTSIDE and
            0 < ip[16] < 224)


def judge(data, dice):
    """Runs the program; says what was wrong with it, or nothing."""
    output = path("out.pcap")
    if os.path.exists(output):
        os.remove(output)
    options = ["--explain"] if dice.randrange(4) == 0 else []
    if dice.randrange(4) == 0:
        options += ["--html", os.devnull]
    general = dice.randrange(2) == 0
    if general:
        options.append("--general")
    done = run("--seed", "1", *options, "-", output, stdin=data)
    if done.returncode not in (0, 1) or SANITIZER.search(done.stderr):
        return "status %d: %s" % (done.returncode, done.stderr[-2000:])
    if done.returncode == 0 and not os.path.exists(output):
        return "no output"
    if not os.path.exists(output):
        return None
    with open(output, "rb") as file:
        _, link, records = parse_pcap(file.read())
    for i, packet in enumerate(records):
        if link == 1 and (leaks(packet[2]) or leaks_ipsec(packet[2]) or
                          general and leaks_general(packet[2])):
            return "output packet %d shows an inside address" % (i + 1)
    return None


def keep(data, number):
    """What was found must be found again."""
    name = "fuzz-%d-%d.pcap" % (SEED, number)
    with open(name, "wb") as file:
        file.write(data)
    return name


def main():
    captures = seeds()
    found = []
    for number in range(RUNS):
        dice = random.Random(SEED * 1000003 + number)
        data = spoil(dice.choice(captures), dice)
        wrong = judge(data, dice)
        if wrong:
            found.append("%s: %s" % (keep(data, number), wrong))
            print(found[-1])
            if len(found) > 9:
                break
    check("%d spoiled captures from %d" % (RUNS, len(captures)), not found)
    finish()


main()

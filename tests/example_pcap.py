#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""examples/pcap_translate: captures of real clients. Each packet comes out with
the outside address and right checksums, as many sessions open as in vpnalg-pcap,
and what it does not understand is refused."""

import os
import re
import subprocess

from pcap_common import (CAPTURES, SANITIZER, check, counts, finish, path,
                         read_pcap, record, run, write_pcap)

PROGRAM = os.path.join(os.environ.get("builddir", "."), "examples",
                       "pcap_translate")
INSIDE, OUTSIDE = "192.168.77.0/24", "203.0.113.1"
NETWORK, ADDRESS = bytes([192, 168, 77]), bytes([203, 0, 113, 1])
CHECKSUM_OFF = {6: 16, 17: 6}


def translate(source, target, inside=INSIDE, outside=OUTSIDE):
    done = subprocess.run([PROGRAM, source, target, inside, outside],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    check("no sanitizer speaks", not SANITIZER.search(done.stderr),
          done.stderr)
    return done


def rows(text):
    """The report's numbers: the first of each line, by what follows."""
    found = {}
    for line in text.splitlines():
        row = re.match(r" *(\d+) (?:opened, \d+ closed: )?(.*)", line)
        found[row.group(2)] = int(row.group(1))
    return found


def checksum(data):
    total = sum(data[0::2]) * 256 + sum(data[1::2])
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def is_sound(ip):
    """Whether the checksums that are in the packet are right."""
    header = (ip[0] & 15) * 4
    length = int.from_bytes(ip[2:4], "big")
    protocol, rest = ip[9], ip[header:length]
    good = checksum(ip[:header]) == 0xffff
    if protocol not in CHECKSUM_OFF or len(ip) < length:
        return good
    at = CHECKSUM_OFF[protocol]
    if rest[at:at + 2] == b"\0\0":
        return good
    pseudo = ip[12:20] + bytes([0, protocol]) + len(rest).to_bytes(2, "big")
    return good and checksum(pseudo + rest) == 0xffff


def judge(name):
    source = os.path.join(CAPTURES, name)
    done = translate(source, path("out"))
    check(name + ": all goes well", done.returncode == 0, done.stderr)
    said = rows(done.stdout.decode())
    _, _, before = read_pcap(source)
    _, _, after = read_pcap(path("out"))
    check(name + ": each packet comes out",
          len(before) == len(after) == said["packets read"] ==
          said["translated"], said)
    frames = list(zip((r[2] for r in before), (r[2] for r in after)))
    check(name + ": no inside address is left",
          not any(NETWORK in new[26:34] for _, new in frames))
    check(name + ": the outside address stands for it",
          all(old[26:29] != NETWORK or new[26:30] == ADDRESS
              for old, new in frames) and
          all(old[30:33] != NETWORK or new[30:34] == ADDRESS
              for old, new in frames))
    check(name + ": checksums that were right are right",
          all(is_sound(new[14:]) for old, new in frames if is_sound(old[14:]))
          and any(is_sound(old[14:]) for old, _ in frames))
    theirs = counts(run("--general", "--inside", INSIDE, "--address", OUTSIDE,
                        source, path("theirs")))
    ours = {kind: said[kind] for kind in said if kind in theirs}
    check(name + ": the same sessions open", len(ours) > 1 and all(
        said[kind] == theirs[kind] for kind in ours), (said, theirs))


def refuses(name, source, text, *arguments):
    done = translate(source, path("out"), *arguments)
    check("refused: " + name, done.returncode == 1 and
          text in done.stderr.decode(), done)


def main():
    for name in ("everything", "esp-ike1-three", "l2tp-three", "pptp-three"):
        judge(name + "-inside.pcap")
    good = os.path.join(CAPTURES, "pptp-three-inside.pcap")
    refuses("no file", path("nothing"), "nothing")
    refuses("another link type", write_pcap("link", [], link=105),
            "neither Ethernet nor raw IP")
    refuses("no network", good, "no IPv4 network", "192.168.77/24")
    refuses("no address", good, "no IPv4 address", INSIDE, "203.0.113")
    with open(good, "rb") as file:
        cut = file.read()[:-3]
    with open(path("cut"), "wb") as file:
        file.write(cut)
    refuses("a capture that ends within a packet", path("cut"), "input")

    # ARP, IPv6, a cut header, and a packet between others are copied.
    other = [b"\xff" * 12 + b"\x08\x06" + bytes(46),
             b"\x02" * 12 + b"\x86\xdd" + b"\x60" + bytes(45),
             b"\x02" * 12 + b"\x08\x00\x45" + bytes(10),
             b"\x02" * 12 + b"\x08\x00\x45" + bytes(45)]
    done = translate(write_pcap("other", [record(d) for d in other]),
                     path("out"))
    said = rows(done.stdout.decode())
    check("what does not cross the NAT is copied",
          [r[2] for r in read_pcap(path("out"))[2]] == other and
          said["do not cross the NAT"] == 4, said)
    finish()


main()

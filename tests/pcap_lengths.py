#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""IPv4 headers whose lengths do not say how long the packet is: length 0, as
before segmentation offload, and lengths that make no sense. Nothing is copied
with its inside address."""

import struct

from pcap_common import (check, counts, finish, parse_pcap, pcap_bytes, run,
                         short_talk)

INSIDE = bytes([192, 168, 77, 11])
ARGUMENTS = ("--inside", "192.168.77.0/24", "--address", "203.0.113.1", "-",
             "-")
TALK = short_talk("192.168.77.11", "203.0.113.10", 40001, 0x1234, 0x80)


def translate(records):
    return run(*ARGUMENTS, stdin=pcap_bytes(records))


def checksum(header):
    total = sum(struct.unpack(">%dH" % (len(header) // 2), header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def with_length(frame, length, words=5):
    """The frame with another length and header length, its checksum right."""
    head = bytearray(frame[14:34])
    head[0] = 0x40 | words
    head[2:4] = struct.pack(">H", length)
    head[10:12] = b"\0\0"
    head[10:12] = struct.pack(">H", checksum(bytes(head)))
    return frame[:14] + bytes(head) + frame[34:]


def is_long(frame):
    """No padding: shorter ones are never segmented."""
    return len(frame) > 60


def is_out(frame):
    return is_long(frame) and frame[26:30] == INSIDE


def is_in(frame):
    return is_long(frame) and frame[26:30] != INSIDE


def changed(records, change):
    return [(s, f, change(d), n) for s, f, d, n in records]


def check_zero():
    records = TALK.records
    want = parse_pcap(translate(records).stdout)[2]
    for name, which in (("out", is_out), ("in", is_in), ("all", is_long)):
        done = translate(changed(
            records, lambda d: with_length(d, 0) if which(d) else d))
        got = parse_pcap(done.stdout)[2]
        good = len(got) == len(want)
        for before, a, b in zip(records, got, want):
            expected = with_length(b[2], 0) if which(before[2]) else b[2]
            good = good and a[2] == expected and a[3] == b[3]
        check("length 0, %s: as with its length, and 0 again" % name, good,
              done.stderr.decode())


def check_wrong_checksum():
    """A checksum that nobody has filled in stays wrong."""
    def spoil(frame):
        if not is_long(frame):
            return frame
        frame = with_length(frame, 0)
        return frame[:24] + b"\0\0" + frame[26:]
    done = translate(changed(TALK.records, spoil))
    got = parse_pcap(done.stdout)[2]
    check("length 0 and checksum 0: translated, and wrong as before",
          len(got) == len(TALK.records) and
          all((checksum(r[2][14:34]) == 0) != is_long(r[2]) for r in got),
          done.stderr.decode())


SENSELESS = [(length, 5) for length in (1, 19)] + [
    (40, words) for words in (0, 1, 4)] + [(59, 15), (24, 7)]


def check_senseless():
    first = TALK.records[0]
    for length, words in SENSELESS:
        frame = with_length(first[2], length, words)
        done = translate([(first[0], first[1], frame, len(frame))])
        got = parse_pcap(done.stdout)[2]
        check("length %d, header of %d words: dropped" % (length, words),
              not got and counts(done).get("malformed") == 1,
              done.stderr.decode())


def check_longer():
    """More than was captured, and more than there was."""
    first = TALK.records[0]
    for length in (len(first[2]) - 14 + 1, 65535):
        frame = with_length(first[2], length)
        done = translate([(first[0], first[1], frame, len(frame))])
        check("length %d of %d: dropped" % (length, len(frame) - 14),
              not parse_pcap(done.stdout)[2] and
              counts(done).get("malformed") == 1, done.stderr.decode())


def check_huge():
    """Length 0, and longer than an IPv4 packet can be."""
    first = TALK.records[0]
    frame = with_length(first[2], 0) + bytes(70000)
    done = translate([(first[0], first[1], frame, len(frame))])
    check("length 0 of 70,000 bytes: dropped",
          not parse_pcap(done.stdout)[2] and
          counts(done).get("malformed") == 1, done.stderr.decode())


def check_snapped():
    """The length on the wire counts, not how much was captured."""
    records = changed(TALK.records,
                      lambda d: with_length(d, 0) if is_long(d) else d)
    snapped = [(s, f, d[:60], n) for s, f, d, n in records]
    whole = parse_pcap(translate(records).stdout)[2]
    got = parse_pcap(translate(snapped).stdout)[2]
    check("length 0, cut by a snap length: as far as it is there",
          [r[3] for r in got[:3]] == [r[3] for r in whole[:3]] and
          all(INSIDE != r[2][26:30] for r in got))


def main():
    check_zero()
    check_wrong_checksum()
    check_senseless()
    check_longer()
    check_huge()
    check_snapped()
    finish()


main()

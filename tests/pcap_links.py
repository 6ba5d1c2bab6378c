#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The same conversation behind every link type, in every file format: the
packet must be translated as behind Ethernet, and all around it stay."""

import struct

from pcap_common import (MICRO, NANO, Talk, check, clear_request, counts,
                         finish, parse_pcap, pcap_bytes, pcapng_bytes, record,
                         run, short_talk)

MACS = bytes.fromhex("020000000001020000000002")
COOKED = bytes.fromhex("0000000100060200000000010000")
COOKED2 = bytes.fromhex("0000000000000002000100060200000000010000")
VLAN = bytes.fromhex("810000640800")
OUTSIDE = "203.0.113.1"

TALK = short_talk("192.168.77.11", "203.0.113.10", 40001, 0x1234, 0x80)


def packet_of(frame):
    """The IPv4 packet of an Ethernet frame, without padding."""
    length = struct.unpack(">H", frame[16:18])[0]
    return frame[14:14 + length]


def pppoe(protocol):
    """A PPPoE header with a length that fits, and PPP's protocol."""
    def head(packet):
        return struct.pack(">BBHH", 0x11, 0, 7,
                           len(protocol) + len(packet)) + protocol
    return head


def fixed(header):
    return lambda packet: header


def after_ethernet(types, head=fixed(b"")):
    return lambda packet: MACS + types + head(packet)


IPV4, IP_PPP = b"\x08\x00", b"\x00\x21"

# name, link type of the file read, of the file written, header
LINKS = [
    ("Ethernet", 1, 1, after_ethernet(IPV4)),
    ("VLAN", 1, 1, after_ethernet(VLAN)),
    ("802.1ad", 1, 1, after_ethernet(b"\x88\xa8\x00\x05" + VLAN)),
    ("old QinQ", 1, 1, after_ethernet(b"\x91\x00\x00\x05" + VLAN)),
    ("three tags", 1, 1, after_ethernet(b"\x81\x00\x00\x05" * 2 + VLAN)),
    ("PPPoE", 1, 1, after_ethernet(b"\x88\x64", pppoe(IP_PPP))),
    ("PPPoE, short protocol", 1, 1,
     after_ethernet(b"\x88\x64", pppoe(b"\x21"))),
    ("PPPoE in a VLAN", 1, 1,
     after_ethernet(b"\x81\x00\x00\x64\x88\x64", pppoe(IP_PPP))),
    ("Linux cooked", 113, 113, fixed(COOKED + IPV4)),
    ("Linux cooked, VLAN", 113, 113, fixed(COOKED + VLAN)),
    ("Linux cooked 2", 276, 276, fixed(IPV4 + COOKED2[2:])),
    ("NULL, little endian", 0, 0, fixed(b"\x02\x00\x00\x00")),
    ("NULL, big endian", 0, 0, fixed(b"\x00\x00\x00\x02")),
    ("LOOP", 108, 108, fixed(b"\x00\x00\x00\x02")),
    ("raw IP, 12", 12, 101, fixed(b"")),
    ("raw IP, 14", 14, 101, fixed(b"")),
    ("raw IP, 101", 101, 101, fixed(b"")),
    ("IPv4", 228, 228, fixed(b"")),
    ("PPP", 9, 9, fixed(IP_PPP)),
    ("PPP, address and control", 9, 9, fixed(b"\xff\x03" + IP_PPP)),
    ("PPP, short protocol", 9, 9, fixed(b"\x21")),
    ("PPP, both", 9, 9, fixed(b"\xff\x03\x21")),
    ("PPP in HDLC framing", 50, 50, fixed(b"\xff\x03" + IP_PPP)),
    ("PPPoE alone", 51, 51, pppoe(IP_PPP)),
]


def translate(data):
    return run("--address", OUTSIDE, "-", "-", stdin=data)


def reference():
    """The conversation's packets, translated behind Ethernet."""
    done = translate(pcap_bytes(TALK.records))
    return [packet_of(r[2]) for r in parse_pcap(done.stdout)[2]]


def check_links(translated):
    for name, link, written, head in LINKS:
        packets = [packet_of(r[2]) for r in TALK.records]
        before = [record(head(p) + p, i) for i, p in enumerate(packets)]
        after = [record(head(p) + new, i)
                 for i, (p, new) in enumerate(zip(packets, translated))]
        done = translate(pcap_bytes(before, link=link))
        check(name, done.returncode == 0 and
              parse_pcap(done.stdout) == (MICRO, written, after),
              done.stderr.decode())


def check_reference(translated):
    """The other tests compare with it, so it must be translated itself."""
    sources = {p[12:16] for p in translated} | {p[16:20] for p in translated}
    check("the conversation is translated behind Ethernet",
          len(translated) == len(TALK.records) and
          sources == {bytes([203, 0, 113, 1]), bytes([203, 0, 113, 10])})


def check_cuts():
    """Headers that end too soon are copied and read no further."""
    packet = packet_of(TALK.records[0][2])
    for name, link, written, head in LINKS:
        whole = head(packet) + packet
        end = len(head(packet)) + 20
        before = [record(whole[:cut], cut, len(whole)) for cut in range(end)]
        done = translate(pcap_bytes(before, link=link))
        check(name + ", header cut", done.returncode == 0 and
              parse_pcap(done.stdout) == (MICRO, written, before),
              done.stderr.decode())


def check_others():
    """What is not IPv4 is copied, be it near to it."""
    packet = packet_of(TALK.records[0][2])
    six = b"\x60" + packet[1:]
    others = [
        (1, MACS + b"\x86\xdd" + six), (1, MACS + b"\x08\x06" + packet),
        (1, MACS + IPV4 + six), (1, MACS + b"\x88\x63" + packet),
        (1, MACS + b"\x88\x64\x11\x09\x00\x01\x00\x04" + IP_PPP + packet),
        (1, MACS + b"\x88\x64\x11\x00\x00\x01\x00\x04\xc0\x21" + packet),
        (0, b"\x1e\x00\x00\x00" + six), (108, b"\x02\x00\x00\x00" + packet),
        (101, six), (9, b"\x00\x57" + six), (113, COOKED + b"\x86\xdd" + six),
        (276, b"\x86\xdd" + COOKED2[2:] + six), (51, b"\x11\x65" + packet),
    ]
    for link, data in others:
        done = translate(pcap_bytes([record(data)], link=link))
        check("link type %d, not IPv4: %s" % (link, data[:20].hex()),
              done.returncode == 0 and counts(done).get("not IPv4") == 1 and
              parse_pcap(done.stdout)[2] == [record(data)],
              done.stderr.decode())


def check_formats(translated):
    def row(name, data, magic, unit):
        done = translate(data)
        good = done.returncode == 0
        if good:
            found = parse_pcap(done.stdout)
            good = (found[0] == magic and
                    [packet_of(r[2]) for r in found[2]] == translated and
                    [r[:2] for r in found[2]] ==
                    [(r[0], r[1] * unit) for r in TALK.records])
        check(name, good, done.stderr.decode())

    nano = [(s, f * 1000 + 7, d, n) for s, f, d, n in TALK.records]
    row("pcap, big endian", pcap_bytes(TALK.records, order=">"), MICRO, 1)
    row("pcapng", pcapng_bytes(TALK.records), NANO, 1000)
    row("pcapng, two interfaces of a kind",
        pcapng_bytes(TALK.records, links=(1, 1)), NANO, 1000)
    for order in "<>":
        done = translate(pcap_bytes(nano, magic=NANO, order=order))
        found = parse_pcap(done.stdout)
        check("nanoseconds stay, " + order, found[0] == NANO and
              [r[:2] for r in found[2]] == [r[:2] for r in nano])
    done = translate(pcapng_bytes(nano, resolution=9))
    check("and those of pcapng", [r[:2] for r in parse_pcap(done.stdout)[2]]
          == [r[:2] for r in nano])


def check_mixed():
    done = translate(pcapng_bytes(TALK.records, links=(1, 101)))
    check("pcapng with two link types is said to be broken",
          done.returncode == 1 and b"packet " in done.stderr,
          done.stderr.decode())


def check_snap(translated):
    """A snap length leaves the headers and IDs: all is translated."""
    before = [(s, f, d[:96], n) for s, f, d, n in TALK.records]
    done = translate(pcap_bytes(before))
    after = [(s, f, (d[:14] + p + d[14 + len(p):])[:96], n)
             for (s, f, d, n), p in zip(TALK.records, translated)]
    check("a capture with a snap length", done.returncode == 0 and
          parse_pcap(done.stdout)[2] == after, done.stderr.decode())


def crowded():
    """Two clients with equal Call IDs, and a segment of one of them with more
    IDs to rewrite than the translator can keep in mind."""
    talks = [Talk("192.168.77.%d" % (11 + i), "203.0.113.10", 40001 + i)
             for i in range(2)]
    calls = range(0x1200, 0x1208)
    for talk in talks:
        talk.connect()
        for i, call in enumerate(calls):
            talk.call(call, 0x40 + i if talk is talks[0] else 0x80 + i)
        talk.tcp(1, "A")
        talk.tcp(0, "PA", b"".join(clear_request(call) for call in calls))
        talk.time += 1
    return talks[0].records + talks[1].records


def whole_frame(data, length, pppoe_at):
    """Do the lengths of PPPoE, IP and the record agree?"""
    ip = pppoe_at + 8
    total = struct.unpack(">H", data[ip + 2:ip + 4])[0]
    inner = struct.unpack(">H", data[pppoe_at + 4:pppoe_at + 6])[0]
    return len(data) == length == ip + total and inner == 2 + total


def check_shorter():
    """A segment that must be cut: the frame around it shrinks too."""
    head = pppoe(IP_PPP)
    for name, start in (("alone", b""), ("in Ethernet", MACS + b"\x88\x64")):
        before = []
        for s, f, data, _ in crowded():
            packet = packet_of(data)
            frame = start + head(packet) + packet
            before.append((s, f, frame, len(frame)))
        done = translate(pcap_bytes(before, link=1 if start else 51))
        cut = counts(done).get("and cut short", 0)
        after = parse_pcap(done.stdout)[2]
        shorter = [r for r, b in zip(after, before) if r[3] < b[3]]
        check("PPPoE %s: a cut segment has a frame that fits" % name,
              done.returncode == 0 and cut == len(shorter) > 0 and
              all(whole_frame(r[2], r[3], len(start)) for r in after),
              done.stderr.decode())
    before = [(s, f, d + b"\xee" * 9, n + 9) for s, f, d, n in crowded()]
    done = translate(pcap_bytes(before))
    shorter = [r for r, b in zip(parse_pcap(done.stdout)[2], before)
               if r[3] < b[3]]
    check("Ethernet: a cut segment loses its trailer", len(shorter) > 0 and
          all(len(r[2]) == r[3] == 14 + len(packet_of(r[2]))
              for r in shorter), done.stderr.decode())


def main():
    translated = reference()
    check_reference(translated)
    check_links(translated)
    check_cuts()
    check_others()
    check_formats(translated)
    check_mixed()
    check_snap(translated)
    check_shorter()
    finish()


main()

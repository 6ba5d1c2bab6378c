#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams in fragments through vpnalg-pcap, in any order: what tshark puts
together is what came, the times never run back, and the report and --explain
count each packet once, whether it was held or not."""

import itertools
import json
import struct

from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.l2 import Ether

from pcap_common import (check, counts, enhanced_gre, finish, outgoing_reply,
                         outgoing_request, path, read_pcap, record, run,
                         short_talk, tshark, write_pcap)

OUTSIDE, SERVER, CLIENT = "203.0.113.1", "203.0.113.10", "192.168.77.11"
SIDES = ["--inside", "192.168.77.0/24", "--address", OUTSIDE]
CHECKED = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
           "-o", "tcp.check_checksum:TRUE"]
ORDERS = list(itertools.permutations(range(3)))


def frame(packet, padding=b""):
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b") /
                 packet) + padding


FILLING = bytes(i * 7 & 255 for i in range(3980))
IKE = bytes(range(8)) + bytes(8) + b"\x2e\x20\x23\x08"
SCCRQ = bytes.fromhex("c802 0043 0000 0000 0000 0000 8008 0000 0000 0001"
                      "8008 0000 0002 0100 800a 0000 0003 0000 0003"
                      "000d 0000 0007 636c 6965 6e74 31"
                      "8008 0000 0009 0005 8008 0000 000a 0008")


def udp(port, data):
    return UDP(sport=port, dport=port) / data


# What is behind the IP header of a host's first packet, and of a large one of
# either end; the IP protocol.
KINDS = {
    "IKE": (udp(500, bytes(28)), udp(500, IKE + FILLING), 17),
    "NAT-T": (udp(4500, struct.pack(">II", 0x1001, 1) + bytes(40)),
              udp(4500, struct.pack(">II", 0x1001, 2) + FILLING), 17),
    "ESP": (struct.pack(">II", 0x1001, 1) + bytes(40),
            struct.pack(">II", 0x1001, 2) + FILLING, 50),
    "GRE": (bytes.fromhex("2000080000000007") + bytes(40),
            bytes.fromhex("2000080000000007") + FILLING, 47),
    "L2TP": (udp(1701, SCCRQ),
             udp(1701, bytes.fromhex("000200050009") + FILLING), 17),
}


def in_parts(kind, identification, source=CLIENT, destination=SERVER):
    """A datagram of 4,000 bytes, in three parts."""
    packet = IP(src=source, dst=destination, id=identification,
                proto=KINDS[kind][2]) / KINDS[kind][1]
    return [IP(bytes(part)) for part in fragment(IP(bytes(packet)), 1480)]


def ike_fragments(identification, source=CLIENT, destination=SERVER):
    return in_parts("IKE", identification, source, destination)


def translated(name):
    done = run(*SIDES, name, path("out.pcap"))
    return [IP(r[2][14:]) for r in read_pcap(path("out.pcap"))[2]], done


def payload(packets):
    """What fragments hold, put together."""
    return b"".join(bytes(p)[20:p.len] for p in sorted(packets,
                                                       key=lambda p: p.frag))


def without_sum(data):
    """A UDP datagram but for its checksum."""
    return data[:6] + data[8:]


def opening(time=0.0, kind="IKE"):
    """The host has a session with the server, so that a later fragment of its
    may be that session's."""
    return record(frame(IP(src=CLIENT, dst=SERVER, proto=KINDS[kind][2]) /
                        KINDS[kind][0]), time)


def bad_sums(name):
    lines = tshark(*CHECKED, "-r", name, "-T", "fields", "-e",
                   "ip.checksum.status", "-e", "udp.checksum.status", "-e",
                   "tcp.checksum.status")
    return [line for line in lines if "0" in line.split("\t")]


def check_orders(kind):
    """Both ways: a capture inside shows what travelled in, too."""
    for source, destination in ((CLIENT, SERVER), (SERVER, CLIENT)):
        records, parts = [opening(kind=kind)], []
        for i, order in enumerate(ORDERS):
            parts = in_parts(kind, 100 + i, source, destination)
            records += [record(frame(parts[k]), i + j * 0.1)
                        for j, k in enumerate(order)]
        new, done = translated(write_pcap("in.pcap", records))
        name = "%s, 4,000 bytes %s, in every order: " % (
            kind, "out" if source == CLIENT else "in")
        check(name + "all are written", len(new) == len(records) and
              counts(done)["translated"] == len(records), done.stderr.decode())
        check(name + "of those before the first, each was held",
              counts(done).get("held, and counted above") == 1 + 2 + 1 + 2,
              done.stderr.decode())
        check(name + "no inside address is left",
              not any(CLIENT in (p.src, p.dst) for p in new))
        whole = without_sum(payload(parts))
        wrong = [i for i in range(len(ORDERS)) if without_sum(payload(
            [p for p in new if p.id == 100 + i])) != whole]
        check(name + "the datagrams are what they were", not wrong, wrong)
        check_by_tshark(name, len(ORDERS))


def check_one_lost(kind):
    """Without their first one the others go nowhere; without another one the
    two that are left go on."""
    for source, destination in ((CLIENT, SERVER), (SERVER, CLIENT)):
        records, parts = [opening(kind=kind)], {}
        for lost in range(3):
            parts[lost] = in_parts(kind, 200 + lost, source, destination)
            records += [record(frame(part), 1 + lost + i * 0.1)
                        for i, part in enumerate(parts[lost]) if i != lost]
        new, done = translated(write_pcap("in.pcap", records))
        got = {lost: [p for p in new if p.id == 200 + lost]
               for lost in range(3)}
        name = "%s %s, one lost: " % (kind, "out" if source == CLIENT
                                      else "in")
        check(name + "without the first none goes on", not got[0] and
              counts(done).get("fragment") == 2, done.stderr.decode())
        check(name + "without another the two go on", all(
            without_sum(payload(got[lost])) == without_sum(payload(
                [p for i, p in enumerate(parts[lost]) if i != lost]))
            for lost in (1, 2)), got)


def check_by_tshark(name, datagrams):
    out = path("out.pcap")
    check(name + "tshark finds no checksum wrong", not bad_sums(out),
          bad_sums(out))
    found = tshark("-r", out, "-Y", "ip.reassembled.length", "-T", "fields",
                   "-e", "ip.reassembled.length")
    check(name + "and puts them together", len(found) == datagrams, found)
    times = [r[:2] for r in read_pcap(out)[2]]
    check(name + "no time runs back", times == sorted(times))


def check_times():
    """The one at hand is written first, and gives its time to those held, but
    where nothing was written since."""
    parts = [frame(part) for part in ike_fragments(7)]
    name = write_pcap("in.pcap", [opening(), record(parts[2], 1.0),
                                  record(parts[1], 2.0),
                                  record(parts[0], 3.0)])
    new, _ = translated(name)
    records = read_pcap(path("out.pcap"))[2]
    check("times: the first one is written, then those that were held",
          [p.frag * 8 for p in new] == [0, 0, 1480, 2960])
    check("times: they get that of the packet at hand",
          [r[0] for r in records] == [0, 3, 3, 3])


def is_cut(packet):
    """A segment with one of the call's first two messages."""
    return any(bytes(packet.payload).find(message[:12]) >= 0
               for message in (outgoing_request(0), outgoing_reply(0, 0)))


def talks(size):
    """Two clients with one Call ID, one after the other. Of the second one the
    segments with the call's messages come in parts of that size, the last one
    first; 0: whole."""
    out = short_talk(CLIENT, SERVER, 40001, 0x1234, 0x4321).records
    for seconds, fraction, data, length in short_talk(
            "192.168.77.12", SERVER, 40001, 0x1234, 0x4322).records:
        packet = IP(data[14:])
        packet.id += 1000
        packet.flags = 0
        del packet.chksum
        parts = [IP(bytes(packet))]
        if size > 0 and is_cut(packet):
            parts = [IP(bytes(part)) for part in fragment(parts[0], size)]
        frames = [frame(part, bytes(6)) for part in reversed(parts)]
        out += [(seconds + 50, fraction, f, len(f)) for f in frames]
    return out


def check_whole(size):
    """The Call ID of the second client changes, wherever its message is cut.
    What is behind a packet in its frame stays."""
    name = "whole, cut at each %d bytes: " % size
    whole, records = talks(0), talks(size)
    run(*SIDES, write_pcap("whole.pcap", whole), path("whole-out.pcap"))
    new, done = translated(write_pcap("in.pcap", records))
    check(name + "all are written", len(records) > len(whole) and
          len(new) == len(records) and counts(done)["dropped"] == 0,
          done.stderr.decode())
    check(name + "padding stays",
          sorted(len(r[2]) for r in read_pcap(path("out.pcap"))[2]) ==
          sorted(len(r[2]) for r in records))
    expected = [IP(r[2][14:]) for r in read_pcap(path("whole-out.pcap"))[2]]
    got = {}
    for packet in new:
        got.setdefault((packet.src, packet.id), []).append(packet)
    wrong = [p.summary() for p in expected
             if payload(got[p.src, p.id]) != bytes(p)[20:p.len]]
    check(name + "put together they are what whole packets become",
          len(got) == len(expected) and not wrong, wrong)
    check(name + "the Call ID of one client has changed",
          len([p for p in expected if b"\0\7\0\0\x12\x34" in bytes(p)]) == 1)
    return name


def check_every_cut():
    for size in range(8, 184, 8):
        name = check_whole(size)
    check(name + "tshark finds no checksum wrong",
          not bad_sums(path("out.pcap")), bad_sums(path("out.pcap")))


def explained(name, *more):
    done = run(*SIDES, *more, "--explain", name, path("out.pcap"))
    return done.stdout.decode().splitlines(), done


def check_explained():
    parts = [frame(part) for part in ike_fragments(7)]
    lines, done = explained(write_pcap("in.pcap", [
        opening(), record(parts[1], 1), record(parts[0], 2),
        record(parts[2], 3)]))
    there = "%s > 203.0.113.10"
    check("explained: held, and then what became of it", lines[1:] == [
        "2 held: UDP later fragment " + there % CLIENT,
        "3 out: IKEv2 IKE_AUTH request Initiator's SPI 0x0001020304050607 "
        "Message ID 462357 first fragment 192.168.77.11:500 > "
        "203.0.113.10:500 -> 203.0.113.1:500 > 203.0.113.10:500",
        "2 out: UDP later fragment " + there % CLIENT + " -> " +
        there % OUTSIDE,
        "4 out: UDP later fragment " + there % CLIENT + " -> " +
        there % OUTSIDE], lines)
    check("explained: all are counted", counts(done)["translated"] == 4 and
          counts(done)["held, and counted above"] == 1, done.stderr.decode())


def check_lost():
    """The first one never comes: for 15 s, or until the end."""
    parts = [frame(part) for part in ike_fragments(7)]
    late = [frame(part) for part in ike_fragments(8)]
    name = write_pcap("in.pcap", [
        opening(), record(parts[1], 1), opening(16.1), record(late[2], 17),
        opening(18)])
    lines, done = explained(name)
    fates = [line.split(":")[0] for line in lines]
    check("lost: dropped after 15 s, or at the end", fates == [
        "1 out", "2 held", "3 out", "2 dropped, fragment", "4 held", "5 out",
        "4 dropped, fragment"], lines)
    found = counts(done)
    check("lost: and counted so", found["read"] == 5 and
          found["written"] == 3 and found["fragment"] == 2 and
          found["held, and counted above"] == 2, done.stderr.decode())
    check_json(name)


def check_json(name):
    done = run(*SIDES, "--json", name, path("out.pcap"))
    if done.returncode == 2:
        print("     no JSON: " + done.stderr.decode().strip())
        return
    report = json.loads(done.stdout)
    packets = report["packets"]
    fates = ("translated", "copied", "dropped")
    check("JSON: the packets add up", packets["held"] == 2 and
          packets["read"] == sum(packets[fate] for fate in fates) and
          packets["written"] == packets["read"] - packets["dropped"], packets)
    check("JSON: and so do their protocols", packets["read"] == sum(
        p[fate] for p in report["protocols"] for fate in fates))


def check_left():
    """A datagram of no protocol that is carried is copied, held or not."""
    packet = IP(src=CLIENT, dst=SERVER, id=9) / UDP(sport=9, dport=9) / bytes(
        3000)
    parts = [frame(IP(bytes(p))) for p in fragment(IP(bytes(packet)), 1480)]
    order = [parts[1], parts[0], parts[2]]
    new, done = translated(write_pcap("in.pcap", [
        record(p, i) for i, p in enumerate(order)]))
    check("left alone: all are copied, as they were",
          sorted(bytes(p) for p in new) == sorted(p[14:] for p in order) and
          counts(done)["copied"] == 3, done.stderr.decode())


def check_gre():
    """GRE of a call, the later parts first; and ESP, of which 200 bytes were
    captured: these follow their first, but cannot be held."""
    records = short_talk(CLIENT, SERVER, 40001, 0x1234, 0x4321).records[:10]
    gre = IP(src=CLIENT, dst=SERVER, id=5, proto=47) / enhanced_gre(
        0x4321, 90, bytes(3000))
    parts = [frame(IP(bytes(p))) for p in fragment(IP(bytes(gre)), 1480)]
    records += [record(p, 50) for p in reversed(parts)]
    new, done = translated(write_pcap("in.pcap", records))
    check("GRE: in reverse order", len(new) == len(records) and
          payload([p for p in new if p.id == 5 and p.src == OUTSIDE and
                   p.proto == 47]) == bytes(gre)[20:], done.stderr.decode())
    esp = IP(src=CLIENT, dst=SERVER, id=6, proto=50) / (
        struct.pack(">II", 0x1001, 1) + bytes(3000))
    parts = [frame(IP(bytes(p))) for p in fragment(IP(bytes(esp)), 1480)]
    cut = [record(p[:200], 60, len(p)) for p in parts]
    for order, written in (([0, 1, 2], 3), ([1, 0, 2], 2)):
        new, done = translated(write_pcap("in.pcap", [cut[i] for i in order]))
        check("ESP captured in part: %d of 3" % written,
              len(new) == written and
              counts(done).get("fragment", 0) == 3 - written,
              done.stderr.decode())


def main():
    for kind in KINDS:
        check_orders(kind)
        check_one_lost(kind)
    check_times()
    check_every_cut()
    check_explained()
    check_lost()
    check_left()
    check_gre()
    finish()


main()

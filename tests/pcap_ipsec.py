#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""IPsec through vpnalg-pcap: captures of real clients, in which nothing may
change but addresses, ports and checksums, and each SPI must be found at its
owner's; and made-up packets for what is said about them."""

import ipaddress
import json
import os
import struct

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from pcap_common import (CAPTURES, check, counts, finish, path, read_pcap,
                         record, run, tshark, write_pcap)

OUTSIDE, SERVER = "203.0.113.1", "203.0.113.10"
A, B = "192.168.77.11", "192.168.77.12"
SIDES = ["--inside", "192.168.77.0/24", "--address", OUTSIDE]
CHECKED = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]


def capture(name):
    return os.path.join(CAPTURES, name + ".pcap")


def packets(name):
    return [r[2][14:] for r in read_pcap(name)[2]]


def is_inside(address):
    return address[:3] == bytes([192, 168, 77])


def dotted(address):
    return str(ipaddress.ip_address(address))


def is_whole(packet):
    return not struct.unpack(">H", packet[6:8])[0] & 0x3fff


def kept(packet):
    """What of a packet translation leaves as it is."""
    packet = bytearray(packet)
    packet[10:20] = bytes(10)
    if packet[9] == 17:
        packet[20:24] = bytes(4)
        packet[26:28] = bytes(2)
    return bytes(packet)


def bad_sums(name):
    """The packets whose checksums tshark finds wrong. 0 is bad."""
    lines = tshark(*CHECKED, "-r", name, "-T", "fields", "-e", "frame.number",
                   "-e", "ip.checksum.status", "-e", "udp.checksum.status")
    return [line.split("\t")[0] for line in lines
            if "0" in line.split("\t")[1:]]


def judge(name, dropped=0):
    """Translates a capture of the inside. Returns its packets before and after,
    and the report."""
    before, after = capture(name), path("out.pcap")
    done = run(*SIDES, before, after)
    check(name + ": exit status 0", done.returncode == 0, done.stderr)
    old, new = packets(before), packets(after)
    check(name + ": %d packets, %d dropped" % (len(old), dropped),
          len(new) == len(old) - dropped and
          counts(done).get("dropped") == dropped, done.stderr.decode())
    check(name + ": no inside address is left",
          not any(is_inside(p[12:16]) or is_inside(p[16:20]) for p in new))
    check(name + ": tshark finds no checksum wrong", not bad_sums(after),
          bad_sums(after))
    return old, new, done


def judge_whole(name):
    old, new, _ = judge(name)
    check(name + ": nothing changes but addresses, ports and checksums",
          [kept(p) for p in old] == [kept(p) for p in new])
    ports = {}
    for before, after in zip(old, new):
        if before[9] == 17 and is_inside(before[12:16]):
            key = before[12:16], before[20:22], before[22:24]
            ports.setdefault(key, set()).add(after[20:22])
    check(name + ": a host's port has one outside port",
          all(len(p) == 1 for p in ports.values()), ports)
    outside = [(k[2], *p) for k, p in ports.items()]
    check(name + ": and no other host has it",
          len(set(outside)) == len(outside), outside)
    check_owners(name, old)


def check_owners(name, old):
    """The report's pairs against the capture's addresses."""
    truth = {(struct.unpack(">I", p[20:24])[0], dotted(p[16:20])) for p in old
             if p[9] == 50 and is_inside(p[16:20])}
    done = run(*SIDES, "--json", capture(name), path("out.pcap"))
    if done.returncode == 2:
        print("     no JSON: " + done.stderr.decode().strip())
        return
    report = json.loads(done.stdout)
    pairs = [(e["spi"], e["inside"]) for e in report["events"]
             if e["event"] == "paired"]
    check(name + ": each of %d SPIs is at its owner's" % len(truth),
          sorted(pairs) == sorted(truth) and
          len(report["events"]) == len(truth), report["events"])
    check(name + ": the report counts all IPsec", len(old) == sum(
        row["translated"] for row in report["ipsec"]), report["ipsec"])


def judge_hidden():
    """What the server sent is given as a NAT meets it."""
    old = packets(capture("esp_3-hidden"))
    truth = packets(capture("esp_3-routed"))
    done = run(*SIDES, capture("esp_3-hidden"), path("out.pcap"))
    new = packets(path("out.pcap"))
    check("hidden: the server's packets hide their hosts",
          {dotted(p[16:20]) for p in old} == {SERVER, OUTSIDE})
    wrong = [i for i, (t, n) in enumerate(zip(truth, new), 1)
             if not is_inside(t[12:16]) and n != t[:len(n)]]
    check("hidden: each gets its host's address back",
          done.returncode == 0 and len(new) == len(truth) and not wrong,
          wrong)


def whole_datagrams(name):
    """How many datagrams of fragments tshark puts together."""
    return len(tshark(*CHECKED, "-r", name, "-Y", "ip.fragments", "-T",
                      "fields", "-e", "frame.number"))


def kept_of_fragment(packet):
    """As kept(), of a packet that may be a later fragment."""
    packet = bytearray(packet)
    if struct.unpack(">H", packet[6:8])[0] & 0x1fff:
        packet[10:20] = bytes(10)
        return bytes(packet)
    return kept(packet)


def judge_fragments():
    """IKE_AUTH with certificates, and ESP of which 200 bytes were captured."""
    for name, fragments, whole in (("ike_frag_3-routed", 18, 6),
                                   ("esp_frag-routed", 24, 0)):
        old, new, _ = judge(name)
        check(name + ": nothing changes but addresses, ports and checksums",
              [kept_of_fragment(p) for p in old] ==
              [kept_of_fragment(p) for p in new])
        check(name + ": %d fragments" % fragments,
              len([p for p in new if not is_whole(p)]) == fragments)
        found = whole_datagrams(path("out.pcap"))
        check(name + ": tshark puts %d datagrams together" % whole,
              found == whole, found)


def judge_ah():
    name = "ah_1-routed"
    _, _, done = judge(name, 126)
    check(name + ": dropped for its reason",
          counts(done).get("AH cannot be translated") == 126,
          done.stderr.decode())
    done = run("--inside", "10/8", "--address", A, capture(name),
               path("out.pcap"))
    rows = [line.split() for line in done.stderr.decode().splitlines()
            if line.startswith("  AH ")]
    check("AH of an outside address is copied",
          packets(path("out.pcap")) == packets(capture(name)))
    check("and counted as untouched",
          rows == [["AH", "0", "126", "0"], ["AH", "0", "126", "0"],
                   ["AH", "0", "0", "0", "0", "126"]], rows)


# Made-up packets.

def ike(version, exchange, flags=0, message=0):
    return struct.pack(">8s8sBBBBII", b"\1\2\3\4\5\6\7\x08", bytes(8), 0,
                       version << 4, exchange, flags, message, 28)


def packet(source, destination, protocol, data):
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
                 / IP(src=source, dst=destination, proto=protocol) / data)


def udp(source, destination, ports, data):
    layers = UDP(sport=ports[0], dport=ports[1]) / data
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
                 / IP(src=source, dst=destination) / layers)


def esp(source, destination, spi, sequence):
    return packet(source, destination, 50,
                  struct.pack(">II", spi, sequence) + bytes(40))


MARKER = bytes(4)
SPI = "0x0102030405060708"
AH = struct.pack(">BBHII", 4, 4, 0, 0xabcd, 9) + bytes(12)
LIFE = "192.168.77.11:{0} > 203.0.113.10:{0}"

# What --explain says of a packet: its payload and UDP port or IP protocol.
ROWS = [
    (500, ike(2, 34, 0x08), "IKEv2 IKE_SA_INIT request Initiator's SPI " +
     SPI + " Message ID 0"),
    (500, ike(2, 36, 0x20, 7), "IKEv2 CREATE_CHILD_SA response "
     "Initiator's SPI " + SPI + " Message ID 7"),
    (500, ike(2, 99), "IKEv2 other request Initiator's SPI " + SPI +
     " Message ID 0"),
    (500, ike(1, 2), "IKEv1 Main Mode Initiator Cookie " + SPI +
     " Message ID 0x00000000"),
    (500, ike(1, 32, 1, 0xdeadbeef), "IKEv1 Quick Mode Initiator Cookie " +
     SPI + " Message ID 0xdeadbeef"),
    (500, ike(1, 99), "IKEv1 other Initiator Cookie " + SPI +
     " Message ID 0x00000000"),
    (500, ike(3, 34), "UDP"),
    (500, ike(2, 34)[:27], "UDP"),
    (4500, MARKER + ike(2, 35, 0x08, 1), "IKEv2 IKE_AUTH request "
     "(non-ESP marker) Initiator's SPI " + SPI + " Message ID 1"),
    (4500, MARKER + ike(2, 35)[:27], "UDP"),
    (4500, b"\xff", "NAT-keepalive"),
    (4500, b"\xfe", "UDP"),
    (4500, b"", "UDP"),
    (4500, b"\0\0\1\2\0\0\0\3", "ESP in UDP SPI 0x00000102 Sequence Number 3"),
    (4500, b"\0\0\1\2\0\0\0", "UDP"),
]


def explained(name, *options):
    done = run(*SIDES, "--explain", *options, name, path("out.pcap"))
    return done.stdout.decode().splitlines()


def check_explain():
    records = [record(udp(A, SERVER, (port, port), data), i)
               for i, (port, data, _) in enumerate(ROWS)]
    records += [record(esp(A, SERVER, 0x10001, 7), len(ROWS)),
                record(packet(A, SERVER, 51, AH), len(ROWS))]
    lines = explained(write_pcap("in.pcap", records))
    wanted = ["out: %s %s -> 203.0.113.1:%d > 203.0.113.10:%d" % (
        text, LIFE.format(port), port, port) for port, _, text in ROWS]
    wanted += ["out: ESP SPI 0x00010001 Sequence Number 7 192.168.77.11 > "
               "203.0.113.10 -> 203.0.113.1 > 203.0.113.10",
               "dropped, AH cannot be translated: AH SPI 0x0000abcd "
               "Sequence Number 9 192.168.77.11 > 203.0.113.10"]
    check("a line for each packet", len(lines) == len(wanted), lines)
    for number, (line, text) in enumerate(zip(lines, wanted), 1):
        check("explained: " + text, line == "%d %s" % (number, text), line)


def check_padding():
    """What a frame has behind the packet is not the packet's."""
    frame = udp(A, SERVER, (4500, 4500), b"\xff").ljust(60, b"\xee")
    lines = explained(write_pcap("in.pcap", [record(frame)]))
    check("a keepalive in a padded frame", "out: NAT-keepalive" in lines[0],
          lines)


# Decisions. Times are in ms; what comes in comes to the outside address.

def flow(events):
    return write_pcap("in.pcap", [
        record(esp(source, OUTSIDE if source == SERVER else SERVER, spi,
                   sequence), 1 + ms / 1000)
        for ms, source, spi, sequence in sorted(events)])


def repair():
    """A goes over to a new SA, and at once an SPI begins from outside; but what
    A receives with does not end."""
    talk = [(0, A, 0x101, 1), (50, SERVER, 0x201, 1), (1000, B, 0x102, 1),
            (1050, SERVER, 0x202, 1), (3000, A, 0x103, 1),
            (3050, SERVER, 0x203, 1)]
    for i in range(1, 40):
        talk += [(100 * i, SERVER, 0x201, 1 + i),
                 (100 * i, A, 0x101 if i < 30 else 0x103, 1 + i)]
        if i > 10:
            talk += [(100 * i + 1, SERVER, 0x202, i),
                     (100 * i + 1, B, 0x102, i)]
    return flow(talk)


def check_repair():
    lines = [line for line in explained(repair()) if "paired: " in line]
    check("pairs and repairs are told",
          [line.split(" ", 1)[1] for line in lines] == [
              "paired: ESP SPI 0x00000201 203.0.113.10 > 192.168.77.11, "
              "no other host has ESP there",
              "paired: ESP SPI 0x00000202 203.0.113.10 > 192.168.77.12, "
              "it began to send then",
              "paired: ESP SPI 0x00000203 203.0.113.10 > 192.168.77.11, "
              "no other one was expected",
              "unpaired: ESP SPI 0x00000203 203.0.113.10 > 192.168.77.11, "
              "its last one went on"],
          lines)
    found = counts(run(*SIDES, repair(), path("out.pcap")))
    check("and counted", (found.get("paired"), found.get("unpaired"),
                          found.get("no other one was expected"),
                          found.get("its last one went on")) ==
          (3, 1, 1, 1), found)


def check_wait():
    name = flow([(0, A, 0x101, 1), (100, B, 0x102, 1), (200, B, 0x102, 2)])
    check("nobody waits in a capture", counts(run(
        *SIDES, name, path("out.pcap"))).get("translated") == 3)
    lines = explained(name, "--hold")
    check("with --hold the second host is held back",
          "2 held back: ESP 203.0.113.10 > 192.168.77.12" in lines, lines)
    found = counts(run(*SIDES, "--hold", name, path("out.pcap")))
    check("and so it is counted", found.get("held back") == found.get(
        "held back: another host is setting up") == 2, found)


def main():
    for name in ("esp_3-routed", "esp-ike1-three-inside",
                 "esp-ike1-rekey-inside", "esp-ike1-killed-inside",
                 "esp-ike2-rekey-inside", "esp-ike2-at-once-inside",
                 "l2tp-ipsec-inside", "ikev1-natt-inside",
                 "ikev2-natt-rekey-inside"):
        judge_whole(name)
    judge_hidden()
    judge_fragments()
    judge_ah()
    check_explain()
    check_padding()
    check_repair()
    check_wait()
    finish()


main()

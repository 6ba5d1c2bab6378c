#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hairpins in a LAN capture: a packet of an inside host to the outside address
of a service, or of another host's mapping, gets the sender's outside source and
the receiver's inside destination. The packets that the router itself has turned
round are in the capture, too, and are what these become. Scapy computes the
checksums anew, tshark reads what --both says."""

import json
import struct

from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.l2 import Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit, SCTPChunkInitAck
from scapy.utils import checksum

from pcap_common import (check, counts, enhanced_gre, finish, outgoing_reply,
                         outgoing_request, path, read_pcap, record, run, start,
                         tshark, write_pcap)

SERVICE, CLIENT = "192.168.77.11", "192.168.77.12"
OUTSIDE, SERVER = "203.0.113.1", "198.51.100.10"
SIDES = ["--inside", "192.168.77.0/24", "--address", OUTSIDE, "--general"]
SERVED = ["--service", "udp:5000=%s:5001" % SERVICE,
          "--service", "tcp:80=%s:8080" % SERVICE,
          "--service", "tcp:1723=%s:1723" % SERVICE,
          "--service", "udp:500=%s:500" % SERVICE,
          "--service", "sctp:5000=%s:5001" % SERVICE,
          "--service", "dccp:5000=%s:5001" % SERVICE,
          "--service", "udplite:5000=%s:5001" % SERVICE]


def frame(packet):
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b") /
                 packet)


def translated(name, packets, *options):
    """What comes of packets, and the program's words."""
    records = [record(frame(packet), 1 + i / 100)
               for i, packet in enumerate(packets)]
    capture = write_pcap(name, records)
    done = run(*SIDES, *options, "--explain", capture, path("out.pcap"))
    return [IP(r[2][14:]) for r in read_pcap(path("out.pcap"))[2]], done


def ends(packet):
    upper = packet.payload
    if packet.frag or not isinstance(upper, (TCP, UDP, SCTP)):
        return packet.src, packet.dst
    return (packet.src, upper.sport, packet.dst, upper.dport)


def sums_right(packet):
    again = IP(bytes(packet)[:packet.len])
    before = bytes(again)
    for layer in (IP, TCP, UDP, ICMP, SCTP):
        if layer in again:
            del again[layer].chksum
    return bytes(IP(bytes(again))) == before


def udp(source, sport, destination, dport, data=b"data"):
    return IP(src=source, dst=destination) / UDP(sport=sport,
                                                 dport=dport) / data


def tcp(source, sport, destination, dport, flags, seq, ack, data=b""):
    return IP(src=source, dst=destination) / TCP(
        sport=sport, dport=dport, flags=flags, seq=seq, ack=ack) / data


def hairpin(made, done, name, expected, of=None):
    """The packets that are turned round, each followed by the one that the
    router has made of it."""
    check(name + ": the ends", [ends(p) for p in made] == expected,
          [ends(p) for p in made])
    check(name + ": the checksums", all(map(sums_right, made)))
    said = counts(done)
    check(name + ": the report", said.get("and turned round, to an inside "
                                          "host") == (of or len(made)), said)


def judge_service():
    router = 40000
    talk = [udp(CLIENT, router, OUTSIDE, 5000, b"ask"),
            udp(OUTSIDE, router, SERVICE, 5001, b"ask"),
            udp(SERVICE, 5001, OUTSIDE, router, b"answer"),
            udp(OUTSIDE, 5000, CLIENT, router, b"answer")]
    made, done = translated("udp.pcap", talk, *SERVED)
    hairpin(made, done, "UDP to a service", [
        (OUTSIDE, router, SERVICE, 5001), (OUTSIDE, router, SERVICE, 5001),
        (OUTSIDE, 5000, CLIENT, router), (OUTSIDE, 5000, CLIENT, router)], 2)
    check("each becomes what the router has made of it", all(
        bytes(made[i].payload) == bytes(made[i + 1].payload)
        for i in (0, 2)))
    lines = done.stdout.decode().splitlines()
    check("--explain has both ends", lines[0] ==
          "1 hairpin: UDP 192.168.77.12:40000 > 203.0.113.1:5000 -> "
          "203.0.113.1:40000 > 192.168.77.11:5001", lines[:4])
    check("and of the other form that it was copied", lines[1].startswith(
        "2 copied, "), lines[1])
    return path("udp.pcap")


def sctp(source, sport, destination, dport, chunk):
    return IP(src=source, dst=destination) / SCTP(sport=sport,
                                                  dport=dport) / chunk


def lite(protocol, source, sport, destination, dport):
    """UDP-Lite, of which all is covered, or DCCP's first packet: neither is
    scapy's, and its checksum begins with that of the pseudo header."""
    upper = bytearray(struct.pack(">HHHH8s", sport, dport, 0x0400 * (
        protocol == 33), 0, b"\x01\0\0\0\0\0\0\1"))
    pseudo = bytes(map(int, (source + "." + destination).split("."))) + \
        struct.pack(">HH", protocol, len(upper))
    struct.pack_into(">H", upper, 6, checksum(pseudo + bytes(upper)))
    return IP(src=source, dst=destination, proto=protocol) / bytes(upper)


def lite_ends(packet):
    """The ends, if the checksum is right."""
    upper = bytes(packet.payload)[:16]
    pseudo = bytes(map(int, (packet.src + "." + packet.dst).split("."))) + \
        struct.pack(">HH", packet.proto, len(upper))
    sport, dport = struct.unpack(">HH", upper[:4])
    return checksum(pseudo + upper) == 0 and (packet.src, sport, packet.dst,
                                              dport)


def judge_transports():
    """What has its own port inside has another one outside."""
    there = (OUTSIDE, 40000, SERVICE, 5001)
    back = (OUTSIDE, 5000, CLIENT, 40000)
    talk = [sctp(CLIENT, 40000, OUTSIDE, 5000, SCTPChunkInit(init_tag=7)),
            sctp(SERVICE, 5001, OUTSIDE, 40000, SCTPChunkInitAck(init_tag=8))]
    made, done = translated("sctp.pcap", talk, *SERVED)
    hairpin(made, done, "SCTP to a service", [there, back])
    for protocol, name in (33, "DCCP"), (136, "UDP-Lite"):
        talk = [lite(protocol, CLIENT, 40000, OUTSIDE, 5000),
                lite(protocol, SERVICE, 5001, OUTSIDE, 40000)]
        made, done = translated("lite.pcap", talk, *SERVED)
        check(name + " to a service: ends and checksums",
              [lite_ends(p) for p in made] == [there, back],
              [lite_ends(p) for p in made])


def judge_tcp():
    talk = [tcp(CLIENT, 40000, OUTSIDE, 80, "S", 100, 0),
            tcp(SERVICE, 8080, OUTSIDE, 40000, "SA", 900, 101),
            tcp(CLIENT, 40000, OUTSIDE, 80, "A", 101, 901),
            tcp(CLIENT, 40000, OUTSIDE, 80, "PA", 101, 901, b"GET /"),
            tcp(SERVICE, 8080, OUTSIDE, 40000, "PA", 901, 106, b"200")]
    made, done = translated("tcp.pcap", talk, *SERVED)
    there = (OUTSIDE, 40000, SERVICE, 8080)
    back = (OUTSIDE, 80, CLIENT, 40000)
    hairpin(made, done, "TCP to a service", [there, back, there, there, back])
    check("the data is whole", bytes(made[3][TCP].payload) == b"GET /" and
          made[4][TCP].seq == 901)


def judge_mapping():
    """RFC 4787 REQ-9: another host's mapping, which a packet to a server has
    made; and who may use it (REQ-8)."""
    opened = udp(SERVICE, 41000, SERVER, 3478)
    talk = [opened, udp(CLIENT, 42000, OUTSIDE, 41000),
            udp(SERVICE, 41000, OUTSIDE, 42000)]
    made, done = translated("mapping.pcap", talk)
    hairpin(made, done, "another host's mapping", [
        (OUTSIDE, 41000, SERVER, 3478), (OUTSIDE, 42000, SERVICE, 41000),
        (OUTSIDE, 41000, CLIENT, 42000)], 2)
    made, done = translated("filtered.pcap", talk[:2], "--filtering",
                            "address-and-port")
    check("one that is filtered is dropped", len(made) == 1 and
          b"\n2 dropped, " in done.stdout, done.stdout.decode())
    check("and not counted as turned round",
          b"turned round" not in done.stderr)
    made, done = translated("nobody.pcap", [udp(CLIENT, 42000, OUTSIDE, 53)])
    check("where nobody is it is for the router", len(made) == 1 and
          ends(made[0]) == (CLIENT, 42000, OUTSIDE, 53) and
          b"1 copied, " in done.stdout, done.stdout.decode())


def judge_error():
    """An ICMP error about a hairpin goes back as one."""
    talk = [udp(CLIENT, 40000, OUTSIDE, 5000, b"ask"),
            IP(src=SERVICE, dst=OUTSIDE) / ICMP(type=3, code=3) /
            udp(OUTSIDE, 40000, SERVICE, 5001, b"ask")]
    made, done = translated("error.pcap", talk, *SERVED)
    hairpin(made, done, "an ICMP error", [
        (OUTSIDE, 40000, SERVICE, 5001), (OUTSIDE, CLIENT)])
    quoted = IP(bytes(made[1][ICMP].payload))
    check("its quote is what the client has sent", ends(quoted) ==
          (CLIENT, 40000, OUTSIDE, 5000), ends(quoted))


def judge_fragments():
    """In any order: one that comes too early is held, and turned round when it
    is given back."""
    data = bytes(i * 7 & 255 for i in range(2500))
    parts = fragment(IP(bytes(udp(CLIENT, 40000, OUTSIDE, 5000, data))), 1000)
    first = udp(CLIENT, 40000, OUTSIDE, 5000)
    for order in (0, 1, 2), (2, 0, 1), (1, 2, 0):
        made, done = translated("fragments.pcap", [first] + [
            IP(bytes(parts[i])) for i in order], *SERVED)
        pieces = sorted(made[1:], key=lambda p: p.frag)
        joined = b"".join(bytes(p)[20:p.len] for p in pieces)
        ways = {(p.src, p.dst) for p in pieces}
        check("fragments in order %s" % (order,), ways == {(OUTSIDE, SERVICE)}
              and joined[8:] == data and joined[:4] ==
              struct.pack(">HH", 40000, 5001) and len({p.id for p in pieces})
              == 1, done.stderr.decode())
        del pieces[0][UDP].chksum
        again = IP(src=OUTSIDE, dst=SERVICE) / UDP(
            sport=40000, dport=5001) / data
        check("and their checksum", joined[6:8] ==
              bytes(IP(bytes(again)))[26:28])
        check("and their count", counts(done).get(
            "and turned round, to an inside host") == 4, counts(done))


def judge_pptp():
    """A PPTP client and a PPTP server, both inside; the Call IDs change on both
    ways."""
    talk, sent = [], [1000, 5000]

    def say(way, flags, data=b""):
        end = [(CLIENT, 43000, OUTSIDE, 1723),
               (SERVICE, 1723, OUTSIDE, 43000)][way]
        talk.append(tcp(*end, flags, sent[way], sent[1 - way], data))
        sent[way] += len(data) + ("S" in flags)

    say(0, "S")
    say(1, "SA")
    say(0, "A")
    say(0, "PA", start(1))
    say(1, "PA", start(2))
    say(0, "PA", outgoing_request(7))
    made, done = translated("pptp0.pcap", talk, *SERVED)
    call = struct.unpack(">H", bytes(made[-1][TCP].payload)[12:14])[0]
    say(1, "PA", outgoing_reply(9, call))
    made, done = translated("pptp1.pcap", talk, *SERVED)
    reply = bytes(made[-1][TCP].payload)
    own, peer = struct.unpack(">HH", reply[12:16])
    check("the client gets its own Call ID back", peer == 7, peer)
    for source, target, number in ((CLIENT, own, 0), (SERVICE, call, 1)):
        packet = IP(src=source, dst=OUTSIDE, proto=47) / enhanced_gre(
            target, number, b"\xff\x03\xc0\x21\1\1\0\4")
        talk.append(packet)
    made, done = translated("pptp2.pcap", talk, *SERVED)
    there, back = (OUTSIDE, 43000, SERVICE, 1723), (OUTSIDE, 1723, CLIENT,
                                                    43000)
    hairpin(made, done, "PPTP inside", [
        there, back, there, there, back, there, back, (OUTSIDE, SERVICE),
        (OUTSIDE, CLIENT)])
    check("GRE has the receiver's Call IDs", [
        struct.unpack(">H", bytes(p)[26:28])[0] for p in made[-2:]] == [9, 7],
        [bytes(p)[20:28].hex() for p in made[-2:]])


def judge_both(capture):
    done = run(*SIDES, *SERVED, "--both", capture, path("both.pcapng"))
    lines = [line.split("|") for line in tshark(
        "-r", path("both.pcapng"), "-T", "fields", "-E", "separator=|", "-e",
        "frame.interface_name", "-e", "ip.src", "-e", "ip.dst", "-e",
        "frame.comment")]
    check("--both: both forms are inside", done.returncode == 0 and
          [line[:3] for line in lines[:2]] ==
          [["inside", CLIENT, OUTSIDE], ["inside", OUTSIDE, SERVICE]], lines)
    check("--both: the comment says it", "turned round to an inside host" in
          lines[0][3] and "203.0.113.1:5000 -> 192.168.77.11:5001" in
          lines[0][3], lines[0])
    done = run(*SIDES, *SERVED, "--html", path("page.html"), capture,
               path("out.pcap"))
    with open(path("page.html")) as file:
        page = file.read()
    check("--html: so does the page", done.returncode == 0 and
          "turned round to an inside host" in page)
    done = run(*SIDES, *SERVED, "--json", capture, path("out.pcap"))
    check("--json counts them", json.loads(done.stdout)["packets"]["turned"]
          == 2)


def main():
    capture = judge_service()
    judge_tcp()
    judge_transports()
    judge_mapping()
    judge_error()
    judge_fragments()
    judge_pptp()
    judge_both(capture)
    finish()


main()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""TCP, UDP, pings, OpenVPN and WireGuard of real programs with --general: what
the LAN side captured becomes what the WAN side would have seen."""

import os
import subprocess

from scapy.layers.inet import ICMP, IP, TCP, UDP

from pcap_common import (CAPTURES, check, counts, finish, path, read_pcap, run,
                         tshark)

NAME = os.path.join(CAPTURES, "general-inside.pcap")
OUTSIDE = "203.0.113.1"
CLIENTS = ("192.168.77.11", "192.168.77.12")
SERVERS = ("198.51.100.10", "198.51.100.11")
OPTIONS = ["--inside", "192.168.77.0/24", "--address", OUTSIDE]


def packets(name):
    return [IP(r[2][14:]) for r in read_pcap(name)[2]]


def sums_right(packet):
    """All checksums, recomputed."""
    again = IP(bytes(packet)[:packet.len])
    before = bytes(again)
    for layer in (IP, TCP, UDP, ICMP):
        if layer in again:
            del again[layer].chksum
    return bytes(again) == before


def general(packet):
    return packet.proto in (1, 6, 17)


def own(packet, local):
    """(protocol, ID) that the inside host has in the packet."""
    if ICMP in packet:
        return 1, packet[ICMP].id
    outward = packet.src in local
    return packet.proto, (packet.payload.sport if outward
                          else packet.payload.dport)


def check_mappings(before, after):
    """RFC 4787 REQ-1: one outside ID for each of a host, and none for two."""
    there, back = {}, {}
    for b, a in zip(before, after):
        host = b.src if b.src in CLIENTS else b.dst
        inside, outside = (host, own(b, CLIENTS)), own(a, (OUTSIDE,))
        there.setdefault(inside, set()).add(outside)
        back.setdefault(outside, set()).add(inside)
    check("each inside port has one outside",
          all(len(ids) == 1 for ids in there.values()), there)
    check("and each outside port one inside",
          all(len(ids) == 1 for ids in back.values()), back)
    shared = {port for host, port in there if host == CLIENTS[0]} & \
             {port for host, port in there if host == CLIENTS[1]}
    check("the clients did use equal ports, and identifiers",
          {(6, 40000), (17, 40000), (17, 1194), (17, 51820), (1, 4242)} <=
          shared, shared)
    check("even ports stay even (RFC 4787 REQ-4)",
          all((port[1] ^ min(ids)[1]) & 1 == 0
              for (_, port), ids in there.items() if port[0] != 1))


def check_bytes(before, after):
    check("no inside address is left", not any(
        address.startswith("192.168.") for p in after
        for address in (p.src, p.dst)))
    check("remotes stay", all(
        (b.dst == a.dst and a.src == OUTSIDE) if b.src in CLIENTS else
        (b.src == a.src and a.dst == OUTSIDE)
        for b, a in zip(before, after)))
    check("checksums are as right as they were",
          all(sums_right(b) == sums_right(a) for b, a in zip(before, after)))
    check("most are right", sum(map(sums_right, after)) > len(after) * 9 / 10)
    check("nothing else changes", all(
        bytes(b.payload.payload) == bytes(a.payload.payload) and
        b.id == a.id and b.ttl == a.ttl and b.len == a.len
        for b, a in zip(before, after)))


def check_translation():
    done = run(*OPTIONS, "--general", NAME, path("wan.pcap"))
    found = counts(done)
    before = packets(NAME)
    other = [p for p in before if not general(p)]
    check("exit status 0", done.returncode == 0, done.stderr.decode())
    check("all is translated but IGMP",
          found["translated"] == len(before) - len(other) and
          found["dropped"] == 0 and found["copied"] == len(other), found)
    check("the report knows the sessions",
          {"TCP session", "UDP session", "ICMP query session",
           "mapping"} <= set(found), found)
    after = [p for p in packets(path("wan.pcap")) if general(p)]
    before = [p for p in before if general(p)]
    check_bytes(before, after)
    check_mappings(before, after)
    return after


def check_without():
    done = run(*OPTIONS, NAME, path("same.pcap"))
    found = counts(done)
    check("without --general nothing of this is touched",
          found["translated"] == 0 and found["dropped"] == 0 and
          packets(path("same.pcap")) == packets(NAME), found)


def check_dissection():
    """tshark sees the same protocols on both sides. OpenVPN with a static key
    has no header that a dissector could know."""
    def protocols(name):
        return tshark("-r", name, "-Y", "!(udp.port in {1194, 1195})",
                      "-T", "fields", "-e", "wg.type", "-e", "tcp.flags",
                      "-e", "icmp.type", "-e", "_ws.malformed")
    check("tshark finds the same in it",
          len(protocols(NAME)) > 80 and
          sorted(protocols(NAME)) == sorted(protocols(path("wan.pcap"))))


def check_undo():
    program = os.path.abspath("tests/capture_undo")
    if not os.access(program, os.X_OK):
        print("     no " + program)
        return
    done = subprocess.run([program, "192.168.77", OUTSIDE, NAME],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    check("all of it goes there and back", done.returncode == 0 and
          b" 100 there and back, 1 others" in done.stdout,
          done.stdout.decode())


def main():
    check_translation()
    check_dissection()
    check_without()
    check_undo()
    finish()


main()

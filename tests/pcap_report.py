#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One packet of each sort: where it goes, how it is counted in both reports,
and what --explain says of it."""

import json

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether

from pcap_common import (check, counts, enhanced_gre, finish, outgoing_request,
                         path, read_pcap, record, run, short_talk, write_pcap)

OPTIONS = ["--inside", "192.168.77.0/24", "--inside", "10.1/16",
           "--address", "203.0.113.1", "--address", "192.168.77.1"]

INSIDE, OTHER, OURS, OURS_TOO, REMOTE = (
    "192.168.77.11", "10.1.2.3", "203.0.113.1", "192.168.77.1",
    "198.51.100.7")


def packet(source, destination, layers=None, **fields):
    if layers is None:
        layers = UDP(sport=5000, dport=53) / b"data"
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
                 / IP(src=source, dst=destination, **fields) / layers)


SYN = TCP(sport=40001, dport=1723, flags="S", seq=100)
DATA = TCP(sport=40009, dport=1723, flags="PA", seq=5, ack=9)
SCCRQ = (b"\xc8\x02\0\x1c" + bytes(8) + b"\x80\x08\0\0\0\0\0\1"
         b"\x80\x08\0\0\0\x09\0\7")
L2TP_DATA = b"\0\2\0\x09\0\5data"
L2TPV3_DATA = b"\0\0\x12\x34data"

# packet, how it is copied or None, what --explain says
ROWS = [
    (bytes(Ether() / ARP()), "not IPv4", "copied, not IPv4: 42 bytes"),
    (packet(INSIDE, REMOTE)[:30], "IPv4 header not captured whole",
     "copied, IPv4 header not captured whole: 30 bytes"),
    (packet(INSIDE, OTHER), "between inside hosts",
     "copied, between inside hosts: "
     "UDP 192.168.77.11:5000 > 10.1.2.3:53"),
    (packet(OURS, REMOTE), "from an outside address",
     "copied, from an outside address: "
     "UDP 203.0.113.1:5000 > 198.51.100.7:53"),
    (packet(REMOTE, "198.51.100.8", ICMP(type=3, code=4)), "between others",
     "copied, between others: "
     "ICMP type 3 code 4 198.51.100.7 > 198.51.100.8"),
    (packet(INSIDE, REMOTE), "not carried, inside address shown",
     "copied, not carried, inside address shown: "
     "UDP 192.168.77.11:5000 > 198.51.100.7:53"),
    (packet(INSIDE, OURS), "not carried, inside address shown",
     "copied, not carried, inside address shown: "
     "UDP 192.168.77.11:5000 > 203.0.113.1:53"),
    (packet(REMOTE, INSIDE), "not carried, inside address shown",
     "copied, not carried, inside address shown: "
     "UDP 198.51.100.7:5000 > 192.168.77.11:53"),
    (packet(REMOTE, OURS), "not carried", "copied, not carried: "
     "UDP 198.51.100.7:5000 > 203.0.113.1:53"),
    (packet(REMOTE, OURS_TOO), "not carried", "copied, not carried: "
     "UDP 198.51.100.7:5000 > 192.168.77.1:53"),
    (packet("192.168.78.1", REMOTE), "between others",
     "copied, between others: UDP 192.168.78.1:5000 > 198.51.100.7:53"),
    (packet(INSIDE, REMOTE, SYN), None, "out: "
     "TCP SYN 192.168.77.11:40001 > 198.51.100.7:1723 -> "
     "{}:40001 > 198.51.100.7:1723"),
    (packet(OTHER, REMOTE, DATA / outgoing_request(77)), None,
     "dropped, no TCP connection: PPTP Outgoing-Call-Request "
     "10.1.2.3:40009 > 198.51.100.7:1723 Call ID 77"),
    (packet(INSIDE, "198.51.100.99", enhanced_gre(7, 1, b"data"), proto=47),
     None, "dropped, no session: "
     "GRE of PPTP 192.168.77.11 > 198.51.100.99 Call ID 7"),
    (packet(INSIDE, REMOTE, UDP(sport=1701, dport=1701) / SCCRQ), None,
     "out: L2TP SCCRQ 192.168.77.11:1701 > 198.51.100.7:1701 "
     "Tunnel ID 0 Session ID 0 Assigned Tunnel ID 7 -> "
     "{}:1701 > 198.51.100.7:1701 "
     "Tunnel ID 0 Session ID 0 Assigned Tunnel ID 7"),
    (packet(INSIDE, REMOTE, UDP(sport=1701, dport=1701) / L2TP_DATA), None,
     "out: L2TP data 192.168.77.11:1701 > 198.51.100.7:1701 "
     "Tunnel ID 9 Session ID 5 -> {}:1701 > 198.51.100.7:1701 "
     "Tunnel ID 9 Session ID 5"),
    (packet(OTHER, REMOTE, L2TPV3_DATA, proto=115), None,
     "out: L2TP data 10.1.2.3 > 198.51.100.7 Session ID 4660 -> "
     "{} > 198.51.100.7 Session ID 4660"),
]


def expected():
    """How often each reason to copy occurs."""
    reasons = [why for _, why, _ in ROWS if why]
    return {why: reasons.count(why) for why in reasons}


def check_text(name):
    done = run(*OPTIONS, name, path("out.pcap"))
    found = counts(done)
    check("exit status 0", done.returncode == 0, done.stderr.decode())
    wrong = [(why, count) for why, count in expected().items()
             if found.get(why) != count]
    check("each reason to copy is counted", not wrong, (wrong, found))
    check("and each of the dropped",
          found.get("no session") == found.get("no TCP connection") == 1 and
          found.get("dropped") == 2, found)
    check("what is read is written, but for the dropped",
          (found["read"], found["written"]) == (len(ROWS), len(ROWS) - 2))
    out = [r[2] for r in read_pcap(path("out.pcap"))[2]]
    check("what is copied stays as it is",
          out[:11] == [row[0] for row in ROWS[:11]])


def check_explain(name):
    done = run(*OPTIONS, "--explain", name, path("out.pcap"))
    lines = done.stdout.decode().splitlines()
    check("a line for each packet", len(lines) == len(ROWS))
    for number, (line, row) in enumerate(zip(lines, ROWS), 1):
        wanted = ["%d %s" % (number, row[2].format(address))
                  for address in (OURS, OURS_TOO)]
        check("explained: " + row[2], line in wanted, line)


def check_sums(report):
    packets = report["packets"]
    fates = ("translated", "copied", "dropped")
    check("JSON: the packets add up",
          packets["read"] == sum(packets[fate] for fate in fates) and
          packets["written"] == packets["read"] - packets["dropped"])
    check("JSON: so do those that were copied",
          sum(report["copied"].values()) == packets["copied"])
    check("JSON: and dropped", sum(reason["packets"] for reason in
                                   report["dropped"]) == packets["dropped"])
    check("JSON: protocols have all but what is not IPv4",
          sum(p[fate] for p in report["protocols"] for fate in fates) ==
          packets["read"] - report["copied"]["not_ipv4"] -
          report["copied"]["header_cut"])
    check("JSON: sessions are open until they are closed",
          all(s["open"] == s["opened"] - s["closed"]
              for s in report["sessions"]))
    check("JSON: and have all packets that were translated",
          sum(s["translated_out"] + s["translated_in"]
              for s in report["sessions"]) == packets["translated"])


def check_json(name, packets):
    done = run(*OPTIONS, "--json", "--seed", "4294967295", name,
               path("out.pcap"))
    if done.returncode == 2:
        print("     no JSON: " + done.stderr.decode().strip())
        return
    report = json.loads(done.stdout)
    check("JSON: the names", report["program"] == "vpnalg-pcap" and
          report["input"] == name and report["link_type"] == "EN10MB" and
          report["complete"] is True and report["general"] is False and
          report["l2tp_any_address"] is False and
          report["l2tp_port_1701"] is False and
          report["seed"] == 4294967295)
    check("JSON: the sides",
          report["inside"] == ["192.168.77.0/24", "10.1.0.0/16"] and
          report["addresses"] == [OURS, OURS_TOO], report)
    check("JSON: the packets", report["packets"]["read"] == packets)
    check_sums(report)


def main():
    name = write_pcap("in.pcap", [record(row[0], i)
                                  for i, row in enumerate(ROWS)])
    check_text(name)
    check_explain(name)
    check_json(name, len(ROWS))
    talk = short_talk(INSIDE, REMOTE, 40001, 1, 2).records
    check_json(write_pcap("talk.pcap", talk), len(talk))
    finish()


main()

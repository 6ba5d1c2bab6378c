#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""ICMP errors through vpnalg-pcap: captures of real clients whose packets were
too long for a link beyond the NAT. The errors reach the client that has sent
the packet, with the MTU, and all of their checksums are right."""

import os

from pcap_common import (CAPTURES, check, finish, path, read_pcap, run,
                         tshark, write_pcap)

OUTSIDE, SERVER, ROUTER = "203.0.113.1", "198.51.100.10", "203.0.113.2"
SIDES = ["--inside", "192.168.77.0/24", "--address", OUTSIDE]
CHECKED = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]


def address(text):
    return bytes(int(part) for part in text.split("."))


def is_inside(ip, at):
    return ip[at:at + 3] == address("192.168.77.0")[:3]


def crosses(record):
    """Whether a packet is one to or from beyond the NAT, and whole."""
    ip = record[2][14:]
    whole = ip[6] & 0x3f == 0 and ip[7] == 0
    return whole and is_inside(ip, 12) != is_inside(ip, 16)


def is_error(ip):
    return ip[9] == 1 and ip[20] == 3


def sums(name):
    """What tshark says of each error: the addresses and MTU, then its
    checksums, of the IP headers and of ICMP. 1 is good."""
    lines = tshark(*CHECKED, "-r", name, "-Y", "icmp.type == 3", "-T",
                   "fields", "-e", "ip.src", "-e", "ip.dst", "-e", "icmp.mtu",
                   "-e", "ip.checksum.status", "-e", "icmp.checksum.status")
    return [line.split("\t") for line in lines]


def judge(name, clients):
    records = [r for r in read_pcap(os.path.join(CAPTURES, name + ".pcap"))[2]
               if crosses(r)]
    done = run(*SIDES, write_pcap("in.pcap", records), path("out.pcap"))
    seen = read_pcap(path("out.pcap"))[2]
    check(name + ": all is translated",
          done.returncode == 0 and len(seen) == len(records),
          done.stderr.decode())
    errors = sums(path("out.pcap"))
    check(name + ": outside, errors quote the outside address",
          len(errors) == len(clients) and all(
              [e[0].split(",")[:2], e[1].split(",")[:2], e[2]] ==
              [[ROUTER, OUTSIDE], [OUTSIDE, SERVER], "1300"]
              for e in errors), errors)
    check(name + ": their checksums are right",
          all(e[3].split(",")[:2] == ["1", "1"] and e[4][:1] == "1"
              for e in errors), errors)
    # As the NAT has met them: what goes out from inside, the rest from outside.
    met = [old if is_inside(old[2], 26) else new
           for old, new in zip(records, seen)]
    done = run(*SIDES, write_pcap("met.pcap", met), path("back.pcap"))
    back = read_pcap(path("back.pcap"))[2]
    got = [(old[2][14:], new[2][14:]) for old, new in zip(records, back)
           if is_error(old[2][14:])]
    check(name + ": each error comes back as its client has got it",
          done.returncode == 0 and len(back) == len(met) and
          [old[16:20] for old, _ in got] == [address(c) for c in clients] and
          all(old == new for old, new in got), done.stderr.decode())


judge("pmtu_esp-routed", ["192.168.77.11", "192.168.77.12"])
judge("pmtu_gre-routed", ["192.168.77.12"])
finish()

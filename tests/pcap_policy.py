#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Policies by options: who may open sessions, and how many, with seven clients'
traffic of all protocols."""

import json
import os

from scapy.layers.inet import ICMP, IP, TCP, UDP

from pcap_common import CAPTURES, check, finish, path, read_pcap, run

NAME = os.path.join(CAPTURES, "everything-inside.pcap")
FIXED = ["--general", "--json", "--address", "203.0.113.1"]
DENIED = "denied by the policy"
LIMIT = "over a limit of the policy"


def packets(name):
    return [IP(r[2][14:]) for r in read_pcap(name)[2]]


def is_pptp(p):
    return p.proto == 47 or (TCP in p and 1723 in (p[TCP].sport,
                                                   p[TCP].dport))


def is_udp(*ports):
    return lambda p: UDP in p and (p[UDP].sport in ports
                                   or p[UDP].dport in ports)


def is_vpn(p):
    return is_pptp(p) or is_udp(500, 4500, 1701)(p) or p.proto == 50


def is_of(host, rest=lambda p: True):
    return lambda p: host in (p.src, p.dst) and rest(p)


def is_general(p):
    return not is_vpn(p) and (TCP in p or UDP in p or ICMP in p)


# Options; which of the capture's packets must be gone, and no others; why the
# first of them is.
ROWS = [
    ([], lambda p: False, None),
    (["--disable", "pptp"], is_pptp, DENIED),
    (["--disable", "pptp,inside=192.168.77.0/24"], is_pptp, DENIED),
    (["--disable", "pptp,remote=198.51.100.0/24"], lambda p: False, None),
    (["--disable", "esp"], lambda p: p.proto == 50, DENIED),
    (["--disable", "ike"], is_udp(500), DENIED),
    (["--disable", "nat-t"], is_udp(4500), DENIED),
    (["--disable", "l2tp"], is_udp(1701), DENIED),
    (["--disable", "ipsec"],
     lambda p: p.proto == 50 or is_udp(500, 4500)(p), DENIED),
    (["--disable", "general"], is_general, DENIED),
    (["--disable", "any"], lambda p: True, DENIED),
    (["--allow", "any", "--disable", "any"], lambda p: False, None),
    (["--priority", "pptp", "--disable", "any"],
     lambda p: not is_pptp(p), DENIED),
    (["--disable", "any,inside=192.168.77.14"],
     is_of("192.168.77.14"), DENIED),
    (["--allow", "ipsec,inside=192.168.77.14", "--disable", "ipsec"],
     lambda p: (p.proto == 50 or is_udp(500, 4500)(p))
     and not is_of("192.168.77.14")(p), DENIED),
    (["--limit", "pptp,all=0"], is_pptp, LIMIT),
    (["--limit", "general,host=0"], is_general, LIMIT),
    (["--limit", "pptp,ids,all=0"], is_pptp, LIMIT),
    (["--limit", "l2tp,remote=0"], is_udp(1701), LIMIT),
    (["--limit", "ipsec,host=0"],
     lambda p: p.proto == 50 or is_udp(500, 4500)(p), LIMIT),
    (["--limit", "all=100000", "--limit", "host=100000", "--limit",
      "ids,host=50000", "--limit", "remote=100000"], lambda p: False, None),
    (["--host-rate", "1000,1000"], lambda p: False, None),
    (["--switch-off", "pptp=3600"], lambda p: False, None),
]


def check_row(options, gone, reason):
    title = " ".join(options) or "no option"
    done = run(*FIXED, *options, NAME, path("out.pcap"))
    check(f"{title}: exit status", done.returncode == 0, done.stderr.decode())
    if done.returncode != 0:
        return
    report = json.loads(done.stdout)
    before = packets(NAME)
    want = sum(not gone(p) for p in before)
    check(f"{title}: {want} packets are left", report["packets"]["written"]
          == want, report["packets"])
    reasons = {row["reason"]: row["packets"] for row in report["dropped"]}
    check(f"{title}: the reason is counted",
          reason is None or reasons.get(reason, 0) > 0, reasons)
    check(f"{title}: no other policy's reason",
          not {DENIED, LIMIT} - {reason} & set(reasons), reasons)


WRONG = [
    (["--disable", "ppt"], "no protocol that there is"),
    (["--disable", ""], "no protocol that there is"),
    (["--allow", "pptp,port=1"], "neither inside=PREFIX nor remote=PREFIX"),
    (["--allow", "pptp,inside=1.2.3"], "inside: not ADDRESS/LENGTH"),
    (["--allow", "pptp,inside=1.2.3.4/33"], "inside: not ADDRESS/LENGTH"),
    (["--priority", "any,remote=1.2.3.4/"], "remote: not ADDRESS/LENGTH"),
    (["--priority", "any,remote=" + "1" * 99], "too long"),
    (["--limit", "host"], "not all=N, host=N or remote=N"),
    (["--limit", "host=-1"], "not all=N, host=N or remote=N"),
    (["--limit", "host=99999999999"], "not all=N, host=N or remote=N"),
    (["--limit", "esp,host=1"], "before a comma"),
    (["--limit", "esp,ids,host=1"], "before a comma"),
    (["--limit", "ids,pptp,host=1"], "before a comma"),
    (["--limit", "pptp,ids,ids,host=1"], "before a comma"),
    (["--limit", "pptp,,host=1"], "before a comma"),
    (["--host-rate", "1"], "not N,BURST"),
    (["--host-rate", "0,1"], "not N,BURST"),
    (["--switch-off", "pptp"], "not PROTOCOL=SECONDS"),
    (["--switch-off", "any=5"], "not pptp, ipsec"),
    (["--disable", "any"] * 129, "more than 128 rules"),
    (["--limit", "all=1"] * 33, "more than 32 limits"),
]


def check_wrong(options, text):
    done = run(*FIXED, *options, NAME, path("never.pcap"))
    check(f"{' '.join(options)[:40]}: {text}", done.returncode == 2
          and text in done.stderr.decode(), done.stderr.decode())


def main():
    for row in ROWS:
        check_row(*row)
    for row in WRONG:
        check_wrong(*row)
    done = run("--json", "--address", "203.0.113.1", "--disable", "general",
               NAME, path("never.pcap"))
    check("a rule for what is not carried", done.returncode == 1
          and b"none of the protocols" in done.stderr, done.stderr)
    finish()


main()

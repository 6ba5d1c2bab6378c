#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Translates PPTP and L2TP captures of real and made-up clients and lets tshark and
scapy judge the result. No packet may be lost, no inside address left, no good
checksum spoiled, no message changed but for its IDs, and the IDs must be the
same wherever the same call is meant."""

import os

from scapy.layers.inet import TCP

from pcap_common import (CAPTURES, Talk, check, clear_request, finish, merged,
                         path, run, short_talk, write_pcap)
from pcap_judge_l2tp import (judge_elsewhere, judge_fixed_port, judge_l2tp,
                             judge_l2tp_calls, judge_l2tp_fixed_port,
                             judge_l2tp_same)
from pcap_judge_packets import (OUTSIDE, SERVER, gre_call, ids, is_control,
                                judge, segment)


def judge_lab():
    for name in ("pptp-three", "pptp-killed-same", "pptp-loss"):
        capture = os.path.join(CAPTURES, name + "-inside.pcap")
        judge(name, capture, "192.168.77.0/24", SERVER)


def judge_outside_view():
    """What was captured outside has no inside address: nothing is touched."""
    capture = os.path.join(CAPTURES, "pptp-three-outside.pcap")
    with open(capture, "rb") as file:
        data = file.read()
    done = run("--address", "198.51.100.1", capture, "-")
    check("a capture without inside hosts is copied byte by byte",
          done.returncode == 0 and done.stdout == data)


def judge_doubled():
    """A client with Call ID 0, the server's segments recorded twice."""
    talk = short_talk("10.1.1.11", "10.1.1.10", 3025, 0, 0, doubled=True)
    name = write_pcap("in.pcap", talk.records)
    check("doubled: the capture has 23 packets", len(talk.records) == 23)
    _, new = judge("doubled", name, "10.1.1.11", "10.1.1.10")
    calls = {i[1] for p in new if is_control(p) for i in ids(segment(p))
             if i[0] in (7, 8, 15)}
    check("doubled: a single client keeps its Call ID 0", calls == {0}, calls)
    ports = {p[TCP].sport for p in new if is_control(p) and p.src == OUTSIDE}
    check("doubled: and its port", ports == {3025}, ports)


def twins():
    """Two clients, one server, same port and Call ID, at the same time."""
    talks = [Talk("192.168.77.%d" % (11 + i), SERVER, 40001, time=i * 0.0005)
             for i in range(2)]
    for talk in talks:
        talk.connect()
    for i, talk in enumerate(talks):
        talk.call(0x1234, 128 * i)
    for i, talk in enumerate(talks):
        talk.gre(0, 128 * i, 0)
        talk.gre(1, 0x1234, 0)
        talk.tcp(0, "PA", clear_request(0x1234))
        talk.end()
    return merged(*talks)


def judge_twins():
    name = write_pcap("in.pcap", twins())
    old, new = judge("twins", name, "192.168.77.0/24", SERVER)
    ports, calls = {}, {}
    for before, after in zip(old, new):
        if is_control(before) and before.dst == SERVER:
            ports.setdefault(before.src, set()).add(after[TCP].sport)
            for kind, call, _ in ids(segment(after)):
                if kind in (7, 12):
                    calls.setdefault(before.src, set()).add(call)
    check("twins: each has one port and they differ",
          [len(p) for p in ports.values()] == [1, 1] and
          len(set.union(*ports.values())) == 2, ports)
    check("twins: each has one Call ID and they differ",
          [len(c) for c in calls.values()] == [1, 1] and
          len(set.union(*calls.values())) == 2, calls)
    gre = [gre_call(a) for b, a in zip(old, new)
           if gre_call(b) is not None and b.src == SERVER]
    check("twins: so do the Call IDs in GRE", len(set(gre)) == len(gre) == 2)


def judge_seed():
    """The same seed gives the same file, another one another."""
    name = write_pcap("in.pcap", twins())
    files = [run("--address", OUTSIDE, "--seed", seed, name, "-").stdout
             for seed in ("7", "7", "8", "9", "10")]
    check("the same seed gives the same output", files[0] == files[1])
    check("another seed gives another output", len(set(files)) > 1)


def judge_time():
    """Sessions end as the capture's time goes by."""
    first = short_talk("10.0.0.2", SERVER, 40001, 5, 6)
    late = short_talk("10.0.0.2", SERVER, 40002, 7, 8, time=100000.0)
    name = write_pcap("in.pcap", merged(first, late))
    done = run("--address", OUTSIDE, name, path("out.pcap"))
    rows = [line.split()[-5:] for line in done.stderr.decode().splitlines()
            if line.startswith("  PPTP ")]
    check("of two sessions a day apart the first has ended",
          rows[0] == rows[1] == ["2", "1", "1", "0", "0"], done.stderr.decode())


def main():
    judge_lab()
    judge_l2tp()
    judge_l2tp_calls()
    judge_l2tp_same()
    judge_l2tp_fixed_port()
    judge_fixed_port(2, True)
    judge_fixed_port(3, True)
    judge_fixed_port(3, False)
    for version in (2, 3):
        judge_elsewhere(version, OUTSIDE)
        judge_elsewhere(version, "192.168.77.11")
    judge_outside_view()
    judge_doubled()
    judge_twins()
    judge_seed()
    judge_time()
    finish()


main()

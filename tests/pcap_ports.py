#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--server-port: captures of servers at standard ports, whose ports are changed
here, give the same output as before, but for these ports; so do the report, the
events, the lines of --explain and what --why finds."""

import json
import os
import re
import struct

from pcap_common import (CAPTURES, check, finish, path, read_pcap, run, tshark,
                         write_pcap)

ADDRESS = ["--address", "203.0.113.1"]
OURS = (b"\xc0\xa8\x4d", b"\xcb\x00\x71\x01")
ICMP, TCP, UDP = 1, 6, 17
NAMES = {1723: "pptp", 500: "ike", 4500: "nat-t", 1701: "l2tp"}

# The checksum of each protocol in its header.
CHECKSUM = {ICMP: 2, TCP: 16, UDP: 6}

# What servers listen at instead, all of them or those of one protocol.
ALL = {(TCP, 1723): 1724, (UDP, 500): 1500, (UDP, 4500): 14500,
       (UDP, 1701): 1702}
PPTP = {(TCP, 1723): 65535}
IKE = {(UDP, 500): 501}
NAT_T = {(UDP, 4500): 1}
L2TP = {(UDP, 1701): 40000}
SWAPPED = {(UDP, 1701): 1723, (TCP, 1723): 1701}

ROWS = [
    ("pptp-three-inside", PPTP), ("pptp-loss-inside", ALL),
    ("pptp-three-inside", SWAPPED),
    ("esp-ike2-three-inside", IKE), ("esp-ike1-rekey-inside", ALL),
    ("ikev1-natt-inside", NAT_T), ("ikev2-natt-rekey-inside", IKE),
    ("ikev2-natt-rekey-inside", ALL), ("ikev1-natt-inside", ALL),
    ("l2tp-three-inside", L2TP), ("l2tp_out-inside", ALL),
    ("l2tp-return-inside", ALL), ("l2tp_v3-inside", ALL),
    ("l2tp-three-inside", SWAPPED), ("l2tp-ipsec-inside", ALL),
    ("everything-inside", ALL), ("everything-inside", IKE),
    ("ike_frag_3-routed", ALL), ("pmtu_gre-routed", ALL),
]


def folded(number):
    while number >> 16:
        number = (number & 0xffff) + (number >> 16)
    return number


def put(data, at, number):
    """Puts 16 bits there; returns by how much that changes the data's sum."""
    before = struct.unpack_from(">H", data, at)[0]
    struct.pack_into(">H", data, at, number)
    return number + (0xffff ^ before)


def mend(data, at, change):
    """Changes a checksum as the sum of what it covers (RFC 1624)."""
    before = struct.unpack_from(">H", data, at)[0]
    if change:
        put(data, at, 0xffff ^ folded((0xffff ^ before) + change))


def server_port(data, at, l4, ports):
    """Changes the server's port of a packet; returns where that is, and what
    it does to the sum."""
    where = l4 + (2 if data[at + 12:at + 16].startswith(OURS) else 0)
    if len(data) < where + 2:
        return 0
    key = data[at + 9], struct.unpack_from(">H", data, where)[0]
    return put(data, where, ports[key]) if key in ports else 0


def changed(frame, ports, at):
    """A frame whose server has another port, with checksums that are as right
    as they were."""
    data = bytearray(frame)
    if at and data[12:14] != b"\x08\x00":
        return frame
    l4, protocol = at + (data[at] & 15) * 4, data[at + 9]
    if struct.unpack_from(">H", data, at + 6)[0] & 0x1fff:
        return frame
    if protocol == ICMP and data[l4] in (3, 11):
        quote = l4 + 8
        mend(data, l4 + 2, server_port(data, quote, quote + (data[quote] & 15)
                                       * 4, ports))
    elif protocol in (TCP, UDP):
        change = server_port(data, at, l4, ports)
        where = l4 + CHECKSUM[protocol]
        if len(data) >= where + 2 and (protocol == TCP or
                                       any(data[where:where + 2])):
            mend(data, where, change)
    return bytes(data)


def rewritten(name, ports):
    """The records of a capture, with other ports."""
    _, link, records = read_pcap(name)
    return [(s, f, changed(data, ports, 14 if link == 1 else 0), length)
            for s, f, data, length in records]


def capture_of(name):
    return os.path.join(CAPTURES, name + ".pcap")


def options_of(ports):
    return [word for (_, standard), port in sorted(ports.items())
            for word in ("--server-port", "%s=%d" % (NAMES[standard], port))]


def sides(name):
    if name.endswith("routed"):
        return ["--inside", "192.168.77.0/24"]
    return []


def standard(text, ports):
    """Text with the standard ports of servers."""
    back = {str(port): str(key[1]) for key, port in ports.items()}
    return re.sub(r"\b(?!192\.168\.77\.|203\.0\.113\.1:)"
                  r"(\d+\.\d+\.\d+\.\d+):(\d+)\b", lambda found:
                  found[1] + ":" + back.get(found[2], found[2]), text)


def lines_of(done, ports=None):
    text = done.stdout.decode()
    return standard(text, ports or {}).splitlines()


def judge(name, ports, options=()):
    title = " ".join([name, *options_of(ports), *options])
    capture = capture_of(name)
    there = write_pcap("there.pcap", rewritten(capture, ports))
    moved = sum(a != b for a, b in zip(read_pcap(capture)[2],
                                       read_pcap(there)[2]))
    fixed = [*ADDRESS, *sides(name), *options]
    before = run(*fixed, "--json", "--sessions", "--events", path("a.json"),
                 capture, path("a.pcap"))
    after = run(*fixed, *options_of(ports), "--json", "--sessions", "--events",
                path("b.json"), there, path("b.pcap"))
    check(title + ": some packets have the other port", moved > 3, moved)
    check(title + ": exit status", before.returncode == after.returncode == 0,
          after.stderr.decode())
    want = rewritten(path("a.pcap"), ports)
    got = read_pcap(path("b.pcap"))[2]
    check(title + ": the same output", got == want, next(
        ((i, a[2].hex(), b[2].hex()) for i, (a, b) in enumerate(zip(got, want))
         if a != b), (len(got), len(want))))
    reports = [json.loads(done.stdout) for done in (before, after)]
    for report in reports:
        del report["input"], report["output"]
    check(title + ": the same report", reports[0] == reports[1])
    check(title + ": the same events", open(path("a.json")).read() ==
          open(path("b.json")).read() != "")
    lines = [lines_of(run(*fixed, "--explain", capture, path("a.pcap"))),
             lines_of(run(*fixed, *options_of(ports), "--explain", there,
                          path("b.pcap")), ports)]
    check(title + ": the same explanation", lines[0] == lines[1] != [],
          [pair for pair in zip(*lines) if pair[0] != pair[1]][:2])


def judge_why(name, ports):
    title = "--why " + " ".join([name, *options_of(ports)])
    capture = capture_of(name)
    there = write_pcap("there.pcap", rewritten(capture, ports))
    found = [run("--why", "--json", capture),
             run("--why", "--json", *options_of(ports), there)]
    reports = [json.loads(done.stdout) for done in found]
    for report in reports:
        del report["input"]
    check(title, reports[0] == reports[1] and found[0].returncode ==
          found[1].returncode, found[1].stdout.decode())


def judge_without():
    """No VPN is seen at another port unless it is named."""
    there = write_pcap("there.pcap",
                       rewritten(capture_of("pptp-three-inside"), ALL))
    found = [json.loads(run(*ADDRESS, *options, "--json", there,
                            path("b.pcap")).stdout)["packets"]["translated"]
             for options in ([], options_of(ALL))]
    check("without the option it is no PPTP", found[0] < found[1], found)


def judge_outside():
    """Both captures of a router: its own ports are taken over."""
    outputs = []
    for ports in {}, ALL:
        words = [write_pcap(name + ".pcap", rewritten(
            capture_of("everything-" + name), ports))
                 for name in ("outside", "inside")]
        done = run(*ADDRESS, *options_of(ports), "--json", "--outside",
                   *words, path("c.pcap"))
        report = json.loads(done.stdout)
        outputs.append((rewritten(path("c.pcap"), {} if ports else ALL),
                        report["compared"], report["sessions"]))
    check("with --outside: the same output", outputs[0][0] == outputs[1][0], [
        (i, a[2].hex(), b[2].hex()) for i, (a, b) in enumerate(zip(
            outputs[0][0], outputs[1][0])) if a != b][:2])
    check("with --outside: compared alike", outputs[0][1:] == outputs[1][1:],
          outputs[1][1:])


def judge_tshark():
    """The rewriting is right: checksums hold, before and after."""
    there = write_pcap("there.pcap",
                       rewritten(capture_of("everything-inside"), ALL))
    run(*ADDRESS, *options_of(ALL), there, path("b.pcap"))
    for name in there, path("b.pcap"):
        wrong = tshark("-r", name, "-o", "tcp.check_checksum:TRUE", "-o",
                       "udp.check_checksum:TRUE", "-Y",
                       "(tcp.checksum.status==0 || udp.checksum.status==0 || "
                       "icmp.checksum.status==0) && (udp.port in {1500,14500,"
                       "1702} || tcp.port==1724)")
        check("checksums hold: " + os.path.basename(name), not wrong,
              wrong[:3])


WRONG = [
    (["pptp"], "not PROTOCOL=PORT"),
    ([""], "not PROTOCOL=PORT"),
    (["=1724"], "no protocol that there is: pptp, ike, nat-t or l2tp"),
    (["ipsec=1724"], "no protocol that there is"),
    (["gre=1724"], "no protocol that there is"),
    (["PPTP=1724"], "no protocol that there is"),
    (["pptp="], "not a number from 1 to 65535"),
    (["pptp=0"], "not a number from 1 to 65535"),
    (["pptp=65536"], "not a number from 1 to 65535"),
    (["pptp=-1"], "not a number from 1 to 65535"),
    (["pptp=+1"], "not a number from 1 to 65535"),
    (["pptp= 1"], "not a number from 1 to 65535"),
    (["pptp=1724x"], "not a number from 1 to 65535"),
    (["pptp=172400"], "not a number from 1 to 65535"),
    (["pptp=1723"], "is the standard one"),
    (["ike=4500"], "is the standard one of another protocol"),
    (["l2tp=500"], "is the standard one of another protocol"),
    (["nat-t=1701"], "is the standard one of another protocol"),
    (["pptp=1724", "pptp=1724"], "given twice"),
    (["l2tp=1702", "ike=1702"], "given for another protocol, too"),
    (["nat-t=%d" % port for port in range(5000, 5017)], "more than 16"),
]


def judge_wrong(values, text):
    words = [word for value in values for word in ("--server-port", value)]
    capture = capture_of("pptp-three-inside")
    done = run(*ADDRESS, *words, capture, path("never.pcap"))
    said = done.stderr.decode()
    check("%s: %s" % (" ".join(values)[:40], text), done.returncode == 2 and
          "--server-port " + values[-1] + ": " in said and text in said and
          said.count("\n") == 1 and not os.path.exists(path("never.pcap")),
          said)


def main():
    for row in ROWS:
        judge(*row)
    judge("everything-inside", ALL, ("--general",))
    judge("l2tp-three-inside", L2TP, ("--l2tp-port-1701",))
    judge("l2tp-return-inside", ALL, ("--l2tp-any-address",))
    for name, ports in ROWS:
        judge_why(name, ports)
    judge_without()
    judge_outside()
    judge_tshark()
    for row in WRONG:
        judge_wrong(*row)
    done = run(*ADDRESS, *options_of({(UDP, 4500): 5000}), *[
        word for port in range(5001, 5016)
        for word in ("--server-port", "pptp=%d" % port)],
               capture_of("pptp-three-inside"),
               path("b.pcap"))
    check("sixteen of them", done.returncode == 0, done.stderr.decode())
    finish()


main()

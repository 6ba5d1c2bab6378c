#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--events: from the events alone the table that --sessions prints is rebuilt,
at the end of each capture and of its first parts; and what the lines hold."""

import json
import os
import re
import struct

from pcap_common import CAPTURES, check, finish, path, run
from rebuild_sessions import ROW, rebuild

# In so many parts each capture is cut.
PARTS = 4

# Sessions that end in the middle of a capture, and begin again.
SHORT = ("--timeouts", "tcp=4,tcp-opening=4,udp=2,ike=2,nat-t=2,esp=3,gre=2,"
         "esp-unpaired=2,call=3,call-opening=2,linger=1,icmp=1,other=1")


def packets_of(name):
    """The header of a pcap file, and its packets."""
    with open(name, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    packets, at = [], 24
    while at < len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        packets.append(data[at:at + 16 + length])
        at += 16 + length
    return data[:24], packets


def translate(capture, *options):
    """The table of sessions and the lines of events."""
    done = run("--sessions", "--json", "--general", "--inside",
               "192.168.77.0/24", "--events", path("events"), *options, capture,
               path("out.pcap"))
    check("exit status", done.returncode == 0, done.stderr)
    with open(path("events"), encoding="utf-8") as lines:
        return json.loads(done.stdout)["session_table"], lines.readlines()


def listed(table):
    return {row["number"]: {name: row[name] for name in ROW} for row in table}


def check_part(name, capture, *options):
    """Returns the events, parsed."""
    table, lines = translate(capture, "--event-remotes", *options)
    told, seen = rebuild(lines), listed(table)
    check("%s: the events tell the table" % name, told == seen,
          [row for row in seen.values() if told.get(row["number"]) != row] +
          [row for row in told.values() if row["number"] not in seen])
    return [json.loads(line) for line in lines], len(seen)


def check_capture(name):
    header, packets = packets_of(os.path.join(CAPTURES, name))
    events, rows = [], 0
    for part in range(1, PARTS + 1):
        count = len(packets) * part // PARTS
        with open(path("part.pcap"), "wb") as file:
            file.write(header + b"".join(packets[:count]))
        more = check_part("%s, %d packets, short lives" % (name, count),
                          path("part.pcap"), *SHORT)[0]
        events, some = check_part("%s, %d packets" % (name, count),
                                  path("part.pcap"))
        rows += some
    return events + more, rows


def check_lines(events):
    """Of all captures together."""
    types = {event["event"] for event in events}
    check("several types were told",
          types >= {"opened", "closed", "changed", "paired"}, types)
    check("natEvent goes with the type",
          all(event.get("natEvent") in {"opened": (4, 8, None),
                                        "closed": (5, 9, None)}
              .get(event["event"], (None, 3, 12, 13)) for event in events))
    check("closed says why, and no other",
          all(("why" in e) == (e["event"] == "closed") for e in events))
    check("closed has the account",
          all("packets_out" in e for e in events
              if e["event"] == "closed" and "of_remote" not in e))
    check("paired and unpaired say by what, and no other",
          all(("evidence" in e) == (e["event"] in ("paired", "unpaired"))
              for e in events))


def check_page(events):
    """doc/events.md names each member, and each word of those that have a few."""
    top = os.environ.get("top_srcdir", os.path.join(CAPTURES, "..", ".."))
    with open(os.path.join(top, "doc", "events.md"), encoding="utf-8") as page:
        rows = [[set(re.findall("`([^`]*)`", cell)) for cell in
                 line.split("|")[1:3]] for line in page
                if line.startswith("| `")]
    words = {name: values for names, values in rows for name in names}
    check("the page names each member", not {name for event in events
          for name in event} - set(words), set(words))
    for member in "event", "why", "evidence":
        check("the page names each %s" % member, not {
            event[member] for event in events if member in event} -
              words[member], words[member])


def check_remotes(name):
    """RFC 6888 REQ-12: nobody's destinations without being asked."""
    lines = translate(os.path.join(CAPTURES, name))[1]
    check("no remote is named", lines and
          not any("external-dst" in line for line in lines), lines[:1])


def check_blocks(name):
    """RFC 6888 REQ-14: with blocks of ports their events tell who had a port."""
    lines = translate(os.path.join(CAPTURES, name), "--port-blocks", "64")[1]
    events = [json.loads(line) for line in lines]
    blocks, outside = {}, 0
    for event in events:
        host = event.get("internal-src-address")
        if event["event"] == "block-allotted":
            check("a host has one block at a time", host not in blocks)
            blocks[host] = (event["external-src-address"],
                            event["portRangeStart"], event["portRangeEnd"])
            check("a block has 64 ports", event["natEvent"] == 16 and
                  blocks[host][2] - blocks[host][1] == 63, event)
        elif event["event"] == "block-freed":
            check("a block is freed that was allotted", event["natEvent"] == 17
                  and blocks.pop(host, None) is not None, event)
        elif (event["event"] == "opened" and
              event.get("transport-protocol") in (6, 17)
              and "routers" not in event and "of_remote" not in event):
            address, first, last = blocks.get(host, (None, 1, 0))
            outside += not (event["external-src-address"] == address and
                            first <= event["external-src-port"] <= last)
    check("there were blocks", len(blocks) > 1, blocks)
    check("no port is outside of its host's block", outside == 0, outside)
    lines = translate(os.path.join(CAPTURES, name), "--port-blocks",
                      "64,192.168.77.0/24")[1]
    told = [json.loads(line) for line in lines]
    check("blocks that are computed need no events",
          not [e for e in told if e["event"].startswith("block")] and
          len([e for e in told if e["event"] == "opened"]) > 10)


def check_errors(name):
    capture = os.path.join(CAPTURES, name)
    for log, status, words in ((path("none/x"), 1, b"No such file"),
                               ("", 2, b"no name of a file")):
        done = run("--events", log, capture, path("out.pcap"))
        check("%s is refused" % (log or "no name"),
              done.returncode == status and words in done.stderr, done.stderr)
    done = run("--events", "-", "--inside", "192.168.77.0/24", capture,
               path("out.pcap"))
    check("standard output has the events", done.returncode == 0 and all(
        "event" in json.loads(line) for line in done.stdout.splitlines()))
    done = run("--events", "-", "--json", capture, path("out.pcap"))
    check("but not beside the report", done.returncode == 2, done.stderr)
    if os.path.exists("/dev/full"):
        done = run("--events", "/dev/full", "--inside", "192.168.77.0/24",
                   capture, path("out.pcap"))
        check("a full disk is an error", done.returncode == 1 and
              b"cannot write all events" in done.stderr, done.stderr)


def main():
    captures = sorted(name for name in os.listdir(CAPTURES)
                      if name.endswith("-inside.pcap"))
    events, rows = [], 0
    for capture in captures:
        told, listings = check_capture(capture)
        events += told
        rows += listings
    check("there were sessions", rows > 100, rows)
    check_lines(events)
    check_page(events)
    check_remotes("everything-inside.pcap")
    check_blocks("everything-inside.pcap")
    check_errors("everything-inside.pcap")
    finish()


main()

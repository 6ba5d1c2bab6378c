#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--sessions: each session that is open at the end of a capture, as text and in
the JSON report, with packets that add up to those of its kind."""

import json
import os
import re

from pcap_common import CAPTURES, check, finish, path, run

COLUMNS = ("packets_out", "packets_in")
LINE = re.compile(
    r"  (\S.*?)  +(\d+\.\d+\.\d+\.\d+\S*) +(\S+) +(\S+) +(\d+\.\d) +(\d+\.\d)"
    r" +(\d+) +(\d+) +(\d+) +(\d+)$")


def report(capture, *options):
    return run("--sessions", "--inside", "192.168.77.0/24", "--general",
               *options, os.path.join(CAPTURES, capture), path("out.pcap"))


def table(text):
    """The rows of the table of sessions."""
    lines = text.split("each session", 1)[1].splitlines()[1:]
    return [LINE.match(line) for line in lines]


def is_sound(row, numbers):
    """Whether what a row says fits together."""
    return (row["parent"] is None or row["parent"] in numbers) and \
        0 <= row["idle_ms"] <= row["age_ms"] and \
        (row["packets_out"] > 0) == (row["bytes_out"] > 0) and \
        (row["packets_in"] > 0) == (row["bytes_in"] > 0)


def adds_up(kind, rows):
    """Whether all packets of a kind are those of its sessions. Some are of
    others, which were closed, or errors about them."""
    if kind["closed"] or not kind["open"]:
        return True
    return len(rows) == kind["open"] and \
        all(sum(r[c] for r in rows) <= kind[c.replace("packets", "translated")]
            for c in COLUMNS)


def check_capture(capture):
    done = report(capture)
    check(capture + ": exit status", done.returncode == 0, done.stderr)
    rows = table(done.stderr.decode())
    check(capture + ": rows are rows", all(rows), done.stderr)
    said = json.loads(report(capture, "--json").stdout)
    listed = said["session_table"]
    check(capture + ": as many in JSON", len(listed) == len(rows))
    numbers = {row["number"] for row in listed}
    check(capture + ": numbers differ", len(numbers) == len(listed))
    check(capture + ": rows are sound",
          all(is_sound(row, numbers) for row in listed), listed)
    for kind in said["sessions"]:
        of_kind = [r for r in listed if r["kind"] == kind["kind"]]
        if of_kind:
            check("%s: %s" % (capture, kind["kind"]), adds_up(kind, of_kind),
                  kind)
    return listed


def main():
    captures = sorted(name for name in os.listdir(CAPTURES)
                      if name.endswith("-inside.pcap"))
    kinds, out, inward = set(), 0, 0
    for capture in captures[::6]:
        rows = check_capture(capture)
        kinds |= {row["kind"] for row in rows}
        out += sum(row["packets_out"] for row in rows)
        inward += sum(row["packets_in"] for row in rows)
    check("several kinds were seen", len(kinds) >= 4, kinds)
    check("packets were counted each way", min(out, inward) > 50)
    done = run("--inside", "192.168.77.0/24",
               os.path.join(CAPTURES, captures[0]), path("out.pcap"))
    check("nothing is listed unless it is asked for",
          b"each session" not in done.stderr)
    finish()


main()

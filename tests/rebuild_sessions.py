#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rebuilds from the events of --events --event-remotes alone the table that
--sessions prints: its rows, but for what changes with each packet.

rebuild_sessions.py [--until MS] FILE

Prints a JSON array. With --until, the events up to that time count."""

import json
import sys

# Members of a row of the table, and the names that they have in an event.
ROW = {
    "number": ("number",),
    "parent": ("parent",),
    "protocol": ("protocol",),
    "kind": ("kind",),
    "ip_protocol": ("transport-protocol",),
    "inside": ("internal-src-address",),
    "inside_id": ("internal-src-port", "internal-src-id"),
    "outside": ("external-src-address",),
    "outside_id": ("external-src-port", "external-src-id"),
    "remote": ("external-dst-address",),
    "remote_port": ("external-dst-port",),
}
# What is left out of an event, where it is 0.
ZERO = ("inside_id", "outside_id")


def row_of(event):
    """The row of the session that an event is about."""
    row = {}
    for member, names in ROW.items():
        found = [event[name] for name in names if name in event]
        row[member] = found[0] if found else 0 if member in ZERO else None
    if row["remote_port"] is None and "internal-src-port" in event:
        row["remote_port"] = 0  # of a mapping
    return row


def set_parent(table, was, becomes):
    for row in table.values():
        if row["parent"] == was:
            row["parent"] = becomes


def take(table, event):
    """Follows one event."""
    number = event.get("before", event.get("number"))
    if event["event"] == "opened":
        if number in table:
            raise ValueError("opened twice: " + number)
        table[number] = dict(row_of(event), hidden="of_remote" in event)
    elif event["event"] == "closed":
        row = table.pop(number)
        if row["parent"] and "before" not in event and \
                row["parent"] != event.get("parent"):
            raise ValueError("closed with another parent: " + number)
        set_parent(table, number, None)
    elif event["event"] == "changed":
        hidden = table.pop(number)["hidden"]
        table[event["number"]] = dict(row_of(event), hidden=hidden)
        set_parent(table, number, event["number"])


def rebuild(lines, until=None):
    """The rows that --sessions prints, by their numbers."""
    table = {}
    for line in lines:
        event = json.loads(line)
        if until is not None and event["time_ms"] > until:
            break
        take(table, event)
    rows = {}
    for number, row in table.items():
        if not row.pop("hidden"):
            rows[number] = row
    return rows


def main():
    words = sys.argv[1:]
    until = None
    if words[:1] == ["--until"] and len(words) > 1:
        until = int(words[1])
        words = words[2:]
    if len(words) != 1:
        sys.exit(__doc__)
    with open(words[0], encoding="utf-8") as lines:
        json.dump(list(rebuild(lines, until).values()), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()

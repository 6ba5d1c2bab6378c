#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who includes whom in lib/ and include/, against house_includes.txt."""

import os
import pathlib
import posixpath
import re
import sys

SOURCE = pathlib.Path(os.environ.get("srcdir", "."))
TABLE = SOURCE / "tests" / "house_includes.txt"
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include\b[ \t]*(.*)$", re.M)
NAME = re.compile(r'<[^>]*>|"[^"]*"')


def read_table(path):
    """The rows in their order: file -> set of what it may include."""
    rows = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, allowed = line.partition(":")
            rows[name] = set(allowed.split())
    return rows


def file_of(name, include):
    """The file of the tree that is meant; None for a standard header."""
    if include[0] == '"':
        return posixpath.normpath(posixpath.join(
            posixpath.dirname(name), include[1:-1]))
    name = include[1:-1]
    return "include/" + name if name.startswith("vpnalg/") else None


# What a file of a folder of lib/ may include besides those of its own: a
# handler knows neither the engine nor another handler.
BELOW = {"wire": (), "store": ("include",), "engine": ("include", "lib/wire")}
HANDLER = ("include", "lib/wire")


def is_below(name, other):
    folder, own = os.path.dirname(other), os.path.dirname(name)
    below = BELOW.get(os.path.basename(own), HANDLER)
    layer = "include" if other.startswith("include/") else folder
    return folder == own or layer in below


def faults_of_table(rows):
    above = set()
    for name, allowed in rows.items():
        for include in sorted(allowed):
            other = file_of(name, include)
            if name.startswith("lib/") and other and not is_below(name, other):
                yield f"{TABLE.name}: {name}: {include} is no layer below"
            if not NAME.fullmatch(include):
                yield f"{TABLE.name}: {name}: what is {include}?"
            elif other not in above | {None}:
                yield f"{TABLE.name}: {name}: {include} has no row above it"
        above.add(name)


def sources():
    return {
        path.relative_to(SOURCE).as_posix(): path
        for folder in ("include", "lib")
        for path in (SOURCE / folder).rglob("*")
        if path.suffix in (".c", ".def", ".h", ".inc")
    }


def faults_of_files(rows, files):
    for name in sorted(set(rows) - set(files)):
        yield f"{TABLE.name}: there is no {name}"
    for name in sorted(files):
        if name not in rows:
            yield f"{name} has no row in {TABLE.name}"
            continue
        for rest in INCLUDE.findall(files[name].read_text()):
            include = NAME.match(rest)
            # A macro behind #include would hide what it includes.
            written = include.group() if include else rest
            if written not in rows[name]:
                yield f"{name} may not include {written}"


def main():
    rows = read_table(TABLE)
    files = sources()
    faults = [*faults_of_table(rows), *faults_of_files(rows, files)]
    for fault in faults:
        print(fault)
    if not files:
        sys.exit(f"found no sources in {SOURCE}")
    if not faults:
        print(f"{len(files)} files include what they may")
    sys.exit(bool(faults))


main()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every test that the tables of doc/rfc.md name must be there, and must run."""

import glob
import os
import re
import sys

SOURCE = os.environ.get("srcdir", ".")
TEST = re.compile(r"START_TEST\((\w+)\)")


def read(name):
    with open(os.path.join(SOURCE, name)) as file:
        return file.read()


def tests():
    """The names of the unit tests that a suite runs."""
    names, added = set(), ""
    for path in glob.glob(os.path.join(SOURCE, "tests", "*.[ch]")):
        with open(path) as file:
            text = file.read()
        names.update(TEST.findall(text))
        added += "".join(re.findall(r"tcase_add_\w+\([^;]*;", text))
    return {name for name in names if re.search(r"\b%s\b" % name, added)}


def named(text):
    """The names in the last column of each row."""
    for line in text.splitlines():
        cells = line.strip().strip("|").split(" | ")
        if line.startswith("|") and len(cells) >= 3:
            yield from re.findall(r"`(\w+)`", cells[-1])


def main():
    found, there = list(named(read("doc/rfc.md"))), tests()
    missing = sorted(set(found) - there)
    for name in missing:
        print("doc/rfc.md: there is no test %s" % name)
    print("%d tests are named, %d different ones" %
          (len(found), len(set(found))))
    return 1 if missing or len(found) < 40 else 0


sys.exit(main())

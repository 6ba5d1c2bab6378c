# SPDX-License-Identifier: BSD-2-Clause
"""Reads what --metrics writes, by Prometheus' own parser, and promtool where
that is there, and holds it to the page that documents it."""

import os
import re
import shutil
import subprocess
import sys

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    print("SKIP: needs prometheus_client")
    sys.exit(77)

PAGE = os.path.join(os.environ.get("srcdir", "."), "doc", "metrics.md")
PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")


def parsed(text):
    """{name: {frozenset of labels: value}}; each sample is there once."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            row = found.setdefault(sample.name, {})
            key = frozenset(sample.labels.items())
            assert key not in row, sample
            row[key] = sample.value
    return found


def summed(found, name, **labels):
    """The sum of the samples that have these labels."""
    return sum(value for key, value in found[name].items()
               if set(labels.items()) <= key)


def lines_fault(text):
    """What is wrong with the order of the lines, or None: one HELP, one TYPE,
    then the samples of that family alone."""
    name, seen, expected = None, set(), "HELP"
    if not text.endswith("\n"):
        return "the last line is cut"
    for line in text.splitlines():
        words = line.split(" ", 3)
        if words[:2] == ["#", "HELP"] and expected != "TYPE":
            name, expected = words[2], "TYPE"
            if name in seen or len(words) < 4:
                return line
            seen.add(name)
        elif line in ("# TYPE %s counter" % name, "# TYPE %s gauge" % name):
            if expected != "TYPE" or (name.endswith("_total") !=
                                      line.endswith("counter")):
                return line
            expected = "sample"
        elif expected == "TYPE" or re.split("[{ ]", line)[0] != name:
            return line
    return None


def promtool_fault(text):
    """What promtool has against it, or None."""
    if not PROMTOOL:
        return None
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text.encode(),
                          check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.stdout if done.returncode or done.stdout else None


def documented():
    """{name: labels} of the page's tables of families."""
    with open(PAGE, encoding="utf-8") as page:
        families = page.read().split("# Values of the labels")[0]
    rows = [line.split("|") for line in families.splitlines()
            if line.startswith("| `vpnalg_")]
    return {re.findall("`([^`]*)`", row[1])[0]:
            set(re.findall("`([^`]*)`", row[2])) for row in rows}


def page_fault(found, programs):
    """What is not documented, or documented and not there."""
    page = documented()
    for name, samples in found.items():
        for key in samples:
            if page.get(name) != {label for label, _ in key}:
                return name, key
    return [name for name in page if name not in found and
            not re.match("vpnalg_(gateway|queue|pcap)_", name)
            and name != "vpnalg_limit_sessions"] + [
                name for name in page if name not in found and
                re.match("vpnalg_%s_" % programs, name)] or None

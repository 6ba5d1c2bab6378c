#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--metrics of vpnalg-pcap: the figures are those of the report and of the
events of the same run, for each capture; the form is right; every name is
documented; and a file that cannot be written is said."""

import collections
import json
import os

from metrics import (PROMTOOL, lines_fault, page_fault, parsed, promtool_fault,
                     summed)
from pcap_common import CAPTURES, check, finish, path, run

SHORT = ("--timeouts", "tcp=4,tcp-opening=4,udp=2,ike=2,nat-t=2,esp=3,gre=2,"
         "esp-unpaired=2,call=3,call-opening=2,linger=1,icmp=1,other=1")

# Of a kind of session: the report's member, the family, its labels.
OF_KIND = [
    ("opened", "vpnalg_sessions_opened_total", {}),
    ("closed", "vpnalg_sessions_closed_total", {}),
    ("open", "vpnalg_sessions", {}),
    ("refused", "vpnalg_sessions_refused_total", {}),
    ("unparsed", "vpnalg_sessions_unparsed_total", {}),
] + [("%s_%s" % (result, way), "vpnalg_session_packets_total",
      {"result": result, "direction": way})
     for result in ("translated", "dropped", "untouched")
     for way in ("out", "in")]

# Of an event: its member, the family, the label, and which events count.
OF_EVENT = [
    ("event", "vpnalg_events_total", "event", None),
    ("why", "vpnalg_session_ends_total", "why", None),
    ("evidence", "vpnalg_esp_paired_total", "evidence", "paired"),
    ("evidence", "vpnalg_esp_unpaired_total", "evidence", "unpaired"),
]


def translate(capture, *options):
    done = run("--json", "--inside", "192.168.77.0/24", "--metrics",
               path("metrics"), "--events", path("events"), *options, capture,
               path("out.pcap"))
    check("exit status", done.returncode == 0, done.stderr)
    with open(path("metrics"), encoding="utf-8") as file:
        text = file.read()
    with open(path("events"), encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    return text, json.loads(done.stdout), events


def check_form(name, text):
    for what, fault in (("lines", lines_fault(text)),
                        ("promtool", promtool_fault(text)),
                        ("page", page_fault(parsed(text), "pcap"))):
        check("%s: form, %s" % (name, what), fault is None, fault)


def check_sessions(name, found, report):
    wrong = [(kind["kind"], member) for kind in report["sessions"]
             for member, family, labels in OF_KIND
             if summed(found, family, kind=kind["kind"], **labels) !=
             kind[member]]
    check(name + ": sessions are the report's", not wrong, wrong)
    sums = [(family, sum(found[family].values()),
             sum(kind[member] for kind in report["sessions"]))
            for member, family, labels in OF_KIND if not labels]
    check(name + ": and no others", all(a == b for _, a, b in sums), sums)


def check_packets(name, found, report):
    drops = collections.Counter()
    for key, value in found["vpnalg_dropped_packets_total"].items():
        drops[dict(key)["reason"]] += value
    check(name + ": drops are the report's",
          +drops == {row["reason"]: row["packets"]
                     for row in report["dropped"]}, drops)
    check(name + ": their sum",
          summed(found, "vpnalg_packets_total", result="dropped") ==
          sum(drops.values()))
    wrong = [word for word in ("translated", "copied", "dropped")
             if summed(found, "vpnalg_pcap_packets_total", result=word) !=
             report["packets"][word]]
    wrong += [word for word in ("read", "written")
              if summed(found, "vpnalg_pcap_%s_packets_total" % word) !=
              report["packets"][word]]
    check(name + ": packets are the report's", not wrong, wrong)


def check_events(name, found, events):
    for member, family, label, of in OF_EVENT:
        told = collections.Counter(e[member] for e in events
                                   if member in e and of in (None, e["event"]))
        counted = {dict(key)[label]: value
                   for key, value in found[family].items() if value}
        check("%s: %s by %s" % (name, of or "events", member), counted == told,
              (counted, told))


def check_capture(name, *options):
    text, report, events = translate(os.path.join(CAPTURES, name), *options)
    found = parsed(text)
    name = " ".join([name, *options[:2]])
    check_form(name, text)
    check_sessions(name, found, report)
    check_packets(name, found, report)
    check_events(name, found, events)
    return found


def check_policy(name):
    """Limits have their labels, and count who was refused."""
    found = check_capture(name, "--limit", "ids,all=2", "--limit",
                          "ipsec,host=1", "--limit", "remote=3", "--limit",
                          "pptp,ids,remote=9", "--general")
    told = {(l["limit"], l["of"], l["per"]): value for l, value in
            ((dict(key), value) for key, value in
             found["vpnalg_limit_sessions"].items())}
    check("limits", told == {("0", "ids", "all"): 2, ("1", "ipsec", "host"): 1,
                             ("2", "any", "remote"): 3,
                             ("3", "pptp,ids", "remote"): 9}, told)
    check("they were exceeded",
          summed(found, "vpnalg_limit_exceeded_total") ==
          summed(found, "vpnalg_events_total", event="limit") > 0)
    check("and no more than allowed is in use",
          summed(found, "vpnalg_limited_ids") <= 2)
    found = check_capture(name, "--switch-off", "gre=1", "--general")
    check("what is off", {dict(key)["protocol"]: value for key, value in
                          found["vpnalg_protocol_off"].items()} ==
          {"PPTP": 0, "IPsec": 0, "L2TP": 0, "GRE": 1, "general": 0},
          found["vpnalg_protocol_off"])


def check_errors(name):
    capture = os.path.join(CAPTURES, name)
    os.mkdir(path("folder"))
    for file, status, words in (
            (path("none/x"), 1, b"none/x: No such file"),
            (path("folder"), 1, b"folder: Is a directory"),
            ("/dev/full/x", 1, b"Not a directory"),
            ("x" * 5000, 1, b"File name too long"),
            ("", 2, b"no name of a file"),
            ("-", 2, b"not standard output"),
            (path("out.pcap"), 2, b"it is OUTPUT, too")):
        done = run("--metrics", file, capture, path("out.pcap"))
        check("'%s' is refused" % file[-8:], done.returncode == status and
              words in done.stderr, done.stderr)
    check("nothing is left behind", not [
        f for f in os.listdir(path("")) if f.endswith(".new")])
    done = run("--why", "--metrics", path("metrics"), capture)
    check("not with --why", done.returncode == 2, done.stderr)


def main():
    print("promtool: %s" % PROMTOOL)
    names = sorted(name for name in os.listdir(CAPTURES)
                   if name.endswith("-inside.pcap"))
    for name in names:
        check_capture(name)
        check_capture(name, "--general", "--hold", *SHORT)
    check_policy("everything-inside.pcap")
    check_errors("everything-inside.pcap")
    finish()


main()

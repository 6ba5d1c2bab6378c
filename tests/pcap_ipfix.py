#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--ipfix of vpnalg-pcap: tshark and nfdump read the same of each record as the
lines of --events of the same run say; a collector that is not there does no
harm."""

import datetime
import json
import os
import sys
import time

from ipfix import JUDGES, Collector, nfdump_flows, templates, tshark_flows
from pcap_common import CAPTURES, check, finish, path, run

SHORT = ("--timeouts", "tcp=4,tcp-opening=4,udp=2,ike=2,nat-t=2,esp=3,gre=2,"
         "esp-unpaired=2,call=3,call-opening=2,linger=1,icmp=1,other=1")
LIMITS = {1: ("--limit", "all=9"), 2: ("--limit", "ids,all=2"),
          3: ("--limit", "ipsec,host=2"), 0: ("--limit", "general,remote=1")}

REASONS = {"expired": 1, "ended": 3, "protocol": 3, "parent": 3, "cut": 4,
           "policy": 4, "gave-way": 5, "address": 4, "store": 5, "service": 4}

# Name of the field, member of the event.
ALWAYS = [("time", "time_ms"), ("event", "natEvent"),
          ("source", "internal-src-address"),
          ("post_source", "external-src-address"),
          ("destination", "external-dst-address"), ("name", "kind"),
          ("first", "portRangeStart"), ("last", "portRangeEnd"),
          ("packets", "packets_out"), ("octets", "bytes_out"),
          ("reverse_packets", "packets_in"), ("reverse_octets", "bytes_in")]

# Name of nfdump's, of the field.
NFDUMP = [("src4_addr", "source"), ("src4_xlt_ip", "post_source"),
          ("dst4_addr", "destination"), ("proto", "protocol"),
          ("src_port", "source_port"), ("src_xlt_port", "post_port"),
          ("dst_port", "destination_port"), ("nat_event_id", "event"),
          ("in_packets", "packets"), ("in_bytes", "octets"),
          ("out_packets", "reverse_packets"),
          ("out_bytes", "reverse_octets")]


def add_ids(flow, event):
    """An ID is in the place of a port, an SPI, or of nothing."""
    protocol = event.get("transport-protocol", 0)
    if 0 < protocol <= 252:
        flow["protocol"] = protocol
    if "ports" in event:
        kind = "port"
    elif protocol == 1 or event.get("protocol") == "PPTP":
        kind = "id"
    else:
        if protocol == 50 and event.get("external-src-id"):
            flow["spi"] = event["external-src-id"]
        return
    flow["source_port"] = event.get("internal-src-" + kind, 0)
    if "external-src-address" in event:
        flow["post_port"] = event.get("external-src-" + kind, 0)
    if "external-dst-address" in event and kind == "port":
        flow["destination_port"] = event.get("external-dst-port", 0)


def add_limit(flow, event):
    quota = event.get("natQuotaExceededEvent")
    if quota:
        flow.update({"quota": quota, "most_%d" % quota: event["most"]})


def expected(event):
    """The record that an event makes; None if RFC 8158 has none."""
    if event["event"] == "changed" and not (
            event.get("of_remote") or event.get("routers")):
        event["natEvent"] = 8 if event["kind"] == "mapping" else 4
    if "natEvent" not in event:
        return None
    if event.get("transport-protocol") in (6, 17, 33, 132, 136):
        event["ports"] = True
    flow = {name: event[member] for name, member in ALWAYS if member in event}
    add_ids(flow, event)
    add_limit(flow, event)
    if event["event"] == "closed":
        flow["reason"] = REASONS[event["why"]]
        if "age_ms" in event:
            flow["start"] = event["time_ms"] - event["age_ms"]
            flow["end"] = event["time_ms"] - event["idle_ms"]
    return flow


def translate(name, port, *options, to="127.0.0.1:%d"):
    done = run("--inside", "192.168.77.0/24", "--general", "--events",
               path("events"), "--ipfix", to % port, *options,
               os.path.join(CAPTURES, name), path("out.pcap"))
    check("exit status", done.returncode == 0 and b"IPFIX" not in done.stderr,
          done.stderr)
    with open(path("events"), encoding="utf-8") as lines:
        events = [expected(json.loads(line)) for line in lines]
    return [event for event in events if event]


def first_difference(told, wanted):
    for pair in zip(told, wanted):
        if pair[0] != pair[1]:
            return pair
    return len(told), len(wanted)


def nfdump_time(flow, name):
    whole, fraction = flow[name].split(".")  # which has no zeros in front
    when = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S")
    return int(when.replace(tzinfo=datetime.timezone.utc).timestamp()
               ) * 1000 + int(fraction)


def check_nfdump(name, messages, wanted):
    """nfdump shows nothing of some elements, and 0 for what is not there."""
    wrong, flows = [], nfdump_flows(messages)
    check(name + ": nfdump has every record", len(flows) == len(wanted),
          (len(flows), len(wanted)))
    for flow, want in zip(flows, wanted):
        wrong += [(n, flow, want) for n, ours in NFDUMP
                  if n in flow and str(flow[n]) not in (
                      str(want.get(ours, 0)), want.get(ours, "0.0.0.0"))]
        if nfdump_time(flow, "t_event") != want["time"]:
            wrong.append(("t_event", flow, want))
    check(name + ": nfdump reads the same", not wrong, wrong[:1])


def check_capture(name, *options, tcp=False, judges=True):
    collector = Collector(tcp)
    wanted = translate(name, collector.port, *options,
                       to="tcp:127.0.0.1:%d" if tcp else "127.0.0.1:%d")
    messages = collector.close()
    name = "%s%s %s" % (name, " by TCP" * tcp, options[:1])
    flows, wrong = tshark_flows(messages)
    check(name + ": tshark finds no fault", not wrong, wrong[:3])
    check(name + ": tshark reads the same, %d records" % len(wanted),
          flows == wanted, first_difference(flows, wanted))
    if judges and wanted:
        check_nfdump(name, messages, wanted)
    return wanted, messages


def check_remotes(name):
    """RFC 6888 REQ-12: nobody's destinations without being asked."""
    messages = check_capture(name, judges=False)[1]
    check("no template has a destination",
          not templates(messages) & {(12, 0), (11, 0), (226, 0), (228, 0)})
    messages = check_capture(name, "--event-remotes", judges=False)[1]
    check("unless asked for",
          templates(messages) >= {(12, 0), (11, 0)})


def check_limits(name):
    for quota, options in LIMITS.items():
        wanted = check_capture(name, *options, judges=False)[0]
        seen = {flow.get("quota", 0) for flow in wanted if flow["event"] == 13}
        check("a limit of this sort was exceeded", seen == {quota}, seen)


def check_blocks(name):
    """Of each block of ports, that a host has it and has it no more."""
    wanted = check_capture(name, "--port-blocks", "64", *SHORT)[0]
    blocks = [flow for flow in wanted if flow["event"] in (16, 17)]
    check("there are blocks", {flow["event"] for flow in blocks} == {16, 17},
          wanted[:3])
    check("each has its host, address and ports", all(
        flow["last"] - flow["first"] == 63 and "source" in flow and
        "post_source" in flow for flow in blocks), blocks)


def check_gone(name):
    """The first message of UDP is gone before anybody can know."""
    capture = os.path.join(CAPTURES, name)
    for collector in ("127.0.0.1:9", "tcp:127.0.0.1:9", "tcp:nowhere.invalid:9",
                      "tcp:127.0.0.1:nothing"):
        begin = time.monotonic()
        done = run("--inside", "192.168.77.0/24", "--general", *SHORT,
                   "--ipfix", collector, capture, path("out.pcap"))
        check(collector + " is said once", done.returncode == 0 and
              done.stderr.count(b"is gone: ") == 1, done.stderr)
        check("and keeps nobody waiting", time.monotonic() - begin < 15)


def check_names(name):
    capture = os.path.join(CAPTURES, name)
    for collector in ("", "host", "host:", ":4739", "tcp:", "tcp:host", "tcp::1",
                      "::1:4739", "[]:4739", "x" * 300 + ":4739",
                      "host:" + "1" * 40):
        done = run("--ipfix", collector, capture, path("out.pcap"))
        check("'%s' is refused" % collector[:20], done.returncode == 2 and
              b"not HOST:PORT, nor tcp:HOST:PORT" in done.stderr, done.stderr)
    done = run("--why", "--ipfix", "host:1", capture)
    check("not with --why", done.returncode == 2, done.stderr)
    collector = Collector(host="::1")
    wanted = translate(name, collector.port, to="[::1]:%d")
    check("an IPv6 collector is reached",
          len(tshark_flows(collector.close())[0]) == len(wanted) > 0)


def main():
    name = "everything-inside.pcap"
    done = run("--ipfix", "host:1", os.path.join(CAPTURES, name),
               path("out.pcap"))
    if b"built without" in done.stderr:
        check("it is refused", done.returncode == 2 and
              b"--ipfix host:1: this program is built without it" in done.stderr,
              done.stderr)
        finish()
    if JUDGES:
        print("SKIP: there is no " + " ".join(JUDGES))
        sys.exit(77)
    records = 0
    for capture in sorted(os.listdir(CAPTURES)):
        if capture.endswith("-inside.pcap"):
            records += len(check_capture(
                capture, "--event-remotes", "--hold", *SHORT,
                judges=capture == name)[0])
    check("there were records", records > 1000, records)
    check_capture(name, "--event-remotes", *SHORT, tcp=True)
    check_remotes(name)
    check_limits(name)
    check_blocks(name)
    check_gone(name)
    check_names(name)
    finish()


main()

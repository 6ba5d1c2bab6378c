#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--ipfix of the gateways: a collector gets the sessions that there are, by UDP
and TCP; one that is gone, comes back, or takes nothing holds up no packet and is
said once."""

import socket
import subprocess
import time

from gateway_common import (CLIENT, OUTSIDE, SERVER, check, command, do_all,
                            end, finish, in_namespaces, queue_everything,
                            received, skip, start, udp)
from ipfix import (JUDGES, PORT, Collector, Nfcapd, template_sets,
                   tshark_flows)

SESSION, MAPPING = "UDP session", "mapping"


class Ends:
    """A client, and the server's many ports: each is another session."""

    def __init__(self):
        self.client = udp("c", CLIENT, 40000)
        self.port = 10000

    def open(self):
        """Opens a session. Returns what its record has to have, or None."""
        self.port += 1
        server = udp("s", SERVER, self.port)
        self.client.sendto(b"out", (SERVER, self.port))
        seen = received(server)[1]
        if seen:
            server.sendto(b"in", seen)
        answered = seen and received(self.client)[0] == b"in"
        server.close()
        return answered and {
            "event": 4, "source": CLIENT, "post_source": OUTSIDE,
            "source_port": 40000, "post_port": seen[1], "protocol": 17,
            "destination": SERVER, "destination_port": self.port,
            "name": SESSION}


def records(messages):
    """Without their times, which must be now."""
    flows, wrong = tshark_flows(messages)
    check("tshark finds no fault", not wrong, wrong[:3])
    late = [flow for flow in flows
            if abs(flow.pop("time") / 1000 - time.time()) > 120]
    check("the time is now", not late, late)
    return flows


def begin(program, how, collector, *options):
    return start(program, "--general", "--event-remotes", "--ipfix", collector,
                 *options, *how)


def judge_sessions(program, how, tcp):
    collector, ends = Collector(tcp), Ends()
    gateway = begin(program, how, "%s127.0.0.1:%d" % (
        "tcp:" * tcp, collector.port), "--timeouts", "udp=2")
    opened = [ends.open() for _ in range(3)]
    check("packets go through", None not in opened, opened)
    time.sleep(3)
    ends.port -= 1
    opened.append(ends.open())  # the last one is met dead, and closed
    said, status = end(gateway)
    flows = records(collector.close())
    check("each session is told", [
        flow for flow in flows if (flow["event"], flow["name"]) ==
        (4, SESSION)] == opened, (flows, opened))
    closed = [flow for flow in flows if (flow["event"], flow["name"]) ==
              (5, SESSION)]
    check("and its end", [flow["destination_port"]
                          for flow in closed].count(ends.port) == 1, closed)
    check("with what it had", all(
        (flow["packets"], flow["octets"], flow["reverse_packets"],
         flow["reverse_octets"], flow["reason"]) == (1, 31, 1, 30, 1)
        for flow in closed), closed)
    check("and the mapping", flows[0]["event"] == 8 and
          flows[0]["name"] == MAPPING, flows[0])
    check("nothing was said", status == 0 and "IPFIX" not in said, said)
    ends.client.close()


def judge_gone(program, how, tcp):
    """It is not there, then it comes."""
    collector, ends = Collector(tcp), Ends()
    port = collector.port
    collector.close()
    gateway = begin(program, how, "%s127.0.0.1:%d" % ("tcp:" * tcp, port))
    for _ in range(8):
        check("packets go through", ends.open() is not None)
        time.sleep(0.3)
    collector = Collector(tcp, port)
    time.sleep(6)
    last = ends.open()
    time.sleep(1)
    flows = records(collector.close())
    check("it gets what is told from then on", last in flows, flows)
    if tcp:
        check("and what was told before", len([
            flow for flow in flows if flow["name"] == SESSION]) >= 8, flows)
    said, status = end(gateway)
    check("that it was gone was said once", status == 0 and
          said.count("is gone: ") == 1, said)
    check("and that it is back", said.count("is back") == tcp, said)
    ends.client.close()


def judge_stuck(program, how):
    """It takes the connection, and never reads."""
    sock, ends = socket.socket(), Ends()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    gateway = begin(program, how, "tcp:127.0.0.1:%d" % sock.getsockname()[1])
    slow = 0
    for _ in range(300):
        before = time.monotonic()
        if ends.open() is None or time.monotonic() - before > 0.9:
            slow += 1
    check("no packet waits", slow == 0, slow)
    before = time.monotonic()
    status = end(gateway)[1]
    check("it ends soon all the same", status == 0 and
          time.monotonic() - before < 25, time.monotonic() - before)
    sock.close()
    ends.client.close()


def judge_templates(program, how):
    """By UDP templates come again (RFC 7011 8.4), the same."""
    for seconds, least, most in (1, 4, 8), (86400, 1, 2):
        collector, ends = Collector(), Ends()
        gateway = begin(program, how, "127.0.0.1:%d" % collector.port,
                        "--ipfix-templates", str(seconds))
        check("packets go through", ends.open() is not None)
        time.sleep(5.5)
        check("and end well", end(gateway)[1] == 0)
        sets = list(template_sets(collector.close()))
        ids = {number for number, _ in sets}
        often = [[one for one in sets if one[0] == number] for number in ids]
        check("every %d s: each template comes %d to %d times" % (
            seconds, least, most), len(ids) >= 2 and all(
                least <= len(those) <= most for those in often),
              list(map(len, often)))
        check("and is the same", all(len(set(those)) == 1 for those in often))
        ends.client.close()


def judge_late(program, how):
    """The collector starts when all templates were sent. What is sent before
    vanishes, for an ICMP error would make the exporter begin anew."""
    for seconds in 1, 86400:
        ends = Ends()
        do_all("iptables -A INPUT -i lo -p udp --dport %d -j DROP" % PORT)
        gateway = begin(program, how, "127.0.0.1:%d" % PORT,
                        "--ipfix-templates", str(seconds))
        check("packets go through", ends.open() is not None)
        time.sleep(1)
        with Nfcapd() as late:
            do_all("iptables -D INPUT 1")
            time.sleep(3)
            opened = ends.open()
            time.sleep(1)
        found = [flow for flow in late.flows if
                 flow.get("dst_port") == opened["destination_port"]]
        if seconds == 1:
            check("nfcapd, started late, has the session", len(found) == 1 and
                  found[0]["src_port"] == 40000 and
                  found[0]["src4_addr"] == CLIENT, late.flows)
        else:
            check("without templates it would read nothing", not late.flows,
                  late.flows)
        check("nothing was said", "IPFIX" not in end(gateway)[0])
        ends.client.close()


def judge(program, how=()):
    judge_templates(program, how)
    judge_late(program, how)
    for tcp in (False, True):
        judge_sessions(program, how, tcp)
        judge_gone(program, how, tcp)
    judge_stuck(program, how)


if JUDGES:
    skip("there is no " + " ".join(JUDGES))
GW, QUEUE = in_namespaces()
done = subprocess.run(command(GW, "--ipfix", "host:1", "--help"), check=False,
                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
if b"built without" in done.stderr:
    check("it is refused", done.returncode == 2, done.stderr)
    finish()
judge(GW)
queue_everything()
judge(QUEUE, ("--queue", "3"))
finish()

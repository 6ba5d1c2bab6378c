#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--config in both gateways: on SIGHUP the file is read again, under traffic of
PPTP, plain ESP and UDP, of which not one packet is lost. Switches, limits, rules
and services close and open for new sessions; a file that is wrong, or cannot be
read, changes nothing; what needs another start is named."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

from gateway_common import (CLIENT, SERVER, Reader, check, command, do_all,
                            finish, forward, in_namespaces, pptp_connect,
                            pptp_started, received, told, udp)
from gateway_flows import (OTHER, PORT, SERVED, New, esp_flow, pptp_flow,
                           udp_flow)

ROUNDS = 100

# As the man page has them; some kernels have the queue for iptables only.
RULES = """iptables -t raw -A PREROUTING -i out0 -m pkttype --pkt-type unicast \
-j NFQUEUE --queue-num 3 --queue-bypass
iptables -t mangle -A POSTROUTING -o out0 -s 192.168.77.0/24 -j NFQUEUE \
--queue-num 3 --queue-bypass"""


def judge_policy(gateway, new):
    new.udp(True)
    gateway.reads("general\ndisable general\n", "changed: --disable")
    new.udp(False)
    new.pptp(True)
    gateway.reads("general\ndisable pptp # and nothing else\n",
                  "changed: --disable")
    new.udp(True)
    new.pptp(False)
    gateway.reads("general\n", "changed: --disable")
    new.pptp(True)
    gateway.reads("general\nlimit general,host=1\n", "changed: --limit")
    new.udp(False)
    gateway.reads("general\nlimit general,host=1000\nlimit remote=1\n",
                  "changed: --limit")
    new.udp(False, OTHER)
    gateway.reads("general\nallow general,inside=%s\ndisable any\n" % OTHER,
                  "changed: --allow --disable --limit")
    new.udp(False)
    new.udp(True, OTHER)
    new.pptp(False)
    gateway.reads("general\nhost-rate 1000,1000\npriority any\n",
                  "changed: --allow --disable --host-rate --priority")
    new.udp(True)
    new.pptp(True)


def judge_services(gateway, new, taken):
    """taken is a port that a mapping has."""
    service = "service udp:%d=%s:%d\n"
    new.service(None)
    one = service % (SERVED, CLIENT, SERVED)
    gateway.reads("general\n" + one,
                  "changed: --host-rate --priority --service")
    new.service(CLIENT)
    two = service % (SERVED + 1, OTHER, SERVED + 1)
    for content in (one + two + service % (taken, OTHER, 7),
                    service % (SERVED, OTHER, SERVED) + two +
                    service % (taken, OTHER, 7)):
        gateway.reads("general\n" + content, "cannot change settings: service",
                      "all stays as it was")
        new.service(CLIENT)
        new.service(None, SERVED + 1)
    gateway.reads("general\n" + service % (SERVED, OTHER, SERVED) + two,
                  "changed: --service")
    new.service(OTHER)
    new.service(OTHER, SERVED + 1)
    gateway.reads("general\n" + two, "changed: --service")
    new.service(None)
    new.service(OTHER, SERVED + 1)
    gateway.reads("general\n", "changed: --service")
    new.service(None, SERVED + 1)


def judge_faults(gateway, new):
    gateway.reads("general\ndisable general\n", "changed: --disable")
    where = "usage: %s:%%d: " % gateway.config
    for content, words in (
            ("general\nfrob\n", where % 2 + "frob: unknown option"),
            ("general\n\nlimit 1 # none\n", where % 3 + "limit 1: not all="),
            ("mss 5\n", where % 1 + "mss 5: not a number"),
            ("general\nimpair x\n" if "gw" in gateway.name else
             "general\nmark x\n", where % 2),
            ("general\naddress auto\naddress 1.2.3.4\n", ": "),
            ("config x\n", where % 1 + "config x: for the command line only"),
            ("disable any\n" * 129, where % 129 + "disable any: more than"),
            ("general\n\0", where % 2)):
        gateway.reads(content, words, "all stays as it was",
                      title=repr(content[:40]))
    new.udp(False)
    os.chmod(gateway.config, 0o600)
    lines = gateway.hang_up()
    check(gateway.name + "nobody may read it", len(lines) == 2 and
          "cannot read: %s: Permission denied" % gateway.config in lines[0] and
          "all stays as it was" in lines[1], lines)
    os.unlink(gateway.config)
    lines = gateway.hang_up()
    check(gateway.name + "it is gone", "No such file" in lines[0], lines)
    new.udp(False)
    gateway.reads("general\ndisable general\n", "nothing has changed")
    new.udp(False)
    gateway.reads("general\n", "changed: --disable")
    new.udp(True)


def judge_later(gateway, new):
    later = " needs a restart"
    gateway.reads("", "--general" + later, "nothing has changed")
    new.udp(True)
    gateway.reads("general\nmss 1300\naddress 203.0.113.9\ndisable pptp\n",
                  "--address" + later, "--mss" + later, "changed: --disable")
    gateway.reads("general\nmss 1300\n", "--mss" + later, "changed: --disable")
    gateway.reads("# as it was\ngeneral\n", "nothing has changed")


def judge_often(gateway):
    """Each time something else is said; the last words are as at first."""
    contents = ["general\ndisable l2tp\nlimit host=%d\n",
                "general\nservice udp:5009=192.168.77.12:%d\n",
                "general\nfrob %d\n", "general # %d\n"]
    good = 0
    for i in range(ROUNDS):
        gateway.write(contents[i % 4] % (i + 1000))
        lines = gateway.hang_up()
        good += len(lines) == (2 if i % 4 == 2 else 1)
    check(gateway.name + "%d times in a row" % ROUNDS, good == ROUNDS, good)
    for _ in range(ROUNDS):
        gateway.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    gateway.reads("general\ndisable gre\n", "changed: --disable",
                  title="many at once, and then")


def judge(program, how=()):
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)
    gateway = Reader(program, how, work)
    new = New(gateway.name)
    flow, seen = udp_flow()
    calls, connection = pptp_flow(gateway.name)
    flows = [flow, calls, esp_flow(gateway.name)]
    for flow in flows:
        flow.start()
    judge_policy(gateway, new)
    judge_services(gateway, new, seen[1])
    judge_faults(gateway, new)
    judge_later(gateway, new)
    judge_often(gateway)
    for flow in flows:
        flow.stop(gateway.name)
    check(gateway.name + "the control connection is there",
          told(*connection, pptp_started(1)) == pptp_started(1))
    for sock in (*connection, new.server):
        sock.close()
    status = gateway.end()
    said = gateway.text()
    check(gateway.name + "all went well", status == 0 and "failed" not in said
          and "restore" not in said and "Sanitizer" not in said and
          "runtime error" not in said, said[-2000:])
    shutil.rmtree(work)


class There:
    """A UDP session and a PPTP control connection that were there before."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.client, self.server = udp("c", CLIENT, 0), udp("s", SERVER, PORT)
        self.control = pptp_connect(CLIENT, 1723)[:2]
        self.client.sendto(b"first", (SERVER, PORT))
        self.seen = received(self.server)[1]

    def udp_goes(self):
        """Whether it goes out, and in: when it opens anew, to another port."""
        self.client.sendto(b"out", (SERVER, PORT))
        self.server.settimeout(0.5)
        self.client.settimeout(0.5)
        out, seen = received(self.server)
        self.seen = seen or self.seen
        self.server.sendto(b"in", self.seen)
        return out == b"out", received(self.client)[0] == b"in"

    def pptp_goes_on(self):
        try:
            return told(*self.control, pptp_started(1)) == pptp_started(1)
        except OSError:
            return False

    def are(self, pptp, by_udp, when):
        time.sleep(0.5)
        check("%s%s: the PPTP connection %s" % (
            self.gateway.name, when, "goes on" if pptp else "has ended"),
              self.pptp_goes_on() == pptp)
        check("%s%s: the UDP session %s" % (
            self.gateway.name, when, "goes on" if by_udp else "has ended"),
              self.udp_goes() == (by_udp, by_udp))

    def close(self):
        for sock in (*self.control, self.client, self.server):
            sock.close()


def judge_cut(program, how=()):
    """Sessions that a policy denies are drained, or end with --policy-cut."""
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)
    gateway = Reader(program, how, work)
    there = There(gateway)
    gateway.reads("general\ndisable any\n", "changed: --disable")
    there.are(True, True, "all is denied")
    gateway.reads("general\npolicy-cut\n", "changed: --disable --policy-cut")
    there.are(True, True, "nothing is")
    gateway.reads("general\npolicy-cut\ndisable general\n",
                  "changed: --disable")
    there.are(True, False, "what is denied is cut")
    gateway.reads("general\ndisable pptp\n",
                  "changed: --disable --policy-cut")
    there.are(True, True, "no more")
    gateway.reads("general\ndisable pptp\npolicy-cut\n",
                  "changed: --policy-cut")
    there.are(False, True, "it is cut when that is asked for")
    there.close()
    check(gateway.name + "all went well", gateway.end() == 0 and
          "Sanitizer" not in gateway.text(), gateway.text()[-2000:])
    shutil.rmtree(work)


def judge_cut_at_start(program, how=()):
    """What was saved before the policy denied it."""
    work = tempfile.mkdtemp()
    os.chmod(work, 0o777)
    base = "general\nstate %s\n" % os.path.join(work, "state")
    gateway = Reader(program, how, work, base)
    there = There(gateway)
    for rules, goes_on in ("disable general\n", True), (
            "disable general\npolicy-cut\n", False):
        check(gateway.name + "it ends", gateway.end() == 0, gateway.text())
        gateway = Reader(program, how, work, base + rules)
        time.sleep(0.5)
        check("%sa saved session %s: %r" % (
            gateway.name, "goes on" if goes_on else "has ended", rules),
              there.udp_goes() == (goes_on, goes_on))
    there.close()
    check(gateway.name + "it ends", gateway.end() == 0, gateway.text())
    shutil.rmtree(work)


def judge_start(program, how=()):
    """What is said at the start; and without the file SIGHUP ends it."""
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)
    name = os.path.basename(program) + ": "
    gateway = Reader(program, how, work)
    check(name + "nothing to be said", gateway.text() == "", gateway.text())
    check(name + "it ends", gateway.end() == 0, gateway.text())
    gateway = Reader(program, how, work, "# without general\n")
    for content, words in (
            ("service udp:5000=%s:5000\n" % CLIENT, "service of protocol 17"),
            ("disable l2tp\nallow general\n",
             "%s: rules: the handler is none of the protocols, number 2" %
             gateway.config),
            ("limit general,host=5\n", "number 1")):
        gateway.reads(content, words, "all stays as it was")
    gateway.reads("disable l2tp\n", "changed: --disable")
    check(name + "it ends", gateway.end() == 0, gateway.text())
    os.chmod(gateway.config, 0o600)
    gateway.process = subprocess.Popen(
        command(program, "--config", gateway.config, *how),
        stderr=open(gateway.said, "wb"))
    gateway.starts()
    check(name + "nobody may read it again", "cannot be read again: %s: "
          "Permission denied\n" % gateway.config in gateway.text(),
          gateway.text())
    check(name + "it ends", gateway.end() == 0, gateway.text())
    gateway.process = subprocess.Popen(command(program, *how),
                                       stderr=subprocess.DEVNULL)
    gateway.starts()
    gateway.process.send_signal(signal.SIGHUP)
    check(name + "without a file SIGHUP ends it",
          gateway.process.wait(20) == 0)
    gateway.write("frob\n")
    done = subprocess.run(command(program, "--config", gateway.config, *how),
                          check=False, stderr=subprocess.PIPE, timeout=20)
    check(name + "a file that is wrong at the start", done.returncode == 2 and
          b"options.conf:1: frob: unknown option" in done.stderr, done.stderr)
    shutil.rmtree(work)


def main():
    gateway, queue = in_namespaces()
    do_all("ip -n c addr add %s/24 dev eth0" % OTHER)
    judge_start(gateway)
    judge(gateway)
    judge_cut(gateway)
    judge_cut_at_start(gateway)
    forward()
    do_all(RULES)
    judge_start(queue, ("--queue", "3"))
    judge(queue, ("--queue", "3"))
    judge_cut(queue, ("--queue", "3"))
    finish()


main()

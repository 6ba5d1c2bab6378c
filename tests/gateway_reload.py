#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each option of both gateways, when the file of --config is read again: it is
taken over at once, or it is said that it needs a restart; none is passed over,
and a new one has to have its row here. The logs, figures and lists that are
taken over are looked at, and the session that was there goes on."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from gateway_common import (CLIENT, OUTSIDE, SERVER, Reader, check, do_all,
                            finish, forward, in_namespaces, received, sock_in,
                            udp)

PORT = 9999
COMMON = "address %s\ngeneral\n" % OUTSIDE
BASE = {"vpnalg-gw": COMMON + "inside in0\noutside out0\n",
        "vpnalg-queue": COMMON + "queue 3\n"}

RULES = """iptables -t raw -A PREROUTING -i out0 -j NFQUEUE --queue-num 3 \
--queue-bypass
iptables -t mangle -A POSTROUTING -o out0 -s 192.168.77.0/24 -j NFQUEUE \
--queue-num 3 --queue-bypass"""

# What the file says, besides or instead. WORK is a folder.
LIVE = {
    "--allow": "any",
    "--disable": "l2tp",
    "--event-remotes": "",
    "--events": "WORK/events",
    "--host-rate": "1000,1000",
    "--limit": "host=1000",
    "--metrics": "WORK/metrics",
    "--metrics-interval": "2",
    "--policy-cut": "",
    "--priority": "any",
    "--service": "udp:5000=192.168.77.11:5000",
    "--service-cut": "",
    "--sessions": "",
    "--state-every": "2",
    "--stats": "3",
    "--switch-off": "l2tp=3600",
    "--timeouts": "udp=60",
}
RESTART = {
    "--address": "203.0.113.9",
    "--filtering": "address",
    "--general": None,  # taken away
    "--hairpins": "",
    "--impair": "delay=0",
    "--inside": "lo",
    "--ipfix": "127.0.0.1:4739",
    "--ipfix-templates": "60",
    "--l2tp-any-address": "",
    "--l2tp-port-1701": "",
    "--mark": "5",
    "--mss": "1300",
    "--outside": "lo",
    "--own": {"vpnalg-gw": "5", "vpnalg-queue": ""},
    "--port-blocks": "64",
    "--port-set": "4,2,1",
    "--queue": "4",
    "--reuse-delay": "60",
    "--server-port": "pptp=1724",
    "--standby": "redis://127.0.0.1",
    "--state": "WORK/state",
}
COMMAND_LINE = {
    "--config": "for the command line only",
    "--help": "unknown option",
    "--version": "unknown option",
}


def options_of(program):
    """The long options that its help lists."""
    said = subprocess.run([program, "--help"], check=False,
                          stdout=subprocess.PIPE).stdout.decode()
    return {name for line in said.splitlines() if line.startswith("  --")
            for name in re.findall(r"(?:^|, )(--[a-z0-9-]+)", line[2:])}


def content_of(gateway, name, value):
    """The file with another value of that option."""
    word = name[2:]
    lines = [line for line in BASE[gateway.program].splitlines()
             if line.split()[0] != word]
    if value is not None:
        lines.append((word + " " + value).replace("WORK", gateway.work))
    return "\n".join(lines) + "\n"


class Session:
    """A session that is there before anything is changed."""

    def __init__(self, port=40000, server=None):
        self.client = udp("c", CLIENT, port)
        self.server = server or udp("s", SERVER, PORT)
        self.seen = self.out()

    def out(self):
        self.client.sendto(b"out", (SERVER, PORT))
        return received(self.server)[1]

    def goes_on(self):
        if self.out() != self.seen or self.seen is None:
            return False
        self.server.sendto(b"in", self.seen)
        return received(self.client)[0] == b"in"

    def close(self):
        self.client.close()
        self.server.close()


def open_another(port):
    """A session of a moment."""
    client = sock_in("c", 2, 2)
    client.bind((CLIENT, port))
    client.sendto(b"one", (SERVER, PORT + 1))
    client.close()
    time.sleep(0.5)


def judge_each(gateway, options):
    known = {**LIVE, **RESTART, **COMMAND_LINE}
    for name in sorted(options):
        check("%s%s is known here" % (gateway.name, name), name in known)
    for name in sorted(options & LIVE.keys()):
        gateway.reads(content_of(gateway, name, LIVE[name]),
                      "changed: " + name, title=name)
        gateway.reads(BASE[gateway.program], "changed: " + name,
                      title=name + " is as it was")
    for name in sorted(options & RESTART.keys()):
        value = RESTART[name]
        value = value[gateway.program] if isinstance(value, dict) else value
        gateway.write(content_of(gateway, name, value))
        lines = gateway.hang_up()
        unbuilt = "is built without it" in lines[0]
        check(gateway.name + name + " needs a restart", unbuilt or
              len(lines) == 2 and name + " needs a restart" in lines[0] and
              "nothing has changed" in lines[1], lines)
        gateway.reads(BASE[gateway.program], "nothing has changed",
                      title=name + " is as it was")
    for name, why in sorted(COMMAND_LINE.items()):
        gateway.reads(content_of(gateway, name, "x"), why,
                      "all stays as it was", title=name)


def text_of(gateway, name):
    try:
        with open(os.path.join(gateway.work, name)) as file:
            return file.read()
    except OSError:
        return ""


def events(gateway, name):
    return [json.loads(line) for line in text_of(gateway, name).splitlines()]


def ports(gateway, name):
    return {event.get("internal-src-port") for event in events(gateway, name)
            if event["event"] == "opened"}


def judge_events(gateway):
    base = BASE[gateway.program]
    where = "events %s/" % gateway.work
    gateway.reads(base + where + "one\n", "changed: --events")
    open_another(41001)
    gateway.reads(base + where + "two\nevent-remotes\n",
                  "changed: --event-remotes --events")
    open_another(41002)
    time.sleep(0.5)
    for refused in ("%s/no/such" % gateway.work, "/root/events"):
        gateway.reads(base + "events %s\n" % refused,
                      "cannot change settings: %s: " % refused,
                      "all stays as it was")
    open_another(41003)
    gateway.reads(base, "changed: --event-remotes --events")
    open_another(41004)
    check(gateway.name + "each log has its time",
          41001 in ports(gateway, "one") and 41002 not in ports(gateway, "one")
          and {41002, 41003} <= ports(gateway, "two") and
          not {41001, 41004} & ports(gateway, "two"),
          (ports(gateway, "one"), ports(gateway, "two")))
    remotes = {port: any("external-dst-address" in event
                         for name in ("one", "two")
                         for event in events(gateway, name)
                         if event.get("internal-src-port") == port)
               for port in (41001, 41002)}
    check(gateway.name + "remotes are in the second",
          remotes == {41001: False, 41002: True}, remotes)


def judge_switches(gateway):
    """The log has each switch that a file has turned, and nothing twice."""
    base = BASE[gateway.program] + "events %s/switches\n" % gateway.work
    gateway.reads(base, "changed: --events")
    for rules in ("disable pptp\n", "disable pptp\nlimit host=1000\n",
                  "allow pptp,inside=%s\ndisable pptp\n" % CLIENT,
                  "disable esp\ndisable any\n"):
        gateway.reads(base + rules, "changed: ")
    gateway.reads(BASE[gateway.program], "changed: --events --disable")
    turned = [(event["event"], event["protocol"])
              for event in events(gateway, "switches")
              if event["event"] in ("off", "on")]
    check(gateway.name + "switches are in the log", turned[:3] == [
        ("off", "PPTP"), ("on", "PPTP"), ("off", "PPTP")] and
          {what for what, _ in turned[2:]} == {"off"} and
          len(turned) == 2 + len({name for _, name in turned[2:]}) > 5, turned)


def judge_metrics(gateway):
    base = BASE[gateway.program]
    where = "metrics-interval 1\nmetrics %s/" % gateway.work
    gateway.reads(base + where + "m1\n", "changed: --metrics --metrics-int")
    time.sleep(2.5)
    check(gateway.name + "figures are written", "vpnalg_active 1" in
          text_of(gateway, "m1"), text_of(gateway, "m1")[:300])
    gateway.reads(base + where + "m2\n", "changed: --metrics")
    check(gateway.name + "the last ones say that there are no more",
          "vpnalg_active 0" in text_of(gateway, "m1"))
    stamp = os.stat(os.path.join(gateway.work, "m1")).st_mtime_ns
    time.sleep(2.5)
    check(gateway.name + "figures are in the other file", "vpnalg_active 1" in
          text_of(gateway, "m2") and stamp ==
          os.stat(os.path.join(gateway.work, "m1")).st_mtime_ns)
    gateway.reads(base + "metrics /root/m3\n",
                  "cannot change settings: /root/m3: Permission denied",
                  "all stays as it was")
    # The name of the file is one of the new words, not of those before.
    for seconds in 2, 3, 1:
        gateway.reads(base + "metrics-interval %d\nmetrics %s/m2\n" %
                      (seconds, gateway.work), "changed: --metrics-interval")
    os.unlink(os.path.join(gateway.work, "m2"))
    time.sleep(2.5)
    check(gateway.name + "figures go on", "vpnalg_active 1" in
          text_of(gateway, "m2"))
    gateway.reads(base, "changed: --metrics --metrics-interval")


def judge_lists(gateway, session):
    base = BASE[gateway.program]
    before = len(gateway.text())
    gateway.process.send_signal(signal.SIGUSR1)
    time.sleep(1)
    check(gateway.name + "no sessions are listed",
          "each session" not in gateway.text()[before:])
    gateway.reads(base + "sessions\n", "changed: --sessions")
    before = len(gateway.text())
    gateway.process.send_signal(signal.SIGUSR1)
    time.sleep(1)
    row = [line.split() for line in gateway.text()[before:].splitlines()
           if CLIENT + ":40000" in line and SERVER in line]
    check(gateway.name + "the session is listed, with its account",
          len(row) == 1 and int(row[0][-4]) >= 1 and
          "%s:%d" % session.seen in row[0], row)
    if gateway.program == "vpnalg-gw":
        gateway.reads(base + "sessions\nstats 1\n", "changed: --stats")
        time.sleep(4.5)
        lines = text_of(gateway, "printed").splitlines()
        check(gateway.name + "lines of figures come", 2 <= len(lines) <= 5 and
              "translated" in lines[0], lines)
    gateway.reads(base + "sessions\n" + "mss 1300\n",
                  *["--mss needs a restart", "changed: --stats"]
                  if gateway.program == "vpnalg-gw" else
                  ["--mss needs a restart", "nothing has changed"])


def is_listed(gateway, port):
    before = len(gateway.text())
    gateway.process.send_signal(signal.SIGUSR1)
    time.sleep(1)
    return any("UDP session" in line and "%s:%d " % (CLIENT, port) in line
               for line in gateway.text()[before:].splitlines())


def judge_timers(gateway, session):
    """A session of the shorter time ends, and one of the former does not."""
    base = BASE[gateway.program] + "sessions\n"
    gateway.reads(base + "timeouts udp=2\n", "changed: --timeouts")
    other = Session(40001, session.server)
    check(gateway.name + "a session opens with other timers",
          other.seen and is_listed(gateway, 40001))
    time.sleep(3)
    check(gateway.name + "it ends by them, and no other",
          not is_listed(gateway, 40001) and is_listed(gateway, 40000),
          gateway.text()[-1500:])
    other.client.close()
    gateway.reads(base, "changed: --timeouts")


def judge(program):
    work = tempfile.mkdtemp()
    os.chmod(work, 0o777)
    name = os.path.basename(program)
    gateway = Reader(program, (), work, BASE[name], bare=True)
    gateway.program, gateway.work = name, work
    session = Session()
    check(gateway.name + "there is a session", session.goes_on())
    judge_each(gateway, options_of(program))
    judge_events(gateway)
    judge_switches(gateway)
    judge_metrics(gateway)
    judge_lists(gateway, session)
    judge_timers(gateway, session)
    check(gateway.name + "the session goes on", session.goes_on())
    session.close()
    check(gateway.name + "it ends well", gateway.end() == 0 and
          "Sanitizer" not in gateway.text() and
          "each session" in gateway.text().split("changed: ")[-1],
          gateway.text()[-1500:])
    shutil.rmtree(work)


def main():
    gateway, queue = in_namespaces()
    judge(gateway)
    forward()
    do_all(RULES)
    judge(queue)
    finish()


main()

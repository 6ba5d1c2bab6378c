#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--config in both gateways: on SIGHUP the file is read again, under traffic of
PPTP, plain ESP and UDP, of which not one packet is lost. Switches, limits, rules
and services close and open for new sessions; a file that is wrong, or cannot be
read, changes nothing; what needs another start is named."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, Reader, check,
                            command, do_all, finish, forward, in_namespaces,
                            pptp_connect, pptp_gre, pptp_reply, pptp_request,
                            pptp_started, received, sock_in, told, udp)

OTHER = "192.168.77.12"
PORT, NEW_PORT, SERVED = 9999, 9998, 5000
ID, CALL = 7, 9
ROUNDS = 100

# As the man page has them; some kernels have the queue for iptables only.
RULES = """iptables -t raw -A PREROUTING -i out0 -m pkttype --pkt-type unicast \
-j NFQUEUE --queue-num 3 --queue-bypass
iptables -t mangle -A POSTROUTING -o out0 -s 192.168.77.0/24 -j NFQUEUE \
--queue-num 3 --queue-bypass"""


class Flow(threading.Thread):
    """Packets of one session, both ways, until it is stopped."""

    def __init__(self, name, ends, targets, packets):
        super().__init__()
        self.name, self.ends, self.targets = name, ends, targets
        self.packets = packets
        self.sent, self.over = 0, threading.Event()
        for sock in ends:
            sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # RCVBUFFORCE

    def run(self):
        while not self.over.is_set():
            for way in 0, 1:
                self.ends[way].sendto(self.packets(way, self.sent),
                                      self.targets[way])
            self.sent += 1
            time.sleep(0.003)

    def counted(self, sock):
        sock.settimeout(1)
        count = 0
        try:
            while True:
                sock.recv(2048)
                count += 1
        except OSError:
            return count

    def stop(self, title):
        self.over.set()
        self.join()
        got = [self.counted(sock) for sock in self.ends]
        check("%s%s: none of %d packets each way is lost" %
              (title, self.name, self.sent), got == [self.sent] * 2 and
              self.sent > 100, got)
        for sock in self.ends:
            sock.close()


def udp_flow():
    client, server = udp("c", CLIENT, 40000), udp("s", SERVER, PORT)
    client.sendto(b"first", (SERVER, PORT))
    seen = received(server)[1]
    return Flow("UDP", (client, server), ((SERVER, PORT), seen),
                lambda way, n: b"%d" % n), seen


def raw_ends(protocol):
    ends = [sock_in(side, socket.AF_INET, socket.SOCK_RAW, protocol)
            for side in ("c", "s")]
    for sock, address in zip(ends, (CLIENT, SERVER)):
        sock.bind((address, 0))
    return ends


def pptp_flow(title):
    """A call, whose control connection stays open, too."""
    client, server, _ = pptp_connect(CLIENT, 1723)
    check(title + "PPTP connects", server is not None)
    told(client, server, pptp_started(1))
    told(server, client, pptp_started(2))
    outside = struct.unpack(">H", told(client, server, pptp_request(ID))
                            [12:14])[0]
    told(server, client, pptp_reply(CALL, outside))
    flow = Flow("PPTP's GRE", raw_ends(47), ((SERVER, 0), (OUTSIDE, 0)),
                lambda way, n: pptp_gre((CALL, outside)[way], n))
    return flow, (client, server)


def ike(exchange, flags, payload):
    """A message of IKE version 2 (RFC 7296 3.1)."""
    return struct.pack(">QQBBBBII", 7, 8, payload, 0x20, exchange, flags,
                       exchange - 34, 44) + bytes(16)


def esp_flow(title):
    client, server = udp("c", CLIENT, 500), udp("s", SERVER, 500)
    for exchange in 34, 35:
        client.sendto(ike(exchange, 0x08, 46), (SERVER, 500))
        data, sender = received(server)
        check(title + "IKE", sender is not None, data)
        server.sendto(ike(exchange, 0x20, 46), sender or (OUTSIDE, 500))
        received(client)
    client.close()
    server.close()
    ends = raw_ends(50)
    for way, to in (0, SERVER), (1, OUTSIDE):
        ends[way].sendto(struct.pack(">II", (0xc0de, 0x5e5e)[way], 1) +
                         bytes(32), (to, 0))
        check(title + "ESP", received(ends[1 - way])[1] is not None)
    return Flow("ESP", ends, ((SERVER, 0), (OUTSIDE, 0)), lambda way, n:
                struct.pack(">II", (0xc0de, 0x5e5e)[way], n + 2) + bytes(32))


class New:
    """Whether new sessions open."""

    def __init__(self, title):
        self.title = title
        self.server = udp("s", SERVER, NEW_PORT)

    def udp(self, good, host=CLIENT, what="a new UDP session"):
        client = sock_in("c", socket.AF_INET, socket.SOCK_DGRAM)
        client.bind((host, 0))
        words = b"%d" % time.monotonic_ns()
        client.sendto(words, (SERVER, NEW_PORT))
        self.server.settimeout(5 if good else 0.4)
        got = received(self.server)[0]
        check("%s%s of %s is %s" % (self.title, what, host,
                                    "opened" if good else "refused"),
              (got == words) == good, got)
        client.close()

    def pptp(self, good):
        client, server, _ = pptp_connect(CLIENT, 1723)
        check("%sa new PPTP connection is %s" % (
            self.title, "opened" if good else "refused"),
              (server is not None) == good)
        for sock in client, server:
            if sock:
                sock.close()

    def service(self, host, port=SERVED):
        """Which inside host a service has; the gateway's kernel leaves it
        alone."""
        icmp = sock_in("s", socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_ICMP)
        icmp.settimeout(0.2)
        for inside in CLIENT, OTHER:
            there = udp("c", inside, port)
            there.settimeout(5 if inside == host else 0.4)
            words = b"%d" % time.monotonic_ns()
            self.server.sendto(words, (OUTSIDE, port))
            got = received(there)[0] == words
            there.close()
            check("%sthe service at port %d is %s%s" % (
                self.title, port, "" if inside == host else "not ", inside),
                  got == (inside == host))
            if inside == host:
                check(self.title + "the kernel says nothing of it",
                      received(icmp)[0] == NOTHING)
            else: # an error, or none
                received(icmp)
        icmp.close()


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

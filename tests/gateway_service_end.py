#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Services that go when the file of --config is read again. What one has opened
goes on, or ends with it by --service-cut, while not one packet of another's
client is lost. With --reuse-delay the port goes to another inside host by itself
once it has waited, and whatever the file says meanwhile is done."""

import os
import select
import shutil
import tempfile
import time

from gateway_call import Call, connect
from gateway_common import (CLIENT, OUTSIDE, SERVER, Reader, check, do_all,
                            finish, forward, in_namespaces, received, udp)

OTHER, SECOND = "192.168.77.12", "203.0.113.11"

DELAY = 3
PORT = 5000

# As the man page has them; some kernels have the queue for iptables only.
RULES = """iptables -t raw -A PREROUTING -i out0 -m pkttype --pkt-type unicast \
-j NFQUEUE --queue-num 3 --queue-bypass
iptables -t mangle -A POSTROUTING -o out0 -s 192.168.77.0/24 -j NFQUEUE \
--queue-num 3 --queue-bypass"""

ONE = "service tcp:1723=%s:1723\n" % CLIENT
TWO = "service tcp:1724=%s:1723\n" % OTHER


def says(gateway, words, before=0, seconds=10):
    """Whether it says that, behind what it had said before."""
    last = time.monotonic() + seconds
    while words not in gateway.text()[before:]:
        if time.monotonic() > last:
            return False
        time.sleep(0.05)
    return True


def reads(gateway, content, words):
    """As gateway.reads(), when it may say at once that sessions have ended."""
    gateway.write(content)
    lines = [line for line in gateway.hang_up() if "sessions end" not in line]
    check("%s%r: %s" % (gateway.name, content, words),
          len(lines) == 1 and lines[0].endswith(words), lines)


def judge_cut(program, how):
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)
    base = "general\n"
    gateway = Reader(program, how, work, base + ONE + TWO)
    one = Call(gateway.name, CLIENT, SERVER, 1723)
    two = Call(gateway.name, OTHER, SECOND, 1724)
    check(gateway.name + "both calls go on", one.goes_on() and two.goes_on())
    two.begin()
    more = connect(CLIENT, SERVER, 1723)
    gateway.reads(base + TWO, "changed: --service")
    check(gateway.name + "without --service-cut a call outlives its service",
          one.goes_on())
    gateway.reads(base + "service-cut\n" + ONE + TWO,
                  "changed: --service --service-cut")
    gateway.reads(base + "service-cut\ndisable l2tp\n" + ONE + TWO,
                  "changed: --disable")
    check(gateway.name + "no call ends while its service is there",
          one.goes_on() and "sessions ended" not in gateway.text())
    before = len(gateway.text())
    reads(gateway, base + "service-cut\n" + TWO,
          "changed: --disable --service")
    check(gateway.name + "the sessions end with their service",
          says(gateway, "service of protocol 6 at port 1723: sessions ended: ",
               before) and "ended: 3\n" in gateway.text()[before:],
          gateway.text())
    check(gateway.name + "nothing comes for that call any more",
          one.has_ended())
    two.stop()
    before = len(gateway.text())
    reads(gateway, base + "service-cut\n", "changed: --service")
    check(gateway.name + "so it is with the last service",
          says(gateway, "service of protocol 6 at port 1724: sessions ended: ",
               before) and two.has_ended(), gateway.text())
    for sock in more:
        sock.close()
    one.close()
    two.close()
    check(gateway.name + "all went well", gateway.end() == 0 and
          "cannot" not in gateway.text() and
          "Sanitizer" not in gateway.text() and
          "runtime error" not in gateway.text(), gateway.text())
    shutil.rmtree(work)


def judge_restart(program, how):
    """What a service has opened that is gone outlives the program as well."""
    work = tempfile.mkdtemp()
    os.chmod(work, 0o777)
    base = "general\nstate %s\n" % os.path.join(work, "state")
    gateway = Reader(program, how, work, base + ONE)
    call = Call(gateway.name, CLIENT, SERVER, 1723)
    check(gateway.name + "a call begins", call.goes_on())
    gateway.reads(base, "changed: --service")
    check(gateway.name + "it outlives its service", call.goes_on())
    check(gateway.name + "all went well until then", gateway.end() == 0,
          gateway.text())
    gateway = Reader(program, how, work, base)
    check(gateway.name + "and it outlives the program", call.goes_on(),
          gateway.text())
    call.close()
    check(gateway.name + "all went well", gateway.end() == 0 and
          "cannot" not in gateway.text() and
          "Sanitizer" not in gateway.text() and
          "runtime error" not in gateway.text(), gateway.text())
    shutil.rmtree(work)


class Ports:
    """Which inside host a service has."""

    def __init__(self):
        self.server = udp("s", SERVER, 9999)
        self.inside = {}
        for port in PORT, PORT + 1:
            for host in CLIENT, OTHER:
                self.inside[udp("c", host, port)] = host

    def host(self, port=PORT):
        words = b"%d" % time.monotonic_ns()
        self.server.sendto(words, (OUTSIDE, port))
        last = time.monotonic() + 0.5
        while time.monotonic() < last:
            for sock in select.select(list(self.inside), [], [], 0.1)[0]:
                if sock.recv(100) == words:
                    return self.inside[sock]
        return None

    def close(self):
        for sock in (self.server, *self.inside):
            sock.close()


def service(host, port=PORT):
    return "service udp:%d=%s:%d\n" % (port, host, port)


WAITS = "port %d comes in %d s: until then the port is another host's"
COMES = "service of protocol 17 at port %d is there now"


def comes(gateway, ports, host, begun, before, port=PORT, most=4):
    """The service stands when the port has waited, and not sooner."""
    there = says(gateway, COMES % port, before)
    took = time.monotonic() - begun
    check("%sthe service at port %d comes to %s by itself" %
          (gateway.name, port, host), there and ports.host(port) == host and
          DELAY - 0.1 <= took <= DELAY + most, (took, gateway.text()[before:]))


def judge_moving(gateway, ports, base):
    """To another inside host at the same port."""
    begun, before = time.monotonic(), len(gateway.text())
    gateway.reads(base + service(OTHER), WAITS % (PORT, DELAY),
                  "changed: --service")
    check(gateway.name + "until then nobody has the port",
          ports.host() is None)
    gateway.reads(base + service(OTHER), "nothing has changed")
    comes(gateway, ports, OTHER, begun, before)
    gateway.reads(base + service(CLIENT), WAITS % (PORT, DELAY),
                  "changed: --service")
    before = len(gateway.text())
    gateway.reads(base + service(OTHER), "changed: --service")
    check(gateway.name + "who had the port has it back at once",
          ports.host() == OTHER)
    time.sleep(DELAY + 1.5)
    check(gateway.name + "and keeps it", ports.host() == OTHER and
          "there now" not in gateway.text()[before:], gateway.text()[before:])


def judge_removing(gateway, ports, base):
    """It is removed in one file, and comes for another host in the next; what
    waits goes with another file."""
    begun, before = time.monotonic(), len(gateway.text())
    gateway.reads(base, "changed: --service")
    gateway.write(base + service(CLIENT))
    lines = gateway.hang_up()
    check(gateway.name + "the port of one that is long gone waits, too",
          len(lines) == 2 and "until then the port is another" in lines[0],
          lines)
    comes(gateway, ports, CLIENT, begun, before)
    gateway.reads(base + service(OTHER), WAITS % (PORT, DELAY),
                  "changed: --service")
    before = len(gateway.text())
    gateway.reads(base, "changed: --service")
    time.sleep(DELAY + 1.5)
    check(gateway.name + "what was taken out meanwhile does not come",
          ports.host() is None and
          "there now" not in gateway.text()[before:], gateway.text()[before:])


def judge_two(gateway, ports, base, taken):
    """Two change places; a file that is refused meanwhile changes nothing."""
    gateway.reads(base + service(CLIENT) + service(OTHER, PORT + 1),
                  "changed: --service")
    begun, before = time.monotonic(), len(gateway.text())
    gateway.reads(base + service(OTHER) + service(CLIENT, PORT + 1),
                  WAITS % (PORT, DELAY), WAITS % (PORT + 1, DELAY),
                  "changed: --service")
    for content in (service(OTHER) + service(CLIENT, PORT + 1) +
                    service(OTHER, taken), service(OTHER, taken),
                    service(CLIENT) + service(CLIENT, PORT + 1) +
                    "service udp:%d=%s:5005\n" % (PORT, OTHER)):
        gateway.reads(base + content, "cannot change settings: service",
                      "all stays as it was")
    comes(gateway, ports, OTHER, begun, before)
    comes(gateway, ports, CLIENT, begun, before, PORT + 1)
    gateway.reads(base + service(OTHER) + service(CLIENT, PORT + 1),
                  "nothing has changed")


def judge_refused(gateway, ports, base, taken):
    """A file that is refused leaves no port waiting that did not wait, and none
    for longer."""
    fault = service(OTHER, taken)
    refusal = "cannot change settings: service", "all stays as it was"
    gateway.reads(base, "changed: --service")
    time.sleep(DELAY + 0.5)
    gateway.reads(base + service(CLIENT) + fault, *refusal)
    check(gateway.name + "what was refused is not there", ports.host() is None)
    gateway.reads(base + service(OTHER), "changed: --service")
    check(gateway.name + "its port is free for another host",
          ports.host() == OTHER)
    begun, before = time.monotonic(), len(gateway.text())
    gateway.reads(base, "changed: --service")
    time.sleep(DELAY - 1)
    gateway.reads(base + service(OTHER) + fault, *refusal)
    gateway.reads(base + service(CLIENT), WAITS % (PORT, 1),
                  "changed: --service")
    comes(gateway, ports, CLIENT, begun, before, most=2)


def judge_delay(program, how):
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)
    base = "general\nreuse-delay %d\n" % DELAY
    gateway = Reader(program, how, work, base + service(CLIENT))
    ports = Ports()
    check(gateway.name + "the service is there", ports.host() == CLIENT)
    session = udp("c", CLIENT, 40000)
    session.sendto(b"x", (SERVER, 9999))
    taken = received(ports.server)[1][1]
    judge_moving(gateway, ports, base)
    judge_removing(gateway, ports, base)
    judge_two(gateway, ports, base, taken)
    judge_refused(gateway, ports, base, taken)
    session.close()
    ports.close()
    check(gateway.name + "all went well", gateway.end() == 0 and
          "restore" not in gateway.text() and
          "again and again" not in gateway.text() and
          "Sanitizer" not in gateway.text() and
          "runtime error" not in gateway.text(), gateway.text())
    shutil.rmtree(work)


def main():
    gateway, queue = in_namespaces()
    do_all("ip -n c addr add %s/24 dev eth0" % OTHER)
    for program, how in (gateway, ()), (queue, ("--queue", "3")):
        if how:
            forward()
            do_all(RULES)
        judge_cut(program, how)
        judge_restart(program, how)
        judge_delay(program, how)
    finish()


main()

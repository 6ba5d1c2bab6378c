#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-gw with two interfaces to the world: the route to a remote decides by
which of them a session begins, the session stays there, and where one fails the
others' sessions go on."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

from gateway_common import (CLIENT, OUTSIDE, check, command, do, do_all, end,
                            finish, forward, in_namespaces, pptp_gre,
                            pptp_reply, pptp_request, pptp_started, received,
                            sock_in, start, told, udp)
from gateway_links import ROUTES, WORLD, Client, comes_by, soon

SECOND, THIRD, OTHER = "198.51.100.1", "198.51.100.2", "192.168.77.12"
FIRST_REMOTE, SECOND_REMOTE = "192.0.2.80", "192.0.2.81"
SERVED, GRE = 5000, 47

BOTH = "--outside", "out1", "--general"


def judge_routes():
    first, second = Client(FIRST_REMOTE), Client(SECOND_REMOTE)
    check("a route to the first", first.comes_by(OUTSIDE))
    check("a route to the second", second.comes_by(SECOND))
    seen = first.seen(), second.seen()
    do_all("ip route replace 192.0.2.80/32 via 198.51.100.10 dev out1")
    check("what is new takes another route",
          soon(lambda: comes_by(FIRST_REMOTE, SECOND, seconds=0.5)))
    check("what was there stays", (first.seen(), second.seen()) == seen)
    do_all("ip route del 192.0.2.80/32")
    check("and back", soon(lambda: comes_by(FIRST_REMOTE, OUTSIDE,
                                            seconds=0.5)))
    first.close()
    second.close()


def judge_other_way():
    """The world's route to the second address leads by the first link."""
    client = Client(SECOND_REMOTE)
    check("by the second before", client.comes_by(SECOND))
    seen = client.seen()
    do_all("ip -n s route add 198.51.100.1/32 via 203.0.113.1 dev eth0")
    client.inside.sendto(b"out", (SECOND_REMOTE, client.port))
    received(client.server)
    client.server.sendto(b"in", seen)
    check("what comes by the other link arrives",
          received(client.inside) == (b"in", (SECOND_REMOTE, client.port)))
    do_all("ip -n s route del 198.51.100.1/32")
    client.close()


def judge_policy():
    """Rules of the routing policy, while the kernel forwards: one that names a
    host, and one by which what is translated for it leaves."""
    do_all("ip route add default via 198.51.100.10 dev out1 table 100\n"
           "ip route del default via 198.51.100.10 dev out1\n"
           "ip rule add from 192.168.77.12 table 100\n"
           "ip rule add oif out1 table 100")
    forward()
    check("a rule for a host",
          soon(lambda: comes_by(FIRST_REMOTE, SECOND, OTHER, 0.5)))
    check("and not for another one", comes_by(FIRST_REMOTE, OUTSIDE))
    do_all("ip rule del from 192.168.77.12 table 100\n"
           "ip rule del oif out1 table 100")
    do_all(ROUTES)
    forward(False)


def judge_pptp(remote, outside):
    listener = sock_in("s", socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((remote, 1723))
    listener.listen()
    client = sock_in("c", socket.AF_INET, socket.SOCK_STREAM)
    gre = sock_in("s", socket.AF_INET, socket.SOCK_RAW, GRE)
    raw = sock_in("c", socket.AF_INET, socket.SOCK_RAW, GRE)
    raw.bind((CLIENT, 0))
    client.connect((remote, 1723))
    server, seen = listener.accept()
    server.settimeout(1)
    told(client, server, pptp_started(1))
    told(server, client, pptp_started(2))
    call = told(client, server, pptp_request(7))[12:14]
    told(server, client, pptp_reply(9, int.from_bytes(call, "big")))
    raw.sendto(pptp_gre(9, 0), (remote, 0))
    data, sender = received(gre)
    check("PPTP by " + outside, seen[0] == outside and sender and
          sender[0] == outside and data[20:] == pptp_gre(9, 0), (seen, sender))
    for sock in listener, client, server, gre, raw:
        sock.close()


def judge_hairpin():
    """To a service, which is at the first address."""
    inside, client = udp("c", CLIENT, SERVED), udp("c", OTHER, 0)
    client.sendto(b"ask", (OUTSIDE, SERVED))
    data, sender = received(inside)
    check("a hairpin's sender has the uplink of what it asks",
          data == b"ask" and sender[0] == OUTSIDE, (data, sender))
    inside.close()
    client.close()


def judge_failing(what, fail, mend):
    """The first fails: what it had begins anew by the second, which keeps its
    own. Then new sessions go by the first again."""
    first, second = Client(FIRST_REMOTE), Client(SECOND_REMOTE)
    check(what + ": both before", first.comes_by(OUTSIDE) and
          second.comes_by(SECOND))
    seen = second.seen()
    do_all(fail)
    check(what + ": the first's session begins anew by the second",
          first.comes_by(SECOND))
    moved = first.seen()
    time.sleep(1.2)  # the gateway looks for interfaces every second
    check(what + ": the second's goes on", second.seen() == seen)
    do_all(mend)
    do_all(ROUTES)
    check(what + ": what is new goes by the first again",
          soon(lambda: comes_by(FIRST_REMOTE, OUTSIDE, seconds=0.5)))
    check(what + ": what has moved stays", (first.seen(), second.seen()) ==
          (moved, seen), (first.seen(), second.seen(), moved, seen))
    first.close()
    second.close()


def all_went_well(name, gateway, *words):
    report, status = end(gateway)
    check(name + "all went well", status == 0 and "failed" not in report and
          "cannot" not in report, report)
    for word in words:
        check(name + "it says: " + word.strip(), word in report, report)


FRESH = """ip link add out0 type veth peer name eth0 netns s
ip addr add 203.0.113.1/24 dev out0
ip link set out0 up
ip -n s addr add 203.0.113.10/24 dev eth0
ip -n s link set eth0 up"""


def judge_given(program):
    gateway = start(program, *BOTH, "--address", SECOND, "--service",
                    "udp:%d=%s:%d" % (SERVED, CLIENT, SERVED))
    judge_routes()
    judge_other_way()
    judge_policy()
    judge_pptp(FIRST_REMOTE, OUTSIDE)
    judge_pptp(SECOND_REMOTE, SECOND)
    judge_hairpin()
    judge_failing("down", "ip link set out0 down", "ip link set out0 up")
    judge_failing("no link", "ip -n s link set eth0 down",
                  "ip -n s link set eth0 up")
    judge_failing("no address", "ip addr del 203.0.113.1/24 dev out0",
                  "ip addr add 203.0.113.1/24 dev out0")
    judge_failing("gone", "ip link del out0", FRESH)
    all_went_well("given: ", gateway, "inside in0, outside out0, out1: ",
                  "interface out0: out of use\n", "interface out0: in use\n",
                  "interface out0: it is gone\n",
                  "interface out0: it is there\n")


def judge_auto(program):
    do_all("sysctl -qw net.ipv4.conf.all.promote_secondaries=1")
    gateway = start(program, *BOTH, address="auto")
    first, second = Client(FIRST_REMOTE), Client(SECOND_REMOTE)
    check("auto: both", first.comes_by(OUTSIDE) and second.comes_by(SECOND))
    seen = first.seen()
    do_all("ip addr add %s/24 dev out1\nip addr del %s/24 dev out1" %
           (THIRD, SECOND))
    do_all(ROUTES)
    check("auto: the second gets another address", second.comes_by(THIRD))
    check("auto: the first goes on", first.seen() == seen)
    do_all("ip addr del %s/24 dev out1" % THIRD)
    check("auto: the second has none: by the first", second.comes_by(OUTSIDE))
    check("auto: the first still goes on", first.seen() == seen)
    do_all("ip addr add %s/24 dev out1" % SECOND)
    do_all(ROUTES)
    check("auto: new ones by the second again",
          soon(lambda: comes_by(SECOND_REMOTE, SECOND, seconds=0.5)))
    first.close()
    second.close()
    all_went_well("auto: ", gateway, "interface out1: out of use",
                  "interface out1: in use\n")


LATER = """ip link add out2 type veth peer name eth2 netns s
ip addr add 192.0.2.129/25 dev out2
ip link set out2 up
ip -n s addr add 192.0.2.130/25 dev eth2
ip -n s link set eth2 up
ip route replace 192.0.2.81/32 via 192.0.2.130 dev out2"""


def judge_late(program):
    """Uplinks that have no address at the start, or are not there."""
    do_all("ip addr del %s/24 dev out1" % SECOND)
    gateway = start(program, *BOTH, "--outside", "out2", address="auto")
    check("late: by the only one", comes_by(SECOND_REMOTE, OUTSIDE))
    do_all("ip addr add %s/24 dev out1" % SECOND)
    do_all(ROUTES)
    check("late: by the second, which has an address now",
          soon(lambda: comes_by(SECOND_REMOTE, SECOND, seconds=0.5)))
    do_all(LATER)
    check("late: by the third, which is there now",
          soon(lambda: comes_by(SECOND_REMOTE, "192.0.2.129", seconds=0.5)))
    do_all("ip link del out2")
    do_all(ROUTES)
    all_went_well("late: ", gateway, "interface out2: it is not there\n",
                  "interface out1: out of use\n", "interface out1: in use\n",
                  "interface out2: it is there\n", "interface out2: in use\n")


def judge_state(program):
    """Sessions of both uplinks outlive a restart."""
    work = tempfile.mkdtemp()
    os.chmod(work, 0o777)
    state = "--state", os.path.join(work, "state")
    clients = Client(FIRST_REMOTE), Client(SECOND_REMOTE)
    gateway = start(program, *BOTH, *state, address="auto")
    check("state: both", clients[0].comes_by(OUTSIDE) and
          clients[1].comes_by(SECOND))
    seen = [client.seen() for client in clients]
    all_went_well("state: ", gateway)
    gateway = start(program, *BOTH, *state, address="auto")
    check("state: both go on",
          soon(lambda: [client.seen() for client in clients] == seen))
    all_went_well("state: ", gateway, " sessions loaded, 0 left out")
    for client in clients:
        client.close()
    shutil.rmtree(work)


def judge_own(program):
    """With a queue: of both interfaces what comes in, and what leaves."""
    for name in "out0", "out1":
        do_all("iptables -t raw -A PREROUTING -i %s -m pkttype --pkt-type "
               "unicast -j NFQUEUE --queue-num 3 --queue-bypass" % name)
    gateway = start(program, *BOTH, "--own", "3", address="auto")
    check("own: a host by the first", comes_by(FIRST_REMOTE, OUTSIDE))
    check("own: a host by the second", comes_by(SECOND_REMOTE, SECOND))
    for remote, own in (FIRST_REMOTE, OUTSIDE), (SECOND_REMOTE, SECOND):
        check("own: the gateway is answered by " + remote,
              do("ping", "-q", "-c", "1", "-W", "2", "-I", own, remote))
    all_went_well("own: ", gateway)
    do_all("iptables -t raw -F")


def refused(*words):
    """(status, message) of one that does not start."""
    done = subprocess.run(words, check=False, stderr=subprocess.PIPE,
                          timeout=20)
    return done.returncode, done.stderr.decode()


REFUSALS = (
    ("one interface twice", ["--outside", "out0"], 2, "given twice"),
    ("the inside one", ["--outside", "in0"], 2, "is the inside one, too"),
    ("nine", ["--outside=x%d" % i for i in range(8)], 2, "more than 8"),
    ("an address elsewhere",
     ["--outside", "out1", "--address", SECOND, "--address", "192.168.77.1"],
     1, "address 192.168.77.1: no outside interface has it"),
)


def judge_refusals(program):
    for name, options, expected, words in REFUSALS:
        status, said = refused(*command(program, *options))
        check(name, status == expected and words in said, said)
    status, said = refused(program, "--inside", "in0", "--outside", "out8",
                           "--outside", "out9", "--address", "auto")
    check("no uplink with an address", status == 1 and
          "cannot start: interface out8: it has no IPv4 address" in said, said)


def judge_second(program):
    """A second gateway has not the second interface of the first either."""
    gateway = start(program, *BOTH, "--address", SECOND)
    _, said = refused(program, "--inside", "in0", "--outside", "out1",
                      "--address", SECOND)
    check("a second gateway does not start", "cannot start: nftables" in said,
          said)
    all_went_well("the first: ", gateway)


PROGRAM = in_namespaces()[0]
do_all(WORLD)
do_all(ROUTES)
judge_refusals(PROGRAM)
judge_given(PROGRAM)
judge_auto(PROGRAM)
judge_late(PROGRAM)
judge_state(PROGRAM)
judge_own(PROGRAM)
judge_second(PROGRAM)
finish()

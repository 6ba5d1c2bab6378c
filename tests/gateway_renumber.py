#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-gw --address auto follows the addresses of its outside interface: what
an inside host has begun goes on from the new one with its next packet. All of it
is in network namespaces of its own."""

import ctypes
import os
import re
import socket
import subprocess
import sys
import time

SKIP = 77
HERE = "VPNALG_TEST_NAMESPACE"
OWN = ["unshare", "--net", "--mount-proc", "--pid", "--fork", "--kill-child"]

CLIENT, SERVER = ("192.168.77.11", 40000), ("203.0.113.10", 9999)
FIRST, SECOND, THIRD = ("203.0.113.%d" % n for n in (1, 2, 3))

NETWORK = """ip link set lo up
sysctl -qw net.ipv4.conf.all.promote_secondaries=1
ip netns add c
ip netns add s
ip link add in0 type veth peer name eth0 netns c
ip link add out0 type veth peer name eth0 netns s
ip addr add 192.168.77.1/24 dev in0
ip link set in0 up
ip link set out0 up
ip -n c addr add 192.168.77.11/24 dev eth0
ip -n s addr add 203.0.113.10/24 dev eth0
ip -n c link set eth0 up
ip -n s link set eth0 up
ip -n c route add default via 192.168.77.1"""

_failures = 0
_libc = ctypes.CDLL(None, use_errno=True)


def check(name, good, more=""):
    """Counts and prints a named row."""
    global _failures
    if not good:
        _failures += 1
    print(("ok   " if good else "FAIL ") + name)
    if not good and more:
        print("     " + str(more))


def skip(why):
    print("SKIP: " + why)
    sys.exit(SKIP)


def do(line):
    return subprocess.run(line.split(), check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).returncode == 0


def do_all(lines):
    for line in lines.splitlines():
        check(line, do(line))


def udp(namespace, address):
    """A socket stays in the namespace in which it was made."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + namespace, os.O_RDONLY)
    assert _libc.setns(there, 0) == 0
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(address)
    made.settimeout(0.2)
    assert _libc.setns(home, 0) == 0
    os.close(home)
    os.close(there)
    return made


def command(program, *addresses):
    words = [program, "--inside", "in0", "--outside", "out0", "--general"]
    for address in addresses:
        words += ["--address", address]
    return words


def refused(program, *addresses):
    """(status, message) of one that does not start."""
    done = subprocess.run(command(program, *addresses), check=False,
                          stderr=subprocess.PIPE, timeout=20)
    return done.returncode, done.stderr.decode()


def start(program, *addresses):
    """The gateway, once it handles packets."""
    gateway = subprocess.Popen(command(program, *addresses),
                               stderr=subprocess.PIPE)
    table = "vpnalg-gw-%d" % socket.if_nametoindex("out0")
    for _ in range(100):
        time.sleep(0.1)
        if gateway.poll() is not None or do("nft list set ip %s pairs" % table):
            break
    return gateway


def seen(client, server):
    """The address from which the server sees the client, once its answer has
    come back; None if that does not happen within ten seconds."""
    for count in range(50):
        text = b"%d" % count
        try:
            client.sendto(text, SERVER)
            got, sender = server.recvfrom(2048)
            server.sendto(got, sender)
            if client.recv(2048) == text:
                return sender[0]
        except OSError:
            time.sleep(0.01)
    return None


def moves_to(client, server, address):
    """Whether the client is seen from the address within ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if seen(client, server) == address:
            return True
    return False


def judge(program):
    status, said = refused(program, "auto")
    check("an interface without an address is said", status == 1 and
          "cannot start: interface out0: it has no IPv4 address" in said, said)
    do_all("ip addr add %s/24 dev out0" % FIRST)
    status, said = refused(program, "auto", FIRST)
    check("auto goes with no other address", status == 2 and
          "auto beside another one" in said, said)
    gateway = start(program, "auto")
    client, server = udp("c", CLIENT), udp("s", SERVER)
    check("the first address", seen(client, server) == FIRST)
    do_all("ip addr del %s/24 dev out0" % FIRST)
    time.sleep(0.5)
    do_all("ip addr add %s/24 dev out0" % SECOND)
    check("the second instead", moves_to(client, server, SECOND))
    do_all("ip addr add %s/24 dev out0" % THIRD)
    time.sleep(0.5)
    check("a third beside it moves nobody", seen(client, server) == SECOND)
    do_all("ip addr del %s/24 dev out0" % SECOND)
    check("the third alone", moves_to(client, server, THIRD))
    client.close()
    server.close()
    gateway.terminate()
    report = gateway.communicate()[1].decode()
    check("three changes are reported", gateway.returncode == 0 and
          re.search("changes of the outside addresses +3\n", report) and
          "failed" not in report, report)


def main():
    program = os.environ.get("VPNALG_GW", "./vpnalg-gw")
    if not os.access(program, os.X_OK):
        skip("there is no " + program)
    if HERE not in os.environ:
        if os.geteuid() != 0:
            skip("nobody but root can do it here")
        if subprocess.run(OWN + ["true"], check=False).returncode != 0:
            skip("there are no namespaces here")
        os.environ[HERE] = "1"
        os.execvp(OWN[0], OWN + [sys.executable] + sys.argv)
    do("mount -t tmpfs tmpfs /run")
    do_all(NETWORK)
    judge(program)
    sys.exit(1 if _failures else 0)


main()

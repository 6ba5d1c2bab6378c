#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""examples/raw_sockets and examples/nfqueue between a host and a server, each in
a network namespace of its own: TCP to port 1723, UDP and pings cross them, and
the server sees the outside address."""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import time

SKIP = 77
HERE = "VPNALG_TEST_NAMESPACE"
OWN = ["unshare", "--net", "--mount-proc", "--pid", "--fork", "--kill-child"]
FOLDER = os.path.join(os.environ.get("builddir", "."), "examples")

HOST, SERVER, OUTSIDE = "192.168.77.11", "198.51.100.10", "203.0.113.1"
ROUTER = "192.168.77.1"

# The router is in the namespace of this test.
NETWORK = """ip link set lo up
ip netns add c
ip netns add s
ip link add in0 type veth peer name eth0 netns c
ip link add out0 type veth peer name eth0 netns s
ip addr add 192.168.77.1/24 dev in0
ip addr add 198.51.100.2/24 dev out0
ip link set in0 up
ip link set out0 up
ip -n c addr add 192.168.77.11/24 dev eth0
ip -n s addr add 198.51.100.10/24 dev eth0
ip -n c link set eth0 up
ip -n s link set eth0 up
ip route add default via 198.51.100.10
ip -n c route add default via 192.168.77.1
ip -n s route add 203.0.113.1 via 198.51.100.2"""

# As nfqueue.c has them.
QUEUE_RULES = """iptables -t raw -A PREROUTING -i out0 -j NFQUEUE --queue-num 0
iptables -t mangle -A POSTROUTING -o out0 -j NFQUEUE --queue-num 0"""

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


def do(*words):
    return subprocess.run(words, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def do_all(lines):
    for line in lines.splitlines():
        done = do(*line.split())
        check(line, done.returncode == 0, done.stdout)


@contextlib.contextmanager
def at_work(name, *arguments):
    """The program between the two networks."""
    process = subprocess.Popen([os.path.join(FOLDER, name), *arguments])
    time.sleep(0.5)
    try:
        yield
        check(name + " still runs", process.poll() is None)
    finally:
        process.kill()
        process.wait()


def opened(namespace, kind, address):
    """A socket stays in the namespace in which it was made."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + namespace, os.O_RDONLY)
    assert _libc.setns(there, 0) == 0
    made = socket.socket(socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(address)
    made.settimeout(5)
    assert _libc.setns(home, 0) == 0
    os.close(home)
    os.close(there)
    return made


def tcp_crosses(name):
    """A control connection of PPTP, with data both ways."""
    with opened("s", socket.SOCK_STREAM, (SERVER, 1723)) as listener, \
            opened("c", socket.SOCK_STREAM, (HOST, 50000)) as client:
        listener.listen()
        try:
            client.connect((SERVER, 1723))
            server, peer = listener.accept()
            with server:
                client.sendall(b"from inside")
                there = server.recv(100)
                server.sendall(b"from outside")
                back = client.recv(100)
        except OSError as error:
            check(name + ": TCP crosses", False, error)
            return
    check(name + ": TCP comes from the outside address",
          peer == (OUTSIDE, 50000), peer)
    check(name + ": data crosses both ways",
          (there, back) == (b"from inside", b"from outside"), (there, back))


def udp_crosses(name, port):
    with opened("s", socket.SOCK_DGRAM, (SERVER, port)) as server, \
            opened("c", socket.SOCK_DGRAM, (HOST, 40000)) as client:
        try:
            client.sendto(b"question" * 100, (SERVER, port))
            data, peer = server.recvfrom(2000)
            server.sendto(b"answer", peer)
            answer = client.recv(100)
        except OSError as error:
            check(name + ": UDP crosses", False, error)
            return
    check(name + ": UDP comes from the outside address", peer[0] == OUTSIDE,
          peer)
    check(name + ": an answer comes back",
          (data, answer) == (b"question" * 100, b"answer"), answer)


def ping(address, wait="5"):
    """An empty text, or what ping says of its failure."""
    done = do("ip", "netns", "exec", "c", "ping", "-n", "-c", "2", "-i", "0.2",
              "-W", wait, address)
    return "" if done.returncode == 0 else done.stdout.decode()


def router_is_told_once(name):
    """What is for the router itself is not translated as well."""
    router = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    router.bind((ROUTER, 7000))
    router.settimeout(0.5)
    heard = []
    with router, opened("c", socket.SOCK_DGRAM, (HOST, 40000)) as client:
        client.sendto(b"question", (ROUTER, 7000))
        with contextlib.suppress(OSError):
            while True:
                heard.append(router.recvfrom(100))
    check(name + ": the router is told once",
          heard == [(b"question", (HOST, 40000))], heard)


def judge(name, *arguments):
    check(name + ": nothing crosses before it runs", ping(SERVER, "1") != "")
    with at_work(name, *arguments):
        tcp_crosses(name)
        udp_crosses(name, 500)
        udp_crosses(name, 53)
        check(name + ": ping crosses", not ping(SERVER))
        check(name + ": the router answers itself", not ping(ROUTER))
        router_is_told_once(name)


def forward(digit):
    with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as file:
        file.write(digit)


def main():
    if not os.access(os.path.join(FOLDER, "raw_sockets"), os.X_OK):
        skip("there is no raw_sockets: it is for Linux")
    if HERE not in os.environ:
        if os.getuid() != 0:
            skip("nobody but root can do it here")
        if not shutil.which("ping") or not shutil.which("ip"):
            skip("needs ip and ping")
        if do(*OWN, "true").returncode:
            skip("there are no namespaces here")
        os.environ[HERE] = "1"
        os.execvp(OWN[0], [*OWN, sys.executable, *sys.argv])
    do("mount", "-t", "tmpfs", "tmpfs", "/run")
    do_all(NETWORK)
    forward("0")
    judge("raw_sockets", "in0", "out0", OUTSIDE)
    if os.access(os.path.join(FOLDER, "nfqueue"), os.X_OK):
        forward("1")
        do_all(QUEUE_RULES)
        judge("nfqueue", "0", OUTSIDE)
    print("%d failed" % _failures)
    sys.exit(1 if _failures else 0)


main()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""examples/raw_sockets and examples/nfqueue between a host and a server, each in
a network namespace of its own: TCP to port 1723, UDP and pings cross them, and
the server sees the outside address."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

from gateway_common import (check, do_all, enter, finish, forward, skip,
                            sock_in)

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
    made = sock_in(namespace, socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(address)
    made.settimeout(5)
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
    done = subprocess.run(["ip", "netns", "exec", "c", "ping", "-n", "-c", "2",
                           "-i", "0.2", "-W", wait, address], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
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


def main():
    if not os.access(os.path.join(FOLDER, "raw_sockets"), os.X_OK):
        skip("there is no raw_sockets: it is for Linux")
    if not shutil.which("ping") or not shutil.which("ip"):
        skip("needs ip and ping")
    enter(NETWORK)
    forward(False)
    judge("raw_sockets", "in0", "out0", OUTSIDE)
    if os.access(os.path.join(FOLDER, "nfqueue"), os.X_OK):
        forward()
        do_all(QUEUE_RULES)
        judge("nfqueue", "0", OUTSIDE)
    finish()


main()

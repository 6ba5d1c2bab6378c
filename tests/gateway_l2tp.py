#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--l2tp-port-1701 and --l2tp-any-address in both gateways: a client asks an
L2TP server through one, and the server answers from either of its addresses.
All of it is in network namespaces of its own."""

import ctypes
import os
import socket
import struct
import subprocess
import sys
import time

SKIP = 77
HERE = "VPNALG_TEST_NAMESPACE"
OWN = ["unshare", "--net", "--mount-proc", "--pid", "--fork", "--kill-child"]

CLIENT, SERVER, ELSEWHERE = "192.168.77.11", "203.0.113.10", "203.0.113.11"
OUTSIDE = "203.0.113.1"
PORT, TUNNEL, L2TP = 40000, 7, 1701
NOTHING = socket.timeout.__name__

# As far as vpnalg-queue(1)'s rules are about L2TP.
QUEUE_RULES = """iptables -t raw -A PREROUTING -i out0 -p udp -j NFQUEUE
iptables -t mangle -A POSTROUTING -o out0 -p udp -j NFQUEUE"""

NETWORK = """ip link set lo up
ip netns add c
ip netns add s
ip link add in0 type veth peer name eth0 netns c
ip link add out0 type veth peer name eth0 netns s
ip addr add 192.168.77.1/24 dev in0
ip addr add 203.0.113.1/24 dev out0
ip link set in0 up
ip link set out0 up
ip -n c addr add 192.168.77.11/24 dev eth0
ip -n s addr add 203.0.113.10/24 dev eth0
ip -n s addr add 203.0.113.11/24 dev eth0
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


def do(*words, **how):
    return subprocess.run(words, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **how).returncode == 0


def do_all(lines):
    for line in lines.splitlines():
        check(line, do(*line.split()))


def udp(namespace, address, port=L2TP):
    """A socket stays in the namespace in which it was made."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + namespace, os.O_RDONLY)
    assert _libc.setns(there, 0) == 0
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    made.settimeout(1)
    assert _libc.setns(home, 0) == 0
    os.close(home)
    os.close(there)
    return made


def message(receiver, kind, own):
    """A control message of version 2 with Ns and Nr 0 (RFC 2661 3.1, 4.1)."""
    avps = struct.pack(">HHHH", 0x8008, 0, 0, kind)
    avps += struct.pack(">HHHH", 0x8008, 0, 9, own)
    return struct.pack(">HHHHHH", 0xc802, 12 + len(avps), receiver, 0, 0,
                       0) + avps


def received(sock):
    """(message, sender), or the error's name."""
    try:
        return sock.recvfrom(2048)
    except OSError as error:
        return type(error).__name__, None


def start(program, *options):
    """The gateway, once it handles packets."""
    words = [program, "--address", OUTSIDE, *options]
    if program.endswith("-gw"):
        words += ["--inside", "in0", "--outside", "out0"]
    gateway = subprocess.Popen(words, stderr=subprocess.PIPE)
    for _ in range(100):
        time.sleep(0.1)
        if gateway.poll() is not None:
            break
        with open("/proc/net/netfilter/nfnetlink_queue") as queues:
            if queues.read() or do("nft", "list", "set", "ip",
                                   "vpnalg-gw-%d" % socket.if_nametoindex(
                                       "out0"), "pairs"):
                break
    return gateway


def end(gateway):
    gateway.terminate()
    return gateway.communicate()[1].decode(), gateway.returncode


def ask(program, *options):
    """What came of a question: the port that the server saw, what the client
    got from the other address, and what that got."""
    gateway = start(program, *options)
    client = udp("c", CLIENT, PORT)
    asked, other = udp("s", SERVER), udp("s", ELSEWHERE)
    client.sendto(message(0, 1, TUNNEL), (SERVER, L2TP))
    _, sender = received(asked)
    found = [sender, None, None]
    if sender:
        other.connect(sender)
        other.send(message(TUNNEL, 2, 9))
        found[1], found[2] = received(client), received(other)[0]
    for sock in client, asked, other:
        sock.close()
    report, status = end(gateway)
    check("%s: all went well" % " ".join(options), status == 0 and
          "failed" not in report, report)
    return found


def judge(program):
    name = os.path.basename(program)
    answer = (message(TUNNEL, 2, 9), (ELSEWHERE, L2TP))
    sender, got, _ = ask(program)
    check(name + ": a client has its own port", sender == (OUTSIDE, PORT),
          sender)
    check(name + ": and answers from its server only", got[1] is None, got)
    sender, got, back = ask(program, "--l2tp-any-address")
    check(name + ": --l2tp-any-address: it may be another",
          sender == (OUTSIDE, PORT) and got == answer, (sender, got))
    check(name + ": --l2tp-any-address: who is told of no error",
          back == NOTHING, back)
    sender, got, _ = ask(program, "--l2tp-port-1701")
    check(name + ": --l2tp-port-1701: the clients share that port",
          sender == (OUTSIDE, L2TP), sender)
    sender, got, back = ask(program, "--l2tp-port-1701", "--l2tp-any-address")
    check(name + ": both: answers come to that port from any address",
          sender == (OUTSIDE, L2TP) and got == answer and
          back == NOTHING, (sender, got, back))


def main():
    programs = [os.environ.get("VPNALG_GW", "./vpnalg-gw"),
                os.environ.get("VPNALG_QUEUE", "./vpnalg-queue")]
    for program in programs:
        if not os.access(program, os.X_OK):
            skip("there is no " + program)
    if HERE not in os.environ:
        if os.getuid() != 0:
            skip("nobody but root can do it here")
        if not do(*OWN, "true"):
            skip("there are no namespaces here")
        os.environ[HERE] = "1"
        os.execvp(OWN[0], [*OWN, sys.executable, *sys.argv])
    do("mount", "-t", "tmpfs", "tmpfs", "/run")
    do_all(NETWORK)
    for program in programs:
        if program.endswith("-queue"):
            with open("/proc/sys/net/ipv4/ip_forward", "w") as forward:
                forward.write("1")
            do_all(QUEUE_RULES)
        judge(program)
    print("%d failed" % _failures)
    sys.exit(1 if _failures else 0)


main()

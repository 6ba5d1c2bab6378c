# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of both gateways share that are in Python: a client, a server
and a gateway between them, in network namespaces of their own."""

import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import time

SKIP = 77
HERE = "VPNALG_TEST_NAMESPACE"
OWN = ["unshare", "--net", "--mount-proc", "--pid", "--fork", "--kill-child"]

CLIENT, SERVER, OUTSIDE = "192.168.77.11", "203.0.113.10", "203.0.113.1"
NOTHING = socket.timeout.__name__

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
ip -n c link set lo up
ip -n s link set lo up
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


def sock_in(namespace, *kind):
    """A socket stays in the namespace in which it was made."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + namespace, os.O_RDONLY)
    assert _libc.setns(there, 0) == 0
    made = socket.socket(*kind)
    assert _libc.setns(home, 0) == 0
    os.close(home)
    os.close(there)
    made.settimeout(1)
    return made


def udp(namespace, address, port):
    made = sock_in(namespace, socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    return made


def received(sock):
    """(message, sender), or the error's name."""
    try:
        return sock.recvfrom(65536)
    except OSError as error:
        return type(error).__name__, None


# PPTP (RFC 2637 2 and 4.1).

def fragments(source, destination, protocol, data, identification):
    """Three packets; the kernel fills in the checksums of their headers."""
    cuts = [0, 1480, 2960, len(data)]
    return [struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + end_ - begin,
                        identification,
                        begin // 8 | (0x2000 if end_ < len(data) else 0), 64,
                        protocol, 0, socket.inet_aton(source),
                        socket.inet_aton(destination)) + data[begin:end_]
            for begin, end_ in zip(cuts, cuts[1:])]


def pptp_message(kind, body):
    return struct.pack(">HHIHH", 12 + len(body), 1, 0x1a2b3c4d, kind,
                       0) + body


def pptp_started(kind):
    return pptp_message(kind, struct.pack(">HHIIHH", 0x0100, (kind - 1) << 8,
                                          1, 1, 0, 1) + bytes(128))


def pptp_request(call):
    return pptp_message(7, struct.pack(">HHIIIIHHHH", call, 1, 300, 100000000,
                                       3, 3, 64, 0, 0, 0) + bytes(128))


def pptp_reply(call, peer):
    return pptp_message(8, struct.pack(">HHBBHIHHI", call, peer, 1, 0, 0,
                                       100000000, 64, 0, 0))


def pptp_gre(call, sequence):
    return struct.pack(">HHHHI", 0x3001, 0x880b, 4, call, sequence) + b"data"


def pptp_connect(address, port):
    """A control connection's two ends, and where the server sees the client;
    None where there is none."""
    listener = sock_in("s", socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((SERVER, port))
    listener.listen()
    client = sock_in("c", socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(2)
    client.bind((address, 0))
    try:
        client.connect((SERVER, port))
        server, seen = listener.accept()
        server.settimeout(1)
        return client, server, seen
    except OSError:
        return client, None, None
    finally:
        listener.close()


def told(sender, receiver, words):
    """What arrives of a message at the other end of the connection."""
    sender.sendall(words)
    got = b""
    while len(got) < len(words):
        more = receiver.recv(len(words) - len(got))
        if not more:
            break
        got += more
    return got


def command(program, *options, address=OUTSIDE):
    words = [program]
    if program.endswith("-gw"):
        words += ["--inside", "in0", "--outside", "out0"]
    return words + ["--address", address, *options]


def start(program, *options, address=OUTSIDE):
    """The gateway, once it handles packets."""
    gateway = subprocess.Popen(command(program, *options, address=address),
                               stderr=subprocess.PIPE)
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


class Reader:
    """A gateway that reads a file of options, and what it has said so far."""

    def __init__(self, program, how, work, content="general\n", bare=False):
        """bare: nothing but the file is given."""
        self.config = os.path.join(work, "options.conf")
        self.said = os.path.join(work, "said")
        self.name = os.path.basename(program) + ": "
        self.write(content)
        words = ("--config", self.config, *how)
        self.process = subprocess.Popen(
            [program, *words] if bare else command(program, *words),
            stdout=open(os.path.join(work, "printed"), "wb"),
            stderr=open(self.said, "wb"))
        self.starts()

    def starts(self):
        for _ in range(100):
            time.sleep(0.1)
            with open("/proc/net/netfilter/nfnetlink_queue") as queues:
                if queues.read() or do(
                        "nft", "list", "set", "ip", "vpnalg-gw-%d" %
                        socket.if_nametoindex("out0"), "pairs"):
                    time.sleep(0.3)
                    return
        check(self.name + "it starts", False, self.text())

    def write(self, content):
        with open(self.config, "w") as file:
            file.write(content)

    def text(self):
        with open(self.said) as file:
            return file.read()

    def hang_up(self):
        """SIGHUP; the lines that it causes."""
        before = len(self.text())
        self.process.send_signal(signal.SIGHUP)
        for _ in range(1000):
            lines = self.text()[before:].splitlines()
            if [line for line in lines if line.endswith(
                    ("all stays as it was", "nothing has changed")) or
                    ": changed: " in line]:
                return lines
            time.sleep(0.01)
        return lines

    def reads(self, content, *words, title=""):
        """The file has that: whether each line that follows has one of the
        words, in their order."""
        self.write(content)
        lines = self.hang_up()
        check(self.name + (title or repr(content)) + ": " + words[-1],
              len(lines) == len(words) and all(
                  word in line for word, line in zip(words, lines)), lines)

    def end(self):
        self.process.terminate()
        return self.process.wait(20)


def end(gateway):
    gateway.terminate()
    return gateway.communicate()[1].decode(), gateway.returncode


def forward(on=True):
    """The kernel passes packets on, or does not."""
    with open("/proc/sys/net/ipv4/ip_forward", "w") as file:
        file.write("1" if on else "0")


# As the man page has them; some kernels have the queue for iptables only.
QUEUE_RULES = """iptables -t raw -A PREROUTING -i out0 -m pkttype --pkt-type \
unicast -j NFQUEUE --queue-num 3 --queue-bypass
iptables -t mangle -A POSTROUTING -o out0 -j NFQUEUE --queue-num 3 \
--queue-bypass"""


def queue_everything():
    """All that comes in and goes out passes through queue 3."""
    do_all(QUEUE_RULES)
    forward()


def enter(network):
    """Goes on in namespaces that have this network, and end with the test."""
    if HERE not in os.environ:
        if os.getuid() != 0:
            skip("nobody but root can do it here")
        if not do(*OWN, "true"):
            skip("there are no namespaces here")
        os.environ[HERE] = "1"
        os.execvp(OWN[0], [*OWN, sys.executable, *sys.argv])
    do("mount", "-t", "tmpfs", "tmpfs", "/run")
    do_all(network)


def in_namespaces():
    """Both programs, once this runs in namespaces with a network."""
    programs = [os.environ.get("VPNALG_GW", "./vpnalg-gw"),
                os.environ.get("VPNALG_QUEUE", "./vpnalg-queue")]
    for program in programs:
        if not os.access(program, os.X_OK):
            skip("there is no " + program)
    enter(NETWORK)
    return programs


def finish():
    print("%d failed" % _failures)
    sys.exit(1 if _failures else 0)

# SPDX-License-Identifier: BSD-2-Clause
"""A gateway with two links outside, and clients that say by which one they leave."""

import time

from gateway_common import CLIENT, udp

# The world has two links to the gateway, and behind them two servers.
WORLD = """ip link add out1 type veth peer name eth1 netns s
ip addr add 198.51.100.1/24 dev out1
ip link set out1 up
ip -n s addr add 198.51.100.10/24 dev eth1
ip -n s addr add 192.0.2.80/32 dev lo
ip -n s addr add 192.0.2.81/32 dev lo
ip -n s link set eth1 up
ip -n c addr add 192.168.77.12/24 dev eth0"""

ROUTES = """ip route replace default via 203.0.113.10 dev out0 metric 100
ip route replace default via 198.51.100.10 dev out1 metric 200
ip route replace 192.0.2.81/32 via 198.51.100.10 dev out1"""


def soon(condition, seconds=5):
    """Whether it becomes true in time."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Client:
    """A client's port, and where a server sees it."""

    def __init__(self, remote, address=CLIENT):
        self.remote = remote
        self.inside = udp("c", address, 0)
        self.server = udp("s", remote, 0)
        self.port = self.server.getsockname()[1]
        for sock in self.inside, self.server:
            sock.settimeout(0.2)

    def seen(self):
        """Address and port, once an answer has come back; None without."""
        words = b"%d" % time.monotonic_ns()
        try:
            self.inside.sendto(words, (self.remote, self.port))
            got, sender = self.server.recvfrom(2048)
            self.server.sendto(got, sender)
            if self.inside.recv(2048) == words:
                return sender
        except OSError:
            pass
        return None

    def comes_by(self, address, seconds=5):
        return soon(lambda: (self.seen() or [None])[0] == address, seconds)

    def close(self):
        self.inside.close()
        self.server.close()


def comes_by(remote, address, inside=CLIENT, seconds=5):
    """Whether what is new comes by that address."""
    client = Client(remote, inside)
    found = client.comes_by(address, seconds)
    client.close()
    return found

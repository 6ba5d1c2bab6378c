# SPDX-License-Identifier: BSD-2-Clause
"""Flows through a gateway that must not notice what it is set to."""

import socket
import struct
import threading
import time

from gateway_common import (CLIENT, NOTHING, OUTSIDE, SERVER, check,
                            pptp_connect, pptp_gre, pptp_reply, pptp_request,
                            pptp_started, received, sock_in, told, udp)

OTHER = "192.168.77.12"
PORT, NEW_PORT, SERVED = 9999, 9998, 5000
ID, CALL = 7, 9


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

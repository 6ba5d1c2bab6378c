#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""l2tp_peer.py hide SERVER SECRET ID | answer

One end of an L2TP tunnel, where no daemon does what a capture is to show; the
other end is xl2tpd. "hide" calls in from port 1701 and hides its Tunnel ID and
Session ID (RFC 2661 4.3), "answer" takes calls out.

xl2tpd does not look for a secret before it has been challenged, so what is
hidden from it is hidden with an empty one; SECRET is for its challenge."""

import hashlib
import socket
import struct
import sys
import time

SCCRQ, SCCRP, SCCCN, STOPCCN, OCRQ, OCRP, OCCN = 1, 2, 3, 4, 7, 8, 9
ICRQ, ICRP, ICCN, CDN = 10, 11, 12, 14
TUNNEL, SESSION, RANDOM = 9, 14, 36
VECTOR = b"sixteen octets.."
LCP = bytes.fromhex("ff03c02101010004")  # a request for nothing


def avp(kind, value, flags=0x8000):
    return struct.pack(">HHH", flags | 6 + len(value), 0, kind) + value


def number(kind, value, size=2):
    return avp(kind, value.to_bytes(size, "big"))


def hidden(kind, value, secret=b""):
    """RFC 2661 4.3: a length, the value, padding; one block is enough."""
    plain = struct.pack(">H", len(value)) + value + bytes(6)
    key = hashlib.md5(struct.pack(">H", kind) + secret + VECTOR).digest()
    return avp(kind, bytes(a ^ b for a, b in zip(plain, key)), 0xc000)


def avps(message):
    at, found = 12, {}
    while at < len(message):
        flags, _, kind = struct.unpack(">HHH", message[at:at + 6])
        found[kind] = message[at + 6:at + (flags & 0x3ff)]
        at += flags & 0x3ff
    return found


class Tunnel:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", 1701))
        self.socket.settimeout(3)
        self.peer, self.id, self.ns, self.nr = None, 0, 0, 0

    def send(self, session, *values):
        body = b"".join(values)
        self.socket.sendto(struct.pack(
            ">HHHHHH", 0xc802, 12 + len(body), self.id, session, self.ns,
            self.nr) + body, self.peer)
        self.ns += 1 if body else 0

    def data(self, session, payload):
        self.socket.sendto(struct.pack(">HHH", 2, self.id, session) + payload,
                           self.peer)

    def await_one_of(self, *kinds):
        """The AVPs of the first message of these types; others are
        acknowledged."""
        while True:
            message, self.peer = self.socket.recvfrom(2048)
            if message[0] & 0x80 == 0 or len(message) == 12:
                continue
            self.nr = struct.unpack(">H", message[8:10])[0] + 1
            found = avps(message)
            kind = int.from_bytes(found[0], "big")
            found["kind"] = kind
            if kind in kinds:
                return found
            self.send(0)


def begin(host):
    return [number(2, 0x100), number(3, 3, 4), avp(7, host.encode()),
            number(10, 4)]


def hide(server, secret, own):
    secret, own = secret.encode(), int(own).to_bytes(2, "big")
    tunnel = Tunnel()
    tunnel.peer = (server, 1701)
    vector = avp(RANDOM, VECTOR)
    for _ in range(4):
        tunnel.ns = 0
        tunnel.send(0, number(0, SCCRQ), *begin("hides"), vector,
                    hidden(TUNNEL, own))
        try:
            answer = tunnel.await_one_of(SCCRP)
            break
        except socket.timeout:
            answer = None
    if answer is None:
        print("hide: no answer")
        return
    tunnel.id = int.from_bytes(answer[TUNNEL], "big")
    proof = []
    if 11 in answer:
        proof = [avp(13, hashlib.md5(bytes([SCCCN]) + secret +
                                     answer[11]).digest())]
    tunnel.send(0, number(0, SCCCN), *proof)
    tunnel.send(0, number(0, ICRQ), vector, hidden(SESSION, own),
                number(15, 1, 4))
    answer = tunnel.await_one_of(ICRP)
    session = int.from_bytes(answer[SESSION], "big")
    tunnel.send(session, number(0, ICCN), number(24, 10000000, 4),
                number(19, 1, 4))
    for _ in range(3):
        time.sleep(0.4)
        tunnel.data(session, LCP)
    time.sleep(12)
    print("hide: in a call")
    tunnel.send(session, number(0, CDN), number(1, 3), avp(SESSION, own))
    tunnel.send(0, number(0, STOPCCN), avp(TUNNEL, own), number(1, 1))
    time.sleep(1)


def answer():
    tunnel = Tunnel()
    tunnel.socket.settimeout(30)
    asked = tunnel.await_one_of(SCCRQ)
    tunnel.id = int.from_bytes(asked[TUNNEL], "big")
    tunnel.send(0, number(0, SCCRP), *begin("answers"), number(TUNNEL, 9))
    session = 7
    while True:
        asked = tunnel.await_one_of(OCRQ, CDN, STOPCCN)
        if asked["kind"] == OCRQ:
            peer = int.from_bytes(asked[SESSION], "big")
            tunnel.send(peer, number(0, OCRP), number(SESSION, session))
            tunnel.data(peer, LCP)
            tunnel.send(peer, number(0, OCCN), number(24, 10000000, 4),
                        number(19, 1, 4))
            tunnel.data(peer, LCP)
            print("answer: a call out")
        else:
            tunnel.send(0)
        if asked["kind"] == STOPCCN:
            return


if sys.argv[1] == "hide":
    hide(*sys.argv[2:])
else:
    answer()

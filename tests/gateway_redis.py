# SPDX-License-Identifier: BSD-2-Clause
"""Redis for the tests of gateways that stand by, and one that gives all twice."""

import shutil
import socket
import threading
import time

STEP = 2000  # sessions that are read at once
URL = "redis://127.0.0.1:6399"


# The server is the same program; its own package would start one at once.
REDIS = shutil.which("redis-server") or shutil.which("redis-check-rdb")


def read_reply(file):
    """An answer of Redis' (RESP 2)."""
    line = file.readline()[:-2]
    kind, rest = line[:1], line[1:]
    if kind == b"*":
        return [read_reply(file) for _ in range(int(rest))]
    if kind != b"$":
        return rest
    return file.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None


def resp(value):
    """The bytes of an answer."""
    if isinstance(value, list):
        return b"*%d\r\n" % len(value) + b"".join(map(resp, value))
    return b"$%d\r\n%s\r\n" % (len(value), value)


def ask_redis(*words):
    with socket.create_connection(("127.0.0.1", 6399)) as asking:
        asking.sendall(resp([word.encode() for word in words]))
        return read_reply(asking.makefile("rb"))


class TwiceRedis(threading.Thread):
    """Stands in for a Redis that moves what it has during a scan: it has what
    the real one has, and gives each session twice, in slow steps.
    It stops where it should go on, if that is asked for."""

    def __init__(self, port, stops=False):
        super().__init__(daemon=True)
        self.stops = stops
        self.head = ask_redis("GET", "vpnalg:head")
        pairs = ask_redis("HGETALL", "vpnalg:sessions")
        pairs = list(zip(pairs[::2], pairs[1::2]))
        self.pairs = pairs + pairs[::-1]
        self.renewals = []  # of the lease, at each step
        self.listener = socket.create_server(("127.0.0.1", port))
        self.start()

    def scanned(self, cursor):
        rest = len(self.pairs) - cursor - STEP
        if self.stops and cursor:
            return None
        time.sleep(0.1)
        self.renewals.append(0)
        return [b"%d" % (cursor + STEP if rest > 0 else 0),
                [word for pair in self.pairs[cursor:cursor + STEP]
                 for word in pair]]

    def answer(self, words):
        if words[0] == b"HSCAN":
            found = self.scanned(int(words[2]))
            return resp(found) if found else b"-ERR no\r\n"
        if words[0] == b"EXISTS":
            return b":0\r\n"
        if words[0] == b"EVAL" and self.renewals:
            self.renewals[-1] = 1
        return resp(self.head) if words[0] == b"GET" else b"+OK\r\n"

    def run(self):
        while True:
            asked = self.listener.accept()[0]
            file = asked.makefile("rb")
            try:
                while words := read_reply(file):
                    asked.sendall(self.answer(words))
            except (OSError, ValueError):
                pass
            asked.close()

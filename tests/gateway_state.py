#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--state: what inside hosts have goes on after a restart, also after the
program was killed, and so do datagrams of which some fragments have come; a
file that is damaged, or none of ours, is said and does no harm; one that cannot
be written ends the start."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

from gateway_common import (CLIENT, SERVER, check, command, end, finish,
                            fragments, in_namespaces, queue_everything,
                            received, sock_in, start, udp)

PORT = 9999


def restart(program, how, file):
    return start(program, "--general", "--state", file, "--state-every", "1",
                 *how)


def opened(client, server):
    """Where the server sees the client; None if it does not."""
    client.sendto(b"out", (SERVER, PORT))
    return received(server)[1]


def reached(client, server, seen):
    """Whether what the server sends there arrives: the client says nothing. A
    gateway that has just begun may miss the first."""
    words = b"in %d" % time.monotonic_ns()
    for _ in range(3):
        server.sendto(words, seen)
        if received(client)[0] == words:
            return True
    return False


def killed(gateway):
    gateway.send_signal(signal.SIGKILL)
    return gateway.communicate()[1].decode()


def stays_empty(program, how, file, words):
    """Whether it begins without what the file has, and says so."""
    gateway = restart(program, how, file)
    said, status = end(gateway)
    return status == 0 and words in said and "loaded" not in said


def judge_files(program, how, file):
    good = open(file, "rb").read()
    for name, content, words in (
            ("a damaged file", good[:60] + b"?" + good[61:], "damaged"),
            ("half a file", good[:len(good) // 2], "the end is missing"),
            ("another file", b"#!/bin/sh\n" * 20, "not a saved state"),
            ("an empty file", b"", "the end is missing"),
            ("more than one", good + good, "out of place")):
        with open(file, "wb") as changed:
            changed.write(content)
        check(name + " is said", stays_empty(program, how, file, words))
        check("and a good one is there again", os.path.getsize(file) > 100)
    check("nobody else may read it", os.stat(file).st_mode & 0o777 == 0o600)
    done = subprocess.run(
        command(program, "--general", "--state", "/nowhere/state", *how),
        check=False, stderr=subprocess.PIPE, timeout=20)
    check("a folder that is not there is said", done.returncode == 1 and
          b"cannot start: state: /nowhere/state: No such file" in done.stderr,
          done.stderr)


def judge_fragments(program, file):
    """The last one comes, the gateway starts anew, then the others come; and
    once more with the first one before the start."""
    client, server = udp("c", CLIENT, 40001), udp("s", SERVER, PORT)
    raw = sock_in("c", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    data = bytes(i * 7 & 255 for i in range(3200))
    parts = fragments(CLIENT, SERVER, socket.IPPROTO_UDP, struct.pack(
        ">HHHH", 40001, PORT, 8 + len(data), 0) + data, 0x4001)
    for name, early in (("a held fragment is there", 2), ("a datagram goes on", 0)):
        gateway = restart(program, (), file)
        check("a session", opened(client, server) is not None)
        raw.sendto(parts[early], (SERVER, 0))
        time.sleep(0.3)
        end(gateway)
        gateway = restart(program, (), file)
        for part in parts:
            if part != parts[early]:
                raw.sendto(part, (SERVER, 0))
        check(name + " after a restart", received(server)[0] == data)
        said, status = end(gateway)
        check("all was loaded", status == 0 and "loaded, 0 left out" in said,
              said)
    for sock in client, server, raw:
        sock.close()


def judge(program, how=()):
    work = tempfile.mkdtemp()
    file = os.path.join(work, "state")
    client, server = udp("c", CLIENT, 40000), udp("s", SERVER, PORT)
    gateway = restart(program, how, file)
    seen = opened(client, server)
    check("a session", seen is not None)
    said, status = end(gateway)
    check("nothing was loaded", status == 0 and "state:" not in said, said)

    gateway = start(program, "--general", *how)
    check("without the file it is gone", not reached(client, server, seen))
    end(gateway)

    gateway = restart(program, how, file)
    check("after a restart it goes on", reached(client, server, seen))
    check("from the same port", opened(client, server) == seen)
    time.sleep(3)
    said = killed(gateway)
    check("it was loaded", "sessions loaded, 0 left out" in said, said)

    gateway = restart(program, how, file)
    check("after it was killed it goes on", reached(client, server, seen))
    said, status = end(gateway)
    check("all went well", status == 0 and "cannot" not in said, said)
    judge_files(program, how, file)
    client.close()
    server.close()
    if not how:
        judge_fragments(program, file)
    shutil.rmtree(work)


GW, QUEUE = in_namespaces()
judge(GW)
queue_everything()
judge(QUEUE, ("--queue", "3"))
finish()

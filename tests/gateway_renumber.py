#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-gw --address auto follows the addresses of its outside interface: what
an inside host has begun goes on from the new one with its next packet, also
where settings are read again in between."""

import os
import re
import signal
import shutil
import subprocess
import tempfile
import time

from gateway_common import (CLIENT, OUTSIDE, SERVER, check, command, do_all,
                            end, finish, in_namespaces, start, udp)

SECOND, THIRD = "203.0.113.2", "203.0.113.3"
PORT, SERVED = 9999, 5000


def refused(program, *options):
    """(status, message) of one that does not start."""
    done = subprocess.run(command(program, *options, address="auto"),
                          check=False, stderr=subprocess.PIPE, timeout=20)
    return done.returncode, done.stderr.decode()


def seen(client, server):
    """The address from which the server sees the client, once its answer has
    come back; None if that does not happen within ten seconds."""
    for count in range(50):
        text = b"%d" % count
        try:
            client.sendto(text, (SERVER, PORT))
            got, sender = server.recvfrom(2048)
            server.sendto(got, sender)
            if client.recv(2048) == text:
                return sender[0]
        except OSError:
            time.sleep(0.01)
    return None


def write(file_name, content):
    with open(file_name, "w", encoding="utf-8") as file:
        file.write(content)


def serves(inside, server, address):
    """Whether the inside server is reached at the address within ten seconds."""
    end_of_time = time.monotonic() + 10
    while time.monotonic() < end_of_time:
        words = b"%d" % time.monotonic_ns()
        server.sendto(words, (address, SERVED))
        try:
            if inside.recv(2048) == words:
                return True
        except OSError:
            time.sleep(0.01)
    return False


def moves_to(client, server, address):
    """Whether the client is seen from the address within ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if seen(client, server) == address:
            return True
    return False


def judge(program):
    do_all("sysctl -qw net.ipv4.conf.all.promote_secondaries=1")
    status, said = refused(program, "--address", OUTSIDE)
    check("auto goes with no other address", status == 2 and
          "auto beside another one" in said, said)
    do_all("ip addr del %s/24 dev out0" % OUTSIDE)
    status, said = refused(program)
    check("an interface without an address is said", status == 1 and
          "cannot start: interface out0: it has no IPv4 address" in said, said)
    do_all("ip addr add %s/24 dev out0" % OUTSIDE)
    work = tempfile.mkdtemp()
    os.chmod(work, 0o755)  # the gateway reads it as nobody
    config = os.path.join(work, "options.conf")
    write(config, "disable gre\n")
    gateway = start(program, "--general", "--config", config, address="auto")
    client, server = udp("c", CLIENT, 40000), udp("s", SERVER, PORT)
    inside = udp("c", CLIENT, SERVED)
    for sock in client, server, inside:
        sock.settimeout(0.2)
    check("the first address", seen(client, server) == OUTSIDE)
    do_all("ip addr del %s/24 dev out0" % OUTSIDE)
    time.sleep(0.5)
    do_all("ip addr add %s/24 dev out0" % SECOND)
    check("the second instead", moves_to(client, server, SECOND))
    write(config, "disable gre\nservice udp:%d=%s:%d\n" %
          (SERVED, CLIENT, SERVED))
    gateway.send_signal(signal.SIGHUP)
    check("a service that is new is at the second",
          serves(inside, server, SECOND))
    do_all("ip addr add %s/24 dev out0" % THIRD)
    time.sleep(0.5)
    check("a third beside it moves nobody", seen(client, server) == SECOND)
    do_all("ip addr del %s/24 dev out0" % SECOND)
    check("the third alone", moves_to(client, server, THIRD))
    check("and the service with it", serves(inside, server, THIRD))
    for sock in client, server, inside:
        sock.close()
    shutil.rmtree(work)
    report, status = end(gateway)
    check("three changes are reported", status == 0 and
          re.search("changes of the outside addresses +3\n", report) and
          "failed" not in report, report)


judge(in_namespaces()[0])
finish()

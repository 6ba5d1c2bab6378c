#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-gw --standby: the second gateway goes on with the first one's sessions
within three seconds, however that has ended; Redis may come and go meanwhile."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from gateway_common import (CLIENT, SERVER, check, command, finish,
                            in_namespaces, received, skip, udp)

PORT = 9999
MANY = 20000  # sessions; a batch has a thousand or so
URL = "redis://127.0.0.1:6399"


# The server is the same program; its own package would start one at once.
REDIS = shutil.which("redis-server") or shutil.which("redis-check-rdb")


def redis():
    process = subprocess.Popen(
        ["redis-server", "--port", "6399", "--save", "", "--bind", "127.0.0.1"],
        executable=REDIS, stdout=subprocess.DEVNULL, cwd=work)
    for _ in range(50):
        time.sleep(0.1)
        if subprocess.run(["redis-cli", "-p", "6399", "ping"], check=False,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0:
            break
    return process


class Gateway:
    def __init__(self, program, *options):
        self.said = ""
        self.process = subprocess.Popen(
            command(program, "--general", "--standby", URL, *options),
            stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stderr:
            self.said += line

    def says(self, words, seconds=10):
        last = time.monotonic() + seconds
        while time.monotonic() < last and words not in self.said:
            time.sleep(0.05)
        return words in self.said


def active(file):
    """Whether the figures say that it is the active one; None: they say
    nothing."""
    try:
        with open(file, encoding="utf-8") as opened_file:
            lines = opened_file.read().splitlines()
    except OSError:
        return None
    return {"vpnalg_active 0": False, "vpnalg_active 1": True}.get(
        [line for line in lines if line.startswith("vpnalg_active ")][0])


def opened(client, server):
    client.sendto(b"out", (SERVER, PORT))
    return received(server)[1]


def reached(client, server, seen, seconds):
    client.settimeout(0.1)
    start = time.monotonic()
    words = b"in %f" % start
    while time.monotonic() < start + seconds:
        server.sendto(words, seen)
        if received(client)[0] == words:
            print("     after %.1f s" % (time.monotonic() - start))
            return True
    return False


def ended(gateway):
    try:
        gateway.process.wait(10)
    except subprocess.TimeoutExpired:
        gateway.process.kill()
        return False
    return True


def in_redis(*words):
    return subprocess.run(["redis-cli", "-p", "6399", *words], check=False,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


def mirrored(least, seconds=10):
    """Whether so many sessions are in Redis within that time, as a whole."""
    last = time.monotonic() + seconds
    count = 0
    while time.monotonic() < last:
        count = int(in_redis("HLEN", "vpnalg:sessions") or 0)
        if count >= least and in_redis("EXISTS", "vpnalg:next") == "0":
            return True
        time.sleep(0.1)
    print("     %d are" % count)
    return False


def kept():
    """Whether Redis never has less than all while it gets them anew, as the
    connections to it were cut."""
    before = int(in_redis("HLEN", "vpnalg:sessions"))
    in_redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    apart, least, last = 0, before, time.monotonic() + 3
    while time.monotonic() < last:
        apart += int(in_redis("EXISTS", "vpnalg:next") or 0)
        least = min(least, int(in_redis("HLEN", "vpnalg:sessions") or 0))
    print("     %d times apart, at least %d of %d" % (apart, least, before))
    return apart > 0 and least > before * 0.9 and mirrored(before * 0.9)


def open_many(client):
    """So many sessions of one port."""
    for i in range(MANY):
        client.sendto(b"one of many", (SERVER, 10000 + i))
        if i % 100 == 99:
            time.sleep(0.002)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(word) for word in file.read().split()]


if not REDIS:
    skip("there is no redis-server")
work = tempfile.mkdtemp()
os.chmod(work, 0o755)  # the gateways read it as nobody
program = in_namespaces()[0]
if subprocess.run(command(program, "--standby", "none"), check=False,
                  stderr=subprocess.PIPE).stderr.count(b"built without"):
    skip("vpnalg-gw is built without it")
server_process = redis()
client, server = udp("c", CLIENT, 40000), udp("s", SERVER, PORT)
first = Gateway(program)
check("the first is active", first.says("standby: active"))
time.sleep(0.5)
seen = opened(client, server)
check("a session", seen is not None)
figures = os.path.join(work, "second.prom")
second = Gateway(program, "--metrics", figures, "--metrics-interval", "1")
check("the second waits", second.says("another gateway is active"))
time.sleep(1)
check("its figures say so", active(figures) is False)
first.process.kill()
check("it takes over in 3 s", reached(client, server, seen, 3))
time.sleep(1.5)
check("and so the figures", active(figures) is True)
check("with the session", second.says("standby: done: "), second.said)

many = udp("c", CLIENT, 40003)
open_many(many)
check("many sessions are mirrored", mirrored(MANY * 0.9))
third = Gateway(program)
third.says("another gateway is active")
time.sleep(1)
for pid in children(second.process.pid) + [second.process.pid]:
    os.kill(pid, signal.SIGKILL)
check("the next, after all of it was killed", reached(client, server, seen, 3))
check("with the many", third.says(" sessions\n") and int(
    third.said.split("done: ")[1].split()[0]) >= MANY * 0.9, third.said)
check("and mirrors them anew", mirrored(MANY * 0.9))
check("beside those that are there", kept())
third.said = ""

config = os.path.join(work, "options.conf")
with open(config, "w", encoding="utf-8") as options:
    options.write("disable gre\n")
fourth = Gateway(program, "--config", config)
fourth.says("another gateway is active")
server_process.kill()
server_process.wait()
check("Redis is gone", third.says("Redis is gone"))
check("traffic goes on", opened(client, server) == seen)
other = udp("c", CLIENT, 40001)
later = opened(other, server)
check("sessions open", later is not None)
server_process = redis()
check("and is back", third.says("Redis is back"))
check("with the many, too", mirrored(MANY * 0.9))
check("which came as many batches", int(re.search(
    r"cmdstat_exec:calls=(\d+)", in_redis("INFO", "commandstats"))[1]) >=
      MANY / 2000, in_redis("INFO", "commandstats"))
time.sleep(4)
check("nobody else is active", "standby: active" not in fourth.said)
with open(config, "w", encoding="utf-8") as options:
    options.write("disable general\n")
fourth.process.send_signal(signal.SIGHUP)  # it waits, and reads it then
third.process.kill()
check("and one takes over what has come since",
      reached(other, server, later, 3))
check("and what was there", reached(client, server, seen, 1))
check("with the settings that it was told to read",
      fourth.says("options.conf: changed: --disable"), fourth.said)
check("so that no other session opens",
      opened(udp("c", CLIENT, 40002), server) is None)
check("and those from before go on", opened(client, server) == seen)
check("said once", third.said.count("is gone") == 1 and
      third.said.count("is back") == 1, third.said)

for pid in children(fourth.process.pid):
    os.kill(pid, signal.SIGKILL)
check("who cannot mirror any more says so",
      fourth.says("its process is gone"))
check("and ends, before there are two", ended(fourth), fourth.said)
fifth = Gateway(program)
check("and another one goes on", reached(client, server, seen, 6))
fifth.process.terminate()
check("all went well", ended(fifth) and fifth.process.returncode == 0 and
      "cannot" not in fifth.said, fifth.said)
server_process.kill()
finish()

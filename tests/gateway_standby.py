#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-gw --standby: the second gateway goes on with the first one's sessions
within three seconds, however that has ended; Redis may come and go meanwhile."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

from gateway_common import (CLIENT, OUTSIDE, SERVER, check, command, finish,
                            in_namespaces, pptp_connect, pptp_gre, pptp_reply,
                            pptp_request, pptp_started, received, skip,
                            sock_in, told, udp)
from gateway_redis import REDIS, STEP, URL, TwiceRedis

PORT = 9999
MANY = 20000  # sessions; a batch has a thousand or so


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
    def __init__(self, program, *options, url=URL):
        self.said = ""
        self.process = subprocess.Popen(
            command(program, "--general", "--standby", url, *options),
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


def goes_on(client, server):
    """A gateway that has just said that it has the sessions may still drop what
    came before its rules were set."""
    for _ in range(5):
        seen = opened(client, server)
        if seen:
            return seen
    return None


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


def calls(name):
    """How often Redis was given that command."""
    found = re.search(r"cmdstat_%s:calls=(\d+)" % name,
                      in_redis("INFO", "commandstats"))
    return int(found[1]) if found else 0


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


class PptpCall:
    """A call of the client's."""

    def __init__(self):
        self.client, self.server, _ = pptp_connect(CLIENT, 1723)
        self.gre = [sock_in(name, socket.AF_INET, socket.SOCK_RAW, 47)
                    for name in ("c", "s")]
        told(self.client, self.server, pptp_started(1))
        told(self.server, self.client, pptp_started(2))
        self.call = int.from_bytes(told(self.client, self.server,
                                        pptp_request(7))[12:14], "big")
        told(self.server, self.client, pptp_reply(9, self.call))
        self.sent = 0

    def goes_on(self):
        """Whether its GRE arrives both ways, and its messages."""
        self.sent += 1
        inside, outside = self.gre
        inside.sendto(pptp_gre(9, self.sent), (SERVER, 0))
        outside.sendto(pptp_gre(self.call, self.sent), (OUTSIDE, 0))
        found = [received(sock)[0][20:] for sock in self.gre]
        return found == [pptp_gre(7, self.sent), pptp_gre(9, self.sent)] and \
            told(self.client, self.server, pptp_started(1)) == pptp_started(1)


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
check("which it has read in steps", calls("hvals") == calls("hgetall") == 0 and
      calls("hscan") >= MANY / STEP / 2, in_redis("INFO", "commandstats"))
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
check("which came as many batches", calls("exec") >= MANY / 2000,
      in_redis("INFO", "commandstats"))
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
held = [udp("c", CLIENT, 40100 + i) for i in range(20)]
check("more sessions", all(opened(sock, server) for sock in held))
time.sleep(1)
call = PptpCall()
check("and a PPTP call", call.goes_on())
time.sleep(1)
found = [TwiceRedis(6397), TwiceRedis(6398, stops=True)]
count = len(found[0].pairs) // 2
fifth.process.terminate()
check("all went well", ended(fifth) and fifth.process.returncode == 0 and
      "cannot" not in fifth.said, fifth.said)

sixth = Gateway(program, url="redis://127.0.0.1:6397")
check("a scan that gives all twice: each once",
      sixth.says(" sessions\n") and
      sixth.said.count("done: %d sessions" % count) == 1, (count, sixth.said))
check("the lease is renewed meanwhile",
      sum(found[0].renewals[:-1]) >= len(found[0].renewals) // 5,
      found[0].renewals)
check("a scan that gives all twice: they go on",
      all(goes_on(sock, server) for sock in held))
check("a scan that gives all twice: so does the call", call.goes_on())
sixth.process.terminate()
ended(sixth)
seventh = Gateway(program, url="redis://127.0.0.1:6398")
check("a scan that ends early: it is said, and what was read is there",
      seventh.says(" sessions\n") and
      "Redis does not give all sessions" in seventh.said, seventh.said)
seventh.process.terminate()
check("and it goes on", ended(seventh) and seventh.process.returncode == 0)
server_process.kill()
finish()

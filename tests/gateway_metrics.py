#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--metrics of the gateways: the file is written again and again after the
program has given up its rights, is whole whenever it is read, and ends with the
figures of the report; where it cannot be written, that is said once, and
packets go on."""

import os
import re
import shutil
import tempfile
import time

from gateway_common import (CLIENT, SERVER, check, end, finish, in_namespaces,
                            queue_everything, received, start, udp)
from metrics import (lines_fault, page_fault, parsed, promtool_fault, summed)

PORT = 9999


def read(file):
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read()
    except OSError:
        return None


def talk(client, server):
    """Whether a packet goes out and its answer comes in."""
    client.sendto(b"out", (SERVER, PORT))
    seen = received(server)[1]
    if seen:
        server.sendto(b"in", seen)
    return seen is not None and received(client)[0] == b"in"


def watch(file, client, server, seconds):
    """Reads the file all the time while packets go through: the texts that it
    had one after the other, and how often packets came through."""
    texts, through, last = [], 0, time.monotonic() + seconds
    while time.monotonic() < last:
        through += talk(client, server)
        for _ in range(50):
            text = read(file)
            if not texts or text != texts[-1]:
                texts.append(text)
    return texts, through


def falling(texts):
    """The counters that were greater before."""
    previous, found = {}, []
    for text in texts:
        for name, samples in parsed(text).items():
            for key, value in samples.items():
                if name.endswith("_total") and value < previous.get(
                        (name, key), 0):
                    found.append((name, key))
                previous[name, key] = value
    return found


def reported(said, name):
    return int(re.search(r"%s +(\d+)" % name, said).group(1))


def judge_file(program, how, work):
    file = os.path.join(work, "vpnalg.prom")
    client, server = udp("c", CLIENT, 40000), udp("s", SERVER, PORT)
    gateway = start(program, "--general", "--metrics", file,
                    "--metrics-interval", "1", *how)
    texts, through = watch(file, client, server, 4)
    check("packets go through", through > 20, through)
    check("it was written again and again", 3 <= len(texts) <= 7, len(texts))
    check("it was there all the time", None not in texts)
    faults = [fault for fault in map(lines_fault, texts) if fault]
    check("and always whole", not faults, faults)
    check("counters only grow", not falling(texts), falling(texts))
    active = [summed(parsed(text), "vpnalg_active") for text in texts]
    check("it says that it is active", active[-1] == 1, active)
    check("others may read it", os.stat(file).st_mode & 0o777 == 0o644)
    check("a session is open",
          summed(parsed(texts[-1]), "vpnalg_sessions", protocol="general") >= 1)
    said, status = end(gateway)
    judge_end(os.path.basename(program).split("-")[1], read(file), said)
    check("all went well", status == 0 and "cannot" not in said, said)
    check("nothing else is there", os.listdir(work) == ["vpnalg.prom"])
    client.close()
    server.close()


def judge_end(program, text, said):
    found = parsed(text)
    check("in the end it is not active", summed(found, "vpnalg_active") == 0)
    for fault in (promtool_fault(text), page_fault(
            found, {"gw": "gateway"}.get(program, program))):
        check("the form is right", fault is None, fault)
    check("the last figures are the report's", [
        summed(found, "vpnalg_packets_total", result=result) for result in
        ("translated", "dropped")] == [
            reported(said, "translated"), reported(said, "dropped")], said)
    if program == "gw":
        rows = {side: [int(word) for word in re.search(
            name + r" +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)",
            said).groups()] for side, name in (("inside", "in0"),
                                               ("outside", "out0"))}
        names = ["received_packets", "lost_packets", "sent_packets",
                 "unsent_packets", "fragmented_packets", "answers"]
        told = {side: [summed(found, "vpnalg_gateway_%s_total" % name,
                              side=side) for name in names] for side in rows}
        check("so are the interfaces'", told == rows, (told, rows))


def judge_failure(program, how, work):
    """The folder is not there, comes, and goes again."""
    folder = os.path.join(work, "later")
    file = os.path.join(folder, "x.prom")
    client, server = udp("c", CLIENT, 40000), udp("s", SERVER, PORT)
    gateway = start(program, "--general", "--metrics", file,
                    "--metrics-interval", "1", *how)
    time.sleep(2.5)
    check("it runs without the file", talk(client, server))
    os.mkdir(folder, 0o700)
    for _ in range(30):
        time.sleep(0.1)
        if read(file):
            break
    check("and writes it when it can be", read(file) is not None)
    shutil.rmtree(folder)
    time.sleep(2.5)
    check("and runs on without it", talk(client, server))
    said, status = end(gateway)
    check("each row of failures is said once", status == 0 and said.count(
        "cannot write %s: No such file" % file) == 2, said)
    client.close()
    server.close()


def judge(program, how=()):
    work = tempfile.mkdtemp()
    os.chmod(work, 0o700)  # for root only
    judge_file(program, how, work)
    judge_failure(program, how, work)
    shutil.rmtree(work)


GW, QUEUE = in_namespaces()
judge(GW)
queue_everything()
judge(QUEUE, ("--queue", "3"))
finish()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Public testers of NATs judge vpnalg-gw --general: turnutils_natdiscovery and
its server (coturn, RFC 5780), and stun (RFC 3489)."""

import shutil
import subprocess
import time

from gateway_common import (OUTSIDE, SERVER, check, end, finish,
                            in_namespaces, skip, start)

ELSEWHERE = "203.0.113.11"

# A port that the gateway may give out, so that it can be preserved.
PORT = "20001"

MAPPING = "NAT with Endpoint Independent Mapping!"
HAIRPIN = "Received a request (maybe a successful hairpinning)"
FILTERING = "NAT with Endpoint Independent Filtering!"

# --filtering, and what natdiscovery and stun say of it.
FILTERINGS = [
    ("endpoint-independent", FILTERING, "Independent Filter"),
    ("address", "NAT with Address Dependent Filtering!",
     "Address Dependent Filter"),
    ("address-and-port", "NAT with Address and Port Dependent Filtering!",
     "Port Dependent Filter"),
]

ROWS = [
    ("-m", "endpoint-independent mapping", MAPPING),
    ("-f", "endpoint-independent filtering", FILTERING),
    ("-m -P", "the same with 1,500 bytes of padding", MAPPING),
    ("-f -P", "and the same", FILTERING),
    ("-H", "hairpins", HAIRPIN),
    ("-H -P", "hairpins of padded requests", HAIRPIN),
    ("-m -L 192.168.77.11 -l " + PORT, "the port is preserved",
     "UDP reflexive addr: %s:%s" % (OUTSIDE, PORT)),
]


def run_in(namespace, *words):
    return ["ip", "netns", "exec", namespace, *words]


def tells(*words):
    """What a tester prints in the client's namespace."""
    done = subprocess.run(run_in("c", "timeout", "40", *words), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode(errors="replace")


def start_server():
    """coturn, once it answers; ended with the namespace at the latest."""
    server = subprocess.Popen(
        run_in("s", "turnserver", "-n", "--stun-only", "-L", SERVER, "-L",
               ELSEWHERE, "--no-cli", "--log-file", "stdout", "--pidfile",
               "/run/turnserver.pid"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        time.sleep(0.1)
        listening = subprocess.run(run_in("s", "cat", "/proc/net/udp"),
                                   check=False, stdout=subprocess.PIPE)
        if listening.stdout.count(b":0D96 ") >= 2:
            break
    return server


def judge_filterings(program):
    for option, discovered, stun in FILTERINGS:
        gateway = start(program, "--general", "--filtering", option)
        said = tells("turnutils_natdiscovery", "-f", SERVER)
        check("natdiscovery -f: --filtering " + option, discovered in said,
              said)
        said = tells("stun", SERVER)
        check("stun: --filtering " + option, stun in said, said)
        end(gateway)


def judge(program):
    server = start_server()
    gateway = start(program, "--general")
    for options, name, wanted in ROWS:
        said = tells("turnutils_natdiscovery", *options.split(), SERVER)
        check("natdiscovery %s: %s" % (options, name), wanted in said, said)
    said = tells("stun", SERVER)
    check("stun: independent mapping and filter, preserved ports, hairpins",
          "Independent Mapping, Independent Filter, preserves ports, "
          "will hairpin" in said, said)
    report, status = end(gateway)
    check("all went well", status == 0 and "failed" not in report, report)
    judge_filterings(program)
    server.terminate()


for tester in "turnserver", "turnutils_natdiscovery", "stun":
    if not shutil.which(tester):
        skip("there is no %s (coturn, stun-client)" % tester)
judge(in_namespaces()[0])
finish()

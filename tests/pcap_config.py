#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--config: a file of options says what the same words say on the command line,
which wins; what is wrong with it is said, with its line, and nothing else
happens. The gateways read it in the same way; gateway_config.py has the rest."""

import json
import os
import random
import subprocess

from pcap_common import CAPTURES, PROGRAM, check, finish, path, run

NAME = os.path.join(CAPTURES, "everything-inside.pcap")
ADDRESS = ["--address", "203.0.113.1"]


def file_of(content):
    name = path("options.conf")
    with open(name, "wb") as file:
        file.write(content if isinstance(content, bytes) else
                   content.encode())
    return name


def report(*options):
    done = run(*options, "--json", NAME, path("out.pcap"))
    if done.returncode != 0:
        return done.stderr.decode()
    with open(path("out.pcap"), "rb") as file:
        return json.loads(done.stdout), file.read()


# What the file has; other options; what both mean.
SAME = [
    ("", ADDRESS, ADDRESS),
    ("\n\n# nothing but comments\n   # one more\n#\n", ADDRESS, ADDRESS),
    ("address 203.0.113.1\n", [], ADDRESS),
    ("address 203.0.113.1", [], ADDRESS),
    ("address=203.0.113.1\n", [], ADDRESS),
    ("  address  =  203.0.113.1  \n", [], ADDRESS),
    ("\taddress\t203.0.113.1\t\n", [], ADDRESS),
    ("address 203.0.113.1\r\ngeneral\r\n", [], [*ADDRESS, "--general"]),
    ("general # all of it\naddress 203.0.113.1\n", [],
     [*ADDRESS, "--general"]),
    ("general\nmss 1300\nfiltering address\n", ADDRESS,
     [*ADDRESS, "--general", "--mss", "1300", "--filtering", "address"]),
    ("disable pptp\ndisable=esp\ndisable = l2tp,inside=192.168.77.11\n",
     ADDRESS, [*ADDRESS, "--disable", "pptp", "--disable", "esp", "--disable",
               "l2tp,inside=192.168.77.11"]),
    ("limit host=0\n", ADDRESS, [*ADDRESS, "--limit", "host=0"]),
    ("limit=ipsec,host=1\n", ADDRESS, [*ADDRESS, "--limit", "ipsec,host=1"]),
    ("inside 192.168.77.11\ninside 192.168.77.12\n", ADDRESS,
     [*ADDRESS, "--inside", "192.168.77.11", "--inside", "192.168.77.12"]),
    ("server-port pptp=1724\nseed 9\n", ADDRESS,
     [*ADDRESS, "--server-port", "pptp=1724", "--seed", "9"]),
    ("timeouts udp=60,tcp=3600\n", ADDRESS,
     [*ADDRESS, "--timeouts", "udp=60,tcp=3600"]),
    ("general\nservice tcp:80=192.168.77.11:8080\n", ADDRESS,
     [*ADDRESS, "--general", "--service", "tcp:80=192.168.77.11:8080"]),
    # The command line wins; what may be repeated adds up, its first.
    ("seed 9\n", [*ADDRESS, "--seed", "2"], [*ADDRESS, "--seed", "2"]),
    ("seed 9\ngeneral\n", [*ADDRESS, "--seed", "2", "--general"],
     [*ADDRESS, "--seed", "2", "--general"]),
    ("timeouts udp=1\n", [*ADDRESS, "--timeouts", "tcp=60"],
     [*ADDRESS, "--timeouts", "tcp=60"]),
    ("disable any\n", [*ADDRESS, "--allow", "pptp"],
     [*ADDRESS, "--allow", "pptp", "--disable", "any"]),
    ("allow any\n", [*ADDRESS, "--disable", "pptp"],
     [*ADDRESS, "--disable", "pptp", "--allow", "any"]),
    ("address 203.0.113.2\n", ADDRESS, [*ADDRESS, "--address", "203.0.113.2"]),
    ("limit all=0\n", [*ADDRESS, "--limit", "all=1000"],
     [*ADDRESS, "--limit", "all=1000", "--limit", "all=0"]),
]


def judge_same(content, options, words):
    title = repr(content)[:70] + " " + " ".join(options[2:])
    with_file = report("--config", file_of(content), *options)
    without = report(*words)
    check(title, with_file == without and not isinstance(without, str),
          with_file if isinstance(with_file, str) else "another report")
    check(title + ": the file stands elsewhere", report(
        *options, "--config=" + file_of(content)) == without)


# What the file has, the line that is wrong, and what is said of it.
WRONG = [
    ("frob\n", 1, "frob: unknown option"),
    ("frob 7\n", 1, "frob 7: unknown option"),
    ("general\n\n# x\nfrob=1 # y\n", 4, "frob 1: unknown option"),
    ("--general\n", 1, "--general: unknown option"),
    ("genera\n", 1, "genera: unknown option"),
    ("GENERAL\n", 1, "GENERAL: unknown option"),
    ("general mss\n", 1, "general mss: takes no value"),
    ("general=\n", 1, "general : takes no value"),
    ("general#\n", 1, "general#: unknown option"),
    ("seed\n", 1, "seed: needs a value"),
    ("seed # 5\n", 1, "seed: needs a value"),
    ("seed =\n", 1, "seed : not a number from 0 to 4294967295"),
    ("=seed\n", 1, " seed: unknown option"),
    ("seed x\n", 1, "seed x: not a number from 0 to 4294967295"),
    ("seed 1\nseed 1\n", 2, "seed 1: given twice"),
    ("general\ngeneral\n", 2, "general: given twice"),
    ("mss 100\n", 1, "mss 100: not a number from 536 to 65535"),
    ("disable ppt\n", 1, "disable ppt: no protocol that there is"),
    ("disable any,inside=1.2.3\n", 1, "inside: not ADDRESS/LENGTH"),
    ("limit host\n", 1, "limit host: not all=N, host=N or remote=N"),
    ("address 1.2.3.4\naddress 1.2.3.4\n", 2, "address 1.2.3.4: given twice"),
    ("server-port pptp=0\n", 1, "server-port pptp=0: the port is not"),
    ("service tcp:1=1.2.3.4:1\nservice tcp:1=1.2.3.4:1\n", 2, "given twice"),
    ("config other.conf\n", 1, "config other.conf: for the command line only"),
    ("help\n", 1, "help: unknown option"),
    ("disable any\n" * 129, 129, "more than 128 rules"),
    ("seed 1\n\0\n", 2, "has a NUL in it"),
    (b"seed 1\ngeneral\0", 2, "has a NUL in it"),
    (b"\xff\xfe\n", 1, "unknown option"),
    ("x" * 100000 + "\n", 1, "unknown option"),
    ("seed " + "1" * 100000 + "\n", 1, "not a number"),
]


def judge_wrong(content, line, text):
    name = file_of(content)
    done = run(*ADDRESS, "--config", name, NAME, path("never.pcap"))
    said = done.stderr.decode(errors="replace")
    check("line %d: %s" % (line, text), done.returncode == 2 and
          said.startswith("vpnalg-pcap: usage: %s:%d: " % (name, line)) and
          text in said and said.count("\n") == 1 and
          not os.path.exists(path("never.pcap")), said[:300])


def judge_file(title, name, text, **how):
    done = subprocess.run([PROGRAM, *ADDRESS, "--config", name, NAME,
                           path("never.pcap")], check=False, timeout=20,
                          stderr=subprocess.PIPE, **how)
    said = done.stderr.decode()
    check(title, done.returncode == 1 and said ==
          "vpnalg-pcap: cannot read: %s: %s\n" % (name, text), said)


def judge_files():
    judge_file("no such file", path("nowhere"), "No such file or directory")
    judge_file("a folder", os.path.dirname(path("x")), "not a regular file")
    os.mkfifo(path("fifo"))
    judge_file("a pipe, which nobody writes into", path("fifo"),
               "not a regular file")
    judge_file("a device without end", "/dev/zero", "not a regular file")
    judge_file("an empty name", "", "No such file or directory")
    judge_file("a file that is too long",
               file_of("#" + "x" * 1048576), "longer than 1 MiB")
    done = run(*ADDRESS, "--config", file_of("#" * 1048576), NAME,
               path("out.pcap"))
    check("one that is just not", done.returncode == 0, done.stderr.decode())
    done = run(*ADDRESS, NAME, path("never.pcap"), "--config")
    check("no name", done.returncode == 2 and
          b"--config: needs a value" in done.stderr, done.stderr)


def judge_noise():
    """Whatever the file has, it is read or refused."""
    chance = random.Random(1)
    words = [b"general", b"seed", b"limit", b"disable", b"any", b"host=5",
             b"=", b" ", b"\n", b"#", b"\t", b"\r", b"pptp", b"1", b"\0",
             b"\xff", b"service", b"tcp:80=192.168.77.11:80"]
    statuses = set()
    for _ in range(150):
        content = b"".join(chance.choice(words)
                           for _ in range(chance.randrange(12)))
        done = run(*ADDRESS, "--config", file_of(content), NAME,
                   path("out.pcap"))
        statuses.add(done.returncode)
    check("noise", statuses <= {0, 1, 2} and {0, 2} <= statuses, statuses)


def main():
    for row in SAME:
        judge_same(*row)
    for row in WRONG:
        judge_wrong(*row)
    judge_files()
    judge_noise()
    finish()


main()

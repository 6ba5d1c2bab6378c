#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""--events syslog: of vpnalg-pcap: the system's log gets each line that a file
gets, whole, of the program's name, facility daemon and level info. The log is a
socket of the test's own, in a mount namespace of its own."""

import ctypes
import os
import re
import socket
import subprocess
import sys
import threading

from pcap_common import CAPTURES, SKIP, check, finish, path, run

CLONE_NEWNS = 0x20000
NAME = "everything-inside.pcap"
PRIORITY = 3 * 8 + 6  # daemon, info: RFC 5424 6.2.1
HEAD = re.compile(r"<(\d+)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "
                  r"vpnalg-pcap\[\d+\]: ")


class Log:
    """What is written to /dev/log, until it is closed."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind("/dev/log")
        self.sock.settimeout(0.5)
        self.messages, self.over = [], False
        self.thread = threading.Thread(target=self.receive, daemon=True)
        self.thread.start()

    def receive(self):
        while True:
            try:
                self.messages.append(self.sock.recv(65536).decode())
            except socket.timeout:
                if self.over:
                    return

    def close(self):
        self.over = True
        self.thread.join()
        self.sock.close()
        return [message.rstrip("\0\n") for message in self.messages]


def enter():
    """From here on /dev has nothing but what the test puts there."""
    return (os.getuid() == 0 and ctypes.CDLL(None).unshare(CLONE_NEWNS) == 0 and
            all(subprocess.run(["mount", *words], check=False).returncode == 0
                for words in (["--make-rprivate", "/"],
                              ["-t", "tmpfs", "tmpfs", "/dev"])))


def translate(log):
    return run("--inside", "192.168.77.0/24", "--general", "--events", log,
               os.path.join(CAPTURES, NAME), path("out.pcap"))


def main():
    done = translate(path("events"))
    if b"without jansson" in done.stderr:
        print("SKIP: vpnalg-pcap was built without jansson")
        sys.exit(SKIP)
    if not enter():
        print("SKIP: there is no mount namespace here")
        sys.exit(SKIP)
    with open(path("events"), encoding="utf-8") as file:
        wanted = file.read().splitlines()
    log = Log()
    done = translate("syslog:")
    check("it goes well", done.returncode == 0, done.stderr)
    messages = log.close()
    heads = [HEAD.match(message) for message in messages]
    check("each line has the program's name and a time", all(heads),
          messages[:2])
    check("and is the daemon's, for information",
          {int(head[1]) for head in heads if head} == {PRIORITY}, messages[:2])
    told = [message[head.end():] for message, head in zip(messages, heads)
            if head]
    check("%d lines are those of a file" % len(wanted), len(wanted) > 50 and
          told == wanted, [pair for pair in zip(told, wanted)
                           if pair[0] != pair[1]][:1] or len(told))
    os.unlink("/dev/log")
    done = translate("syslog:")
    check("without a log it goes as well", done.returncode == 0, done.stderr)
    finish()


main()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A long input shows a progress line, but on a terminal only, and it is gone
before anything else is said."""

import os
import pty
import subprocess
import sys

from pcap_common import PROGRAM, check, finish, path, record, run, write_pcap

PACKETS = 140000


def on_terminal(*arguments):
    """What a person sees on standard error, and the exit status."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        print("there is no terminal to be had:", error)
        sys.exit(77)
    with subprocess.Popen([PROGRAM, *arguments], stderr=theirs,
                          stdout=subprocess.DEVNULL) as child:
        os.close(theirs)
        seen = b""
        try:
            while True:
                part = os.read(ours, 65536)
                if not part:
                    break
                seen += part
        except OSError:  # how Linux tells the end of a terminal
            pass
    os.close(ours)
    return seen, child.returncode


def main():
    packet = bytes.fromhex("4500001400000000403b00000a000001c0000201")
    name = write_pcap("long.pcap", [record(packet)] * PACKETS, link=101)
    out = path("out.pcap")

    seen, status = on_terminal("--address", "203.0.113.1", name, out)
    check("a terminal shows progress", status == 0 and
          seen.count(b"\rvpnalg-pcap: ") == 2 and b" packets, " in seen)
    check("and then it is wiped away",
          b"\r" + b" " * 60 + b"\rinside " in seen, seen[-300:])

    with open(name, "rb") as file:
        data = file.read()
    with open(path("cut.pcap"), "wb") as file:
        file.write(data[:-5])
    seen, status = on_terminal("--address", "203.0.113.1", path("cut.pcap"),
                               out)
    check("also before an error", status == 1 and
          b" \rvpnalg-pcap: cannot read" in seen, seen[-300:])

    done = run("--address", "203.0.113.1", name, out)
    check("a pipe does not", done.returncode == 0 and
          b"\r" not in done.stderr)
    seen, status = on_terminal("--explain", "--address", "203.0.113.1", name,
                               out)
    check("nor does --explain", status == 0 and
          b"\rvpnalg-pcap: " not in seen)
    finish()


main()

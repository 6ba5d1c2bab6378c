# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-pcap --both of pcapng: names, interfaces, byte orders, pipes."""

import os
import random
import struct
import subprocess

from pcap_both_lines import DESCRIPTION, ID, NAME, RESOLUTION, SIDES, options
from pcap_common import (PROGRAM, check, parse_pcapng, path, run, short_talk,
                         tshark)

TALK = short_talk("192.168.77.11", "203.0.113.10", 40001, 0x1234, 0x80)
TALK_TWO = short_talk("192.168.77.12", "203.0.113.10", 40002, 0x1234, 0x80)


def ng_block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def ng_option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (
        -len(value) % 4)


def ng_section(order):
    return ng_block(order, 0x0a0d0d0a, struct.pack(
        order + "IHHq", 0x1a2b3c4d, 1, 0, -1))


def ng_interface(order, name=b"", description=b""):
    body = struct.pack(order + "HxxI", 1, 262144)
    for code, value in ((NAME, name), (DESCRIPTION, description)):
        if value:
            body += ng_option(order, code, value)
    return ng_block(order, 1, body + ng_option(order, 0, b""))


def ng_packet(order, packet, interface, kind=6):
    seconds, fraction, data, length = packet
    stamp = seconds * 1000000 + fraction
    if kind == 3:
        return ng_block(order, 3, struct.pack(order + "I", length) + data)
    head = "IIIII" if kind == 6 else "HHIIII"
    numbers = [interface] + [0] * (kind == 2)
    return ng_block(order, kind, struct.pack(
        order + head, *numbers, stamp >> 32, stamp & 0xffffffff, len(data),
        length) + data)


def ng_names(order, name):
    value = bytes([192, 168, 77, 11]) + name + b"\0"
    value = struct.pack(order + "HH", 1, len(value)) + value
    return ng_block(order, 4, value + b"\0" * (-len(value) % 4) + bytes(4))


def several(order):
    """Three interfaces, one of them late, one without a name, and two blocks of
    names; packets of two kinds of blocks."""
    data = ng_section(order) + ng_interface(order, b"eth0", b"to the LAN")
    data += ng_interface(order) + ng_names(order, b"client.example")
    for i, packet in enumerate(TALK.records):
        if i == 5:
            data += ng_interface(order, b"wlan0")
            data += ng_block(order, 0x0bad, bytes(range(40)))
        if i == 7:
            data += ng_names(order, b"late.example")
        data += ng_packet(order, packet, i % (2 if i < 6 else 3),
                          2 if i % 4 == 1 else 6)
    return data


def several_sections(order):
    """Each section counts its interfaces anew."""
    data = ng_section(order) + ng_interface(order, b"eth0")
    for packet in TALK.records:
        data += ng_packet(order, packet, 0)
    data += ng_section(order) + ng_interface(order, b"eth1")
    for packet in TALK_TWO.records:
        data += ng_packet(order, packet, 0, 2)
    return data


def both_of(data, *more):
    done = run(*SIDES, *more, "--both", "-", "-", stdin=data)
    assert done.returncode == 0, done.stderr
    return parse_pcapng(done.stdout)


def described(found, packet):
    return dict(found["interfaces"][packet[0]][2]).get(DESCRIPTION,
                                                       b"").decode()


def check_names():
    for order in "<>":
        end = {"<": "little", ">": "big"}[order]
        found = both_of(several(order))
        rows = [(dict(i[2])[NAME], dict(i[2]).get(DESCRIPTION, b""))
                for i in found["interfaces"]]
        check("pcapng, %s endian: names of all interfaces" % end, rows == [
            (side, what) for what in (b"eth0: to the LAN", b"", b"wlan0")
            for side in (b"inside", b"outside")], rows)
        names = [body for kind, body in found["others"] if kind == 4]
        check("pcapng, %s endian: names of addresses" % end,
              len(names) == 2 and b"client.example" in names[0] and
              b"late.example" in names[1] and found["order"] == order)
        wanted = ["eth0: to the LAN", "", "wlan0"]
        at = struct.Struct(order + "Q")
        wrong = [p for p in found["packets"]
                 for i in [at.unpack(options(p, ID)[0])[0] - 1]
                 if described(found, p) != wanted[i % (2 if i < 6 else 3)]]
        check("pcapng, %s endian: each packet's interface" % end,
              not wrong and len(found["packets"]) == 2 * len(TALK.records))
        check("pcapng, %s endian: nanoseconds" % end,
              all(dict(i[2])[RESOLUTION] == b"\x09"
                  for i in found["interfaces"]) and
              found["packets"][0][1] == TALK.records[0][1] * 1000)
        with open(path("names.pcapng"), "wb") as file:
            file.write(several(order))
        done = run(*SIDES, "--both", path("names.pcapng"), path("b.pcapng"))
        rows = tshark("-r", path("b.pcapng"), "-T", "fields", "-e",
                      "frame.interface_description", "-e", "ip.src_host",
                      "-N", "n")
        check("pcapng, %s endian: tshark has all of it" % end,
              done.returncode == 0 and
              len([r for r in rows if r.startswith("eth0: to the LAN\t")])
              > 5 and any("late.example" in r or "client.example" in r
                          for r in rows), rows[:4])


def check_sections():
    for order in "<>":
        found = both_of(several_sections(order))
        count = len(TALK.records) * 2
        check("pcapng, sections: each with its interface",
              [described(found, p) for p in found["packets"]] ==
              ["eth0"] * count + ["eth1"] * count)
    data = ng_section("<") + ng_interface("<", b"lo")
    data += b"".join(ng_packet("<", r, 0, 3) for r in TALK.records)
    found = both_of(data)
    check("pcapng, simple packets: of the first interface",
          len(found["packets"]) == 2 * len(TALK.records) and
          all(described(found, p) == "lo" for p in found["packets"]))
    found = both_of(ng_section("<") + ng_interface("<", b"empty"))
    check("pcapng without packets: the interfaces all the same",
          len(found["interfaces"]) == 2 and not found["packets"])


def check_many():
    """More packets than are read ahead, so that their interfaces must be kept
    in step."""
    data = ng_section("<") + ng_interface("<", b"a") + ng_interface("<", b"b")
    one = TALK.records[0]
    dice = random.Random(3)
    order = [dice.randrange(2) for _ in range(5000)]
    data += b"".join(ng_packet("<", one, i) for i in order)
    found = both_of(data)
    check("pcapng, 5,000 packets: each with its interface",
          [described(found, p) for p in found["packets"][::2]] ==
          ["ab"[i] for i in order])


def check_pipe():
    """Each packet at once, both ways, also of pcapng."""
    with subprocess.Popen([PROGRAM, *SIDES, "--both", "-", "-"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        head = ng_section("<") + ng_interface("<", b"eth0")
        process.stdin.write(head + ng_packet("<", TALK.records[0], 0))
        process.stdin.flush()
        got = b""
        while got.count(b"PPTP control connection") < 2:
            more = os.read(process.stdout.fileno(), 65536)
            if not more:
                break
            got += more
        check("pipe: a packet's two forms come before the next packet",
              len(parse_pcapng(got)["packets"]) == 2)
        process.stdin.close()
        check("pipe: it ends well", process.wait() == 0 and
              process.stdout.read() == b"")

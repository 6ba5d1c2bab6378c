#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The inside and the outside capture of a router through vpnalg-pcap: what the
router has chosen is taken over, so what comes out is what it has sent, and each
packet that is not is found."""

import json
import os
import struct

from scapy.layers.inet import IP, UDP

from pcap_common import (CAPTURES, check, finish, path, pcapng_bytes,
                         read_pcap, run, write_pcap)

SIDES = ["--inside", "192.168.77.0/24", "--address", "203.0.113.1"]
OUTSIDE, SERVER, CLIENT = "203.0.113.1", "203.0.113.10", "192.168.77.11"

# Captures of the lab. Within the gateway of *-loss packets were lost; and who of
# several clients with plain ESP is held back, so that no two begin at once, is
# the gateway's to decide.
NAMES = sorted(name[:-len("-outside.pcap")] for name in os.listdir(CAPTURES)
               if name.endswith("-outside.pcap") and not name.startswith("ah-"))


def both(name):
    return [os.path.join(CAPTURES, "%s-%s.pcap" % (name, side))
            for side in ("inside", "outside")]


def compare(inside, outside, *options, output="out.pcap"):
    done = run(*SIDES, "--json", *options, "--outside", outside, inside,
               path(output))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def only(compared, **counts):
    """All that is compared is as said; what is not said is 0."""
    return all(compared[name] == counts.get(name, 0) for name in compared)


def edited(name, edit, **how):
    """A capture of which edit() has changed, removed or added packets."""
    _, link, records = read_pcap(name)
    assert link == 1
    out = []
    for seconds, fraction, data, length in records:
        for packet in edit(IP(data[14:]), len(out)):
            frame = data[:14] + bytes(packet)
            out.append((seconds, fraction, frame, len(frame) - len(data) +
                        length))
    return write_pcap("edited-%d.pcap" % edited_count(), out, **how)


def edited_count(count=[0]):
    count[0] += 1
    return count[0]


# A router that chooses other ports, identifiers and Call IDs than ours.

def other_port(port):
    return port if port < 1024 or port == 4500 or port == 1701 else port ^ 0x55


def other_call(call):
    return call ^ 0x2211


def other_message(data, out):
    """One PPTP message, with the inside host's Call ID another one."""
    kind = struct.unpack(">H", data[8:10])[0]
    at = {(7, True): 12, (12, True): 12, (8, False): 14,
          (15, False): 12}.get((kind, out))
    if at is None:
        return data
    call = struct.unpack(">H", data[at:at + 2])[0]
    return data[:at] + struct.pack(">H", other_call(call)) + data[at + 2:]


def messages(data, out):
    done = b""
    while len(data) >= 12:
        length = struct.unpack(">H", data[:2])[0]
        done += other_message(data[:length], out)
        data = data[length:]
    return done + data


def choose_otherwise(packet, _):
    """What that router would have sent and received."""
    out = packet.src == OUTSIDE
    raw = bytearray(bytes(packet))
    l4 = packet.ihl * 4
    before = bytes(raw[l4:] + b"\0" * (len(raw) - l4 & 1))
    field = l4 + (0 if out else 2)
    where = None
    if packet.proto in (6, 17):
        port = struct.unpack(">H", raw[field:field + 2])[0]
        raw[field:field + 2] = struct.pack(">H", other_port(port))
        where = l4 + (16 if packet.proto == 6 else 6)
    if packet.proto == 6 and 1723 in (packet.sport, packet.dport):
        data = l4 + (raw[l4 + 12] >> 4) * 4
        raw[data:] = messages(bytes(raw[data:]), out)
    if packet.proto == 1 and raw[l4] in (0, 8):
        ident = struct.unpack(">H", raw[l4 + 4:l4 + 6])[0]
        raw[l4 + 4:l4 + 6] = struct.pack(">H", ident ^ 0x77)
        where = l4 + 2
    if packet.proto == 47 and not out and raw[l4 + 1] & 7 == 1:
        call = struct.unpack(">H", raw[l4 + 6:l4 + 8])[0]
        raw[l4 + 6:l4 + 8] = struct.pack(">H", other_call(call))
    if where is not None and raw[where:where + 2] != b"\0\0":
        update(raw, l4, where, before)
    return [bytes(raw)]


def update(raw, l4, where, before):
    """The checksum at where, by what has changed in front of and behind it."""
    total = ~struct.unpack(">H", raw[where:where + 2])[0] & 0xffff
    after = bytes(raw[l4:] + b"\0" * (len(raw) - l4 & 1))
    for i in range(0, len(after), 2):
        old, new = before[i:i + 2], after[i:i + 2]
        if old != new:
            total += (~struct.unpack(">H", old)[0] & 0xffff)
            total += struct.unpack(">H", new)[0]
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    raw[where:where + 2] = struct.pack(">H", ~total & 0xffff)


def check_lab():
    for name in NAMES:
        inside, outside = both(name)
        options = ["--general"] if name == "everything" else []
        got = compare(inside, outside, "--seed", "77", *options)["compared"]
        others = got["translated_here_only"] + got["sent_by_router_only"]
        check("%s: %d packets as the router has sent them, %d by one only" % (
            name, got["same"], others),
              got["same"] > 50 and got["different"] == 0 and
              got["of_router"] == 0 and
              others <= (6 + 0.02 * got["same"] if "esp-" in name else
                         0.02 * got["same"] if "-loss" in name else 0), got)


def check_choices():
    for name in ("pptp-three", "everything", "ikev2-natt-rekey",
                 "pptp-killed-same"):
        inside, outside = both(name)
        changed = edited(outside, choose_otherwise)
        options = ["--general"] if name == "everything" else []
        got = compare(inside, changed, *options)["compared"]
        check(name + ": another router's choices are taken over",
              got["same"] > 50 and only(got, same=got["same"]), got)


def first(condition):
    """Whether a packet is the first one with a condition."""
    seen = []

    def is_first(packet):
        if not seen and condition(packet):
            seen.append(packet)
            return True
        return False
    return is_first


def check_faults():
    inside, outside = both("esp-ike2-three")
    total = compare(inside, outside)["compared"]["same"]

    gone = first(lambda p: p.src == OUTSIDE and p.proto == 50)
    got = compare(inside, edited(outside, lambda p, _:
                                 [] if gone(p) else [bytes(p)]))["compared"]
    check("a packet that the router has lost", only(
        got, same=total - 1, translated_here_only=1), got)

    def to_another(packet, _):
        raw = bytearray(bytes(packet))
        if wrong(packet):
            raw[16:20] = bytes([192, 168, 77, 99])
        return [bytes(raw)]
    wrong = first(lambda p: p.dst == CLIENT and p.proto == 50)
    changed = edited(inside, to_another)
    got = compare(changed, outside)["compared"]
    check("a packet that the router has given to another host", only(
        got, same=total - 1, different=1), got)
    lines = run(*SIDES, "--explain", "--outside", outside, changed,
                path("out.pcap")).stdout.decode().splitlines()
    found = [line for line in lines if "sent it differently" in line]
    check("--explain tells which, and how", len(found) == 1 and
          "at byte 19" in found[0] and "192.168.77.99" in found[0], found)

    own = IP(src=OUTSIDE, dst=SERVER, id=1) / UDP(sport=123, dport=123) / b"x"
    add = first(lambda p: p.src == OUTSIDE)
    got = compare(inside, edited(outside, lambda p, _:
                                 [bytes(p)] + ([bytes(own)] if add(p)
                                               else [])))["compared"]
    check("a packet of the router's own", only(got, same=total, of_router=1),
          got)

    asks = IP(src=CLIENT, dst=SERVER, id=1) / UDP(sport=5, dport=9) / b"x"
    sent = IP(src=OUTSIDE, dst=SERVER, id=1) / UDP(sport=5, dport=9) / b"x"
    add, take = first(lambda p: p.src == CLIENT), first(
        lambda p: p.src == OUTSIDE)
    got = compare(
        edited(inside, lambda p, _: ([bytes(asks)] if add(p) else []) +
               [bytes(p)]),
        edited(outside, lambda p, _: ([bytes(sent)] if take(p) else []) +
               [bytes(p)]))["compared"]
    check("a packet that is not translated here", only(
        got, same=total, sent_by_router_only=1), got)


def check_files():
    """Captures of other kinds: without frames, and with finer times."""
    inside, outside = both("pptp-three")
    _, _, records = read_pcap(outside)
    raw = write_pcap("raw.pcap", [(s, f, d[14:], n - 14)
                                  for s, f, d, n in records], link=101)
    with open(path("fine.pcapng"), "wb") as file:
        file.write(pcapng_bytes([(s, f * 1000, d[14:], n - 14)
                                 for s, f, d, n in records], links=(101,),
                                resolution=9))
    for name in (raw, path("fine.pcapng")):
        got = compare(inside, name)["compared"]
        check("frames of another kind: " + os.path.basename(name),
              got["same"] > 50 and only(got, same=got["same"]), got)
        _, link, out = read_pcap(path("out.pcap"))
        times = [record[:2] for record in out]
        check("packets without frames, in the order of time",
              link == 101 and times == sorted(times) and
              all(data[0] >> 4 == 4 for _, _, data, _ in out),
              (link, times == sorted(times)))
    for words, why in ((["--outside", path("none.pcap")], "none.pcap"),
                       (["--outside"], "--outside")):
        done = run(*SIDES, *words, *([inside, path("x.pcap")]
                                     if words[1:] else []))
        check("a wrong --outside: " + " ".join(words[:1]),
              done.returncode in (1, 2) and why in done.stderr.decode(),
              done.stderr)
    done = run(*SIDES, "--outside", outside, inside, outside)
    check("OUTPUT is the outside capture", done.returncode == 1 and
          b"it is the input" in done.stderr, done.stderr)


check_lab()
check_choices()
check_faults()
check_files()
finish()

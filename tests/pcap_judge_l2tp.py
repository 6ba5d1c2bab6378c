# SPDX-License-Identifier: BSD-2-Clause
"""Translated L2TP, judged by tshark."""

import os
import struct

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from pcap_common import CAPTURES, check, counts, path, record, run, write_pcap
from pcap_judge_packets import (OUTSIDE, SERVER, SUMS, dissect, judge,
                                malformed, no_inside, packets, sums_by_scapy)


def judge_l2tp():
    """Three clients with source port 1701; the server answers to their ports."""
    capture = os.path.join(CAPTURES, "l2tp-three-inside.pcap")
    old, new = judge("l2tp-three", capture, "192.168.77.0/24", SERVER)
    ports = {}
    for before, after in zip(old, new):
        if before.dst == SERVER and UDP in before:
            ports.setdefault(before.src, set()).add(after[UDP].sport)
    check("l2tp-three: each client has one port and they differ",
          [len(p) for p in ports.values()] == [1, 1, 1] and
          len(set.union(*ports.values())) == 3, ports)


def judge_l2tp_calls():
    """Calls in and out, hidden IDs, version 3 without control connections; the
    servers honour ports."""
    for name, hidden in (("l2tp_same", 0), ("l2tp_hidden", 6),
                         ("l2tp_out", 0), ("l2tp_v3", 0)):
        capture = os.path.join(CAPTURES, name + "-inside.pcap")
        _, new = judge(name, capture, "192.168.77.0/24", SERVER)
        check(name + ": %d hidden AVPs" % hidden, len([
            1 for line in dissect(path("out.pcap"), ["l2tp.avp.hidden"])
            for value in line[0].split(",") if value in ("1", "True")]) ==
            hidden)
        check(name + ": tshark finds nothing malformed",
              not malformed(path("out.pcap")))


def judge_l2tp_fixed_port():
    """The same, and the servers answer to port 1701 only. Of two clients that hide
    the same ID the first has its tunnel, and the other is refused."""
    for name, lost in (("l2tp-three", None), ("l2tp_out", None),
                       ("l2tp_v3", None), ("l2tp_hidden", "192.168.77.12")):
        before = os.path.join(CAPTURES, name + "-inside.pcap")
        after = path("out.pcap")
        done = run("--address", OUTSIDE, "--l2tp-port-1701", "--explain",
                   before, after)
        lines = [line for line in done.stdout.decode().splitlines()
                 if " dropped, " in line]
        name += ", fixed port"
        check(name + ": nothing is dropped but of one that is refused",
              all(lost is not None and lost + ":" in line for line in lines),
              lines)
        check(name + ": and that with a reason", lost is None or
              "dropped, ID shared by two sessions: L2TP SCCRP" in lines[0],
              lines)
        kept = [p for p in packets(before) if lost not in (p.src, p.dst)]
        check(name + ": everything else is there",
              len(kept) + (lost is not None) == len(packets(after)))
        check(name + ": no inside address is left",
              no_inside(after, "192.168.77.0/24"))
        check(name + ": tshark finds nothing malformed",
              not malformed(after), malformed(after))
        check(name + ": and no checksum wrong",
              not any("0" in status for status in dissect(after, SUMS)) and
              all(sums_by_scapy(after)))


class Tunnels:
    """Which Tunnel IDs of the clients became which."""

    def __init__(self, old, new):
        self.ids, self.ports = {}, set()
        for before, after in zip(old, new):
            for client, was, now in self.named(before, after):
                self.ids.setdefault((client, was), set()).add(now)
            if before.dst == SERVER:
                self.ports.add(after[UDP].sport)

    @staticmethod
    def named(before, after):
        """(client, its ID, that ID outside) wherever the packet has them."""
        b, a = (bytes(p[UDP].payload) for p in (before, after))
        control = b[0] & 0x80
        at = 4 if b[0] & 0x40 else 2
        own = struct.unpack(">H", b[at:at + 2])[0]
        if before.src == SERVER:
            yield before.dst, own, struct.unpack(">H", a[at:at + 2])[0]
        at = 12
        while control and before.dst == SERVER and at < len(b):
            length, _, kind, value = struct.unpack(">HHHH", b[at:at + 8])
            if kind == 9:
                yield (before.src, value,
                       struct.unpack(">H", a[at + 6:at + 8])[0])
            at += length & 0x3ff


def judge_l2tp_same():
    """Three clients with one Tunnel ID; the server answers to 1701 only."""
    old, new = judge(
        "l2tp_same, fixed port", os.path.join(CAPTURES, "l2tp_same-inside.pcap"),
        "192.168.77.0/24", SERVER, "--l2tp-port-1701",
        changed=("l2tp.tunnel", "l2tp.avp.assigned_tunnel_id"))
    tunnels = Tunnels(old, new)
    check("l2tp_same, fixed port: all are from port 1701",
          tunnels.ports == {1701}, tunnels.ports)
    check("l2tp_same, fixed port: one ID inside",
          len({own for _, own in tunnels.ids}) == 1, tunnels.ids)
    check("l2tp_same, fixed port: each client has one ID and they differ",
          [len(ids) for ids in tunnels.ids.values()] == [1, 1, 1] and
          len(set.union(*tunnels.ids.values())) == 3, tunnels.ids)


def l2tp_message(version, receiver, kind, own=None, ns=0):
    """A control message of that type, with the sender's own ID."""
    avps = struct.pack(">HHHH", 0x8008, 0, 0, kind)
    if kind in (1, 2):
        avps += b"\x80\x08\0\0\0\2\1\0" + b"\x80\x0a\0\0\0\3\0\0\0\3"
        avps += b"\x80\x0a\0\0\0\7host"
    if own is not None:
        avps += (struct.pack(">HHHH", 0x8008, 0, 9, own) if version == 2
                 else struct.pack(">HHHI", 0x800a, 0, 61, own))
    receiver = (struct.pack(">HH", receiver, 0) if version == 2
                else struct.pack(">I", receiver))
    return (struct.pack(">HH", 0xc800 | version, 12 + len(avps)) + receiver
            + struct.pack(">HH", ns, 0) + avps)


def l2tp_frame(source, destination, message, udp):
    layers = (UDP(sport=1701, dport=1701) / message if udp
              else bytes(4) + message)
    return bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b")
                 / IP(src=source, dst=destination, proto=17 if udp else 115)
                 / layers)


def fixed_port_talk(version, udp):
    """Three clients with one ID; the server answers to port 1701 only. The
    first answer to another port is lost, which is how it is noticed."""
    clients = ["192.168.77.%d" % i for i in (11, 12, 13)]
    asks = [l2tp_frame(client, SERVER, l2tp_message(version, 0, 1, 7), udp)
            for client in clients]
    answer = l2tp_frame(SERVER, OUTSIDE, l2tp_message(version, 7, 2, 99), udp)
    stray = l2tp_frame(SERVER, OUTSIDE, l2tp_message(version, 7, 2, 98), udp)
    confirm = l2tp_frame(clients[0], SERVER,
                         l2tp_message(version, 99, 3, ns=1), udp)
    frames = [asks[0], answer, confirm]
    frames += [asks[1], stray] if udp else []
    frames += [asks[1], asks[2]]
    return [record(frame, i * 0.1) for i, frame in enumerate(frames)]


def judge_fixed_port(version, udp):
    title = "version %d, %s" % (version, "shared port" if udp else "over IP")
    before, after = write_pcap("in.pcap", fixed_port_talk(version, udp)), path(
        "out.pcap")
    done = run("--address", OUTSIDE, before, after)
    written = counts(done).get("written")
    check(title + ": only the lost answer is missing",
          counts(done).get("read") - written == (1 if udp else 0),
          done.stderr.decode())
    check(title + ": tshark finds nothing malformed", not malformed(after),
          malformed(after))
    check(title + ": and every checksum right",
          not any("0" in status for status in dissect(after, SUMS)) and
          all(sums_by_scapy(after)))
    asked = [bytes(p)[p.ihl * 4:] for p in packets(after) if p.src == OUTSIDE]
    asked = [a for a in asked if b"host" in a][-2:]
    size = 2 if version == 2 else 4
    own = {a[-size:] for a in asked} | {(7).to_bytes(size, "big")}
    check(title + ": the three have three IDs", len(own) == 3, own)
    if udp:
        check(title + ": and one port",
              {a[:2] for a in asked} == {(1701).to_bytes(2, "big")})


def judge_elsewhere(version, receiver):
    """A server that answers from another address than the one that was asked,
    as seen by the receiver: the NAT, or the client behind it."""
    client, elsewhere = "192.168.77.11", "203.0.113.11"
    frames = [
        l2tp_frame(client, SERVER, l2tp_message(version, 0, 1, 7), True),
        l2tp_frame(elsewhere, receiver, l2tp_message(version, 7, 2, 99), True),
        l2tp_frame(client, elsewhere, l2tp_message(version, 99, 3, ns=1),
                   True)]
    before = write_pcap("in.pcap", [record(frame, i * 0.1)
                                    for i, frame in enumerate(frames)])
    after = path("out.pcap")
    title = "version %d, elsewhere, to %s: " % (version, receiver)
    # In front of the NAT it is the outside address's, behind it the client's.
    other = client if receiver == OUTSIDE else OUTSIDE
    run("--address", OUTSIDE, before, after)
    check(title + "that is no answer by default",
          other not in [p.dst for p in packets(after)])
    run("--address", OUTSIDE, "--l2tp-any-address", before, after)
    check(title + "it is with --l2tp-any-address",
          [(p.src, p.dst) for p in packets(after)] ==
          [(OUTSIDE, SERVER), (elsewhere, other), (OUTSIDE, elsewhere)])
    check(title + "and every checksum is right", all(sums_by_scapy(after)))

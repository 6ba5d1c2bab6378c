#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Translates PPTP and L2TP captures of real and made-up clients and lets tshark and
scapy judge the result. No packet may be lost, no inside address left, no good
checksum spoiled, no message changed but for its IDs, and the IDs must be the
same wherever the same call is meant."""

import ipaddress
import os
import struct

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether

from pcap_common import (CAPTURES, Talk, check, clear_request, counts, finish,
                         merged, path, read_pcap, record, run, short_talk,
                         tshark, write_pcap)

OUTSIDE = "203.0.113.1"
SERVER = "203.0.113.10"

# Everything of a packet that translation leaves as it is.
KEPT = ["frame.time_epoch", "frame.len", "ip.proto", "ip.ttl", "ip.id",
        "ip.flags", "ip.len", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw",
        "tcp.len", "tcp.options", "tcp.window_size_value", "gre.proto",
        "gre.key.payload_length", "gre.sequence_number",
        "gre.ack_number", "ppp.protocol", "pptp.length",
        "pptp.control_message_type", "pptp.framing_capabilities",
        "pptp.maximum_channels", "pptp.host_name", "pptp.vendor_name",
        "pptp.call_serial_number", "pptp.out_result", "pptp.control_result",
        "pptp.send_accm", "pptp.receive_accm", "pptp.disc_result",
        "l2tp.type", "l2tp.length", "l2tp.version", "l2tp.tunnel",
        "l2tp.session", "l2tp.Ns", "l2tp.Nr", "l2tp.avp.message_type",
        "l2tp.avp.host_name", "l2tp.avp.assigned_tunnel_id",
        "l2tp.avp.assigned_session_id"]
SUMS = ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status"]
CHECKED = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
           "-o", "udp.check_checksum:TRUE"]


def known(fields):
    """Those of the fields that this tshark knows."""
    lines = tshark("-G", "fields")
    names = {line.split("\t")[2] for line in lines if line.startswith("F\t")}
    return [field for field in fields if field in names]


def dissect(name, fields):
    arguments = [part for field in fields for part in ("-e", field)]
    return [line.split("\t") for line in
            tshark(*CHECKED, "-r", name, "-T", "fields", *arguments)]


def malformed(name):
    return tshark("-r", name, "-Y", "_ws.malformed", "-T", "fields", "-e",
                  "frame.number")


def packets(name):
    return [IP(r[2][14:]) for r in read_pcap(name)[2]]


def is_control(packet):
    return TCP in packet and 1723 in (packet[TCP].sport, packet[TCP].dport)


def segment(packet):
    """A TCP packet's stream bytes."""
    end = packet.len - packet.ihl * 4 - packet[TCP].dataofs * 4
    return bytes(packet[TCP].payload)[:end]


def gre_call(packet):
    """The Call ID of a PPTP GRE packet, or None."""
    raw = bytes(packet)[packet.ihl * 4:]
    if packet.proto != 47 or raw[2:4] != b"\x88\x0b":
        return None
    return struct.unpack(">H", raw[6:8])[0]


def ids(data):
    """(type, ID at 12, ID at 14) of the messages in a whole segment."""
    while len(data) >= 16:
        length, _, _, kind, _, first, second = struct.unpack(">HHIHHHH",
                                                             data[:16])
        yield kind, first, second
        data = data[length:]


def no_inside(name, prefix):
    network = ipaddress.ip_network(prefix)
    return not any(ipaddress.ip_address(address) in network
                   for packet in packets(name)
                   for address in (packet.src, packet.dst))


def sums_by_scapy(name):
    """Which packets have all their checksums right, recomputed."""
    good = []
    for packet in packets(name):
        raw = bytes(packet)[:packet.len]
        again = IP(raw)
        del again.chksum
        if TCP in again:
            del again[TCP].chksum
        if UDP in again and again[UDP].chksum:
            del again[UDP].chksum
        good.append(bytes(again) == raw)
    return good


def spoiled(before, after):
    """Packets that were good before and are not now."""
    return [i + 1 for i, (b, a) in enumerate(zip(before, after))
            if b and not a]


def spoiled_by_tshark(before, after):
    """Likewise. 1 is good; a packet in a packet has one more."""
    pairs = zip(dissect(before, SUMS), dissect(after, SUMS))
    return [i + 1 for i, (b, a) in enumerate(pairs)
            if any("1" in x and "0" not in x and x != y
                   for x, y in zip(b, a))]


def changed_twins(before, after):
    """Segments that were the same bytes and are not any more: a byte of the
    stream has one value, however often it is seen."""
    seen, changed = {}, []
    for i, (b, a) in enumerate(zip(before, after)):
        if not is_control(b) or not segment(b):
            continue
        key = (b.src, b.dst, b[TCP].sport, b[TCP].dport, b[TCP].seq,
               segment(b))
        if seen.setdefault(key, segment(a)) != segment(a):
            changed.append(i + 1)
    return changed


class Calls:
    """Follows the calls in both forms of a capture, packet by packet."""

    def __init__(self):
        self.outside = {}  # (client, its Call ID): the one seen outside
        self.wrong = []

    def control(self, before, after):
        for b, a in zip(ids(segment(before)), ids(segment(after))):
            if b[0] == 7:
                self.outside[before.src, b[1]] = a[1]
            elif b[0] == 12:
                self.expect(before.src, b[1], a[1])
            elif b[0] == 8:
                self.expect(before.dst, b[2], a[2])
                self.same(b[1], a[1])
            elif b[0] == 15 and before[TCP].dport == 1723:
                self.same(b[1], a[1])

    def same(self, before, after):
        if before != after:
            self.wrong.append("%d became %d" % (before, after))

    def expect(self, client, before, after):
        wanted = self.outside.get((client, before))
        if wanted != after:
            self.wrong.append("%s %d became %d, not %s" % (
                client, before, after, wanted))

    def step(self, before, after):
        call = gre_call(before)
        if call is not None and before.src == self.server:
            self.expect(before.dst, call, gre_call(after))
        elif call is not None:
            self.same(call, gre_call(after))
        elif is_control(before):
            self.control(before, after)

    def follow(self, before, after, server):
        self.server = server
        for b, a in zip(before, after):
            self.step(b, a)
        return self.wrong


def judge(title, before, inside, server, *options, changed=()):
    """Translates a capture and checks all that must hold of any. The fields
    that it changes are known."""
    after = path("out.pcap")
    done = run("--inside", inside, "--address", OUTSIDE, *options, before,
               after)
    check(title + ": exit status 0", done.returncode == 0, done.stderr)
    magic, link, records = read_pcap(after)
    original = read_pcap(before)
    check(title + ": all %d packets are there" % len(records),
          len(records) == len(original[2]), done.stderr.decode())
    check(title + ": the report agrees", counts(done).get("read") ==
          counts(done).get("written") == len(records))
    check(title + ": file type and link type kept",
          (magic, link) == original[:2])
    check(title + ": no inside address is left", no_inside(after, inside))
    check(title + ": tshark finds no checksum spoiled",
          not spoiled_by_tshark(before, after),
          spoiled_by_tshark(before, after))
    check(title + ": nor does scapy",
          not spoiled(sums_by_scapy(before), sums_by_scapy(after)))
    kept = [field for field in known(KEPT) if field not in changed]
    check(title + ": there is much to compare", len(kept) >= 20 and
          sum(sums_by_scapy(before)) > len(records) / 2)
    check(title + ": the messages are the same",
          dissect(before, kept) == dissect(after, kept))
    old, new = packets(before), packets(after)
    check(title + ": tshark finds nothing malformed that was not",
          malformed(before) == malformed(after))
    check(title + ": equal segments stay equal",
          not changed_twins(old, new), changed_twins(old, new))
    wrong = Calls().follow(old, new, server)
    check(title + ": a call has one ID everywhere", not wrong, wrong[:5])
    return old, new


def judge_lab():
    for name in ("pptp-three", "pptp-killed-same", "pptp-loss"):
        capture = os.path.join(CAPTURES, name + "-inside.pcap")
        judge(name, capture, "192.168.77.0/24", SERVER)


def judge_l2tp():
    """Three clients with source port 1701; the server honours ports."""
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


def judge_l2tp_insisting():
    """The same, and the servers insist on port 1701. Of two clients that hide
    the same ID the first has its tunnel, and the other is refused."""
    for name, lost in (("l2tp-three", None), ("l2tp_out", None),
                       ("l2tp_v3", None), ("l2tp_hidden", "192.168.77.12")):
        before = os.path.join(CAPTURES, name + "-inside.pcap")
        after = path("out.pcap")
        done = run("--address", OUTSIDE, "--l2tp-port-1701", "--explain",
                   before, after)
        lines = [line for line in done.stdout.decode().splitlines()
                 if " dropped, " in line]
        name += ", insisting"
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
    """Three clients with one Tunnel ID; the server insists on port 1701."""
    old, new = judge(
        "l2tp_same, insisting", os.path.join(CAPTURES, "l2tp_same-inside.pcap"),
        "192.168.77.0/24", SERVER, "--l2tp-port-1701",
        changed=("l2tp.tunnel", "l2tp.avp.assigned_tunnel_id"))
    tunnels = Tunnels(old, new)
    check("l2tp_same, insisting: all are from port 1701",
          tunnels.ports == {1701}, tunnels.ports)
    check("l2tp_same, insisting: one ID inside",
          len({own for _, own in tunnels.ids}) == 1, tunnels.ids)
    check("l2tp_same, insisting: each client has one ID and they differ",
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


def insisting_talk(version, udp):
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


def judge_insisting(version, udp):
    title = "version %d, %s" % (version, "shared port" if udp else "over IP")
    before, after = write_pcap("in.pcap", insisting_talk(version, udp)), path(
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


def judge_outside_view():
    """What was captured outside has no inside address: nothing is touched."""
    capture = os.path.join(CAPTURES, "pptp-three-outside.pcap")
    with open(capture, "rb") as file:
        data = file.read()
    done = run("--address", "198.51.100.1", capture, "-")
    check("a capture without inside hosts is copied byte by byte",
          done.returncode == 0 and done.stdout == data)


def judge_doubled():
    """A client with Call ID 0, the server's segments recorded twice."""
    talk = short_talk("10.1.1.11", "10.1.1.10", 3025, 0, 0, doubled=True)
    name = write_pcap("in.pcap", talk.records)
    check("doubled: the capture has 23 packets", len(talk.records) == 23)
    _, new = judge("doubled", name, "10.1.1.11", "10.1.1.10")
    calls = {i[1] for p in new if is_control(p) for i in ids(segment(p))
             if i[0] in (7, 8, 15)}
    check("doubled: a single client keeps its Call ID 0", calls == {0}, calls)
    ports = {p[TCP].sport for p in new if is_control(p) and p.src == OUTSIDE}
    check("doubled: and its port", ports == {3025}, ports)


def twins():
    """Two clients, one server, same port and Call ID, at the same time."""
    talks = [Talk("192.168.77.%d" % (11 + i), SERVER, 40001, time=i * 0.0005)
             for i in range(2)]
    for talk in talks:
        talk.connect()
    for i, talk in enumerate(talks):
        talk.call(0x1234, 128 * i)
    for i, talk in enumerate(talks):
        talk.gre(0, 128 * i, 0)
        talk.gre(1, 0x1234, 0)
        talk.tcp(0, "PA", clear_request(0x1234))
        talk.end()
    return merged(*talks)


def judge_twins():
    name = write_pcap("in.pcap", twins())
    old, new = judge("twins", name, "192.168.77.0/24", SERVER)
    ports, calls = {}, {}
    for before, after in zip(old, new):
        if is_control(before) and before.dst == SERVER:
            ports.setdefault(before.src, set()).add(after[TCP].sport)
            for kind, call, _ in ids(segment(after)):
                if kind in (7, 12):
                    calls.setdefault(before.src, set()).add(call)
    check("twins: each has one port and they differ",
          [len(p) for p in ports.values()] == [1, 1] and
          len(set.union(*ports.values())) == 2, ports)
    check("twins: each has one Call ID and they differ",
          [len(c) for c in calls.values()] == [1, 1] and
          len(set.union(*calls.values())) == 2, calls)
    gre = [gre_call(a) for b, a in zip(old, new)
           if gre_call(b) is not None and b.src == SERVER]
    check("twins: so do the Call IDs in GRE", len(set(gre)) == len(gre) == 2)


def judge_seed():
    """The same seed gives the same file, another one another."""
    name = write_pcap("in.pcap", twins())
    files = [run("--address", OUTSIDE, "--seed", seed, name, "-").stdout
             for seed in ("7", "7", "8", "9", "10")]
    check("the same seed gives the same output", files[0] == files[1])
    check("another seed gives another output", len(set(files)) > 1)


def judge_time():
    """Sessions end as the capture's time goes by."""
    first = short_talk("10.0.0.2", SERVER, 40001, 5, 6)
    late = short_talk("10.0.0.2", SERVER, 40002, 7, 8, time=100000.0)
    name = write_pcap("in.pcap", merged(first, late))
    done = run("--address", OUTSIDE, name, path("out.pcap"))
    rows = [line.split()[-5:] for line in done.stderr.decode().splitlines()
            if line.startswith("  PPTP ")]
    check("of two sessions a day apart the first has ended",
          rows[0] == rows[1] == ["2", "1", "1", "0", "0"], done.stderr.decode())


def main():
    judge_lab()
    judge_l2tp()
    judge_l2tp_calls()
    judge_l2tp_same()
    judge_l2tp_insisting()
    judge_insisting(2, True)
    judge_insisting(3, True)
    judge_insisting(3, False)
    for version in (2, 3):
        judge_elsewhere(version, OUTSIDE)
        judge_elsewhere(version, "192.168.77.11")
    judge_outside_view()
    judge_doubled()
    judge_twins()
    judge_seed()
    judge_time()
    finish()


main()

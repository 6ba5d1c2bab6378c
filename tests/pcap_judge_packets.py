# SPDX-License-Identifier: BSD-2-Clause
"""Translated packets, judged by tshark and scapy."""

import ipaddress
import struct

from scapy.layers.inet import IP, TCP, UDP

from pcap_common import check, counts, path, read_pcap, run, tshark

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

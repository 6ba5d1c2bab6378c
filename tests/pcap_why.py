#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""vpnalg-pcap --why. Good captures are well; each row breaks one as a network
or server would, and names the cause that each client must get."""

import json
import os
import random
import re
import struct

from pcap_common import (CAPTURES, SANITIZER, SOURCE, check, finish,
                         parse_pcap, path, pcap_bytes, pcapng_bytes, record,
                         run, write_pcap)

FUZZ_RUNS = int(os.environ.get("FUZZ_RUNS", "200"))

ETHERNET = 14
SERVER, OTHER_SERVER, ROUTER = "203.0.113.10", "203.0.113.11", "203.0.113.2"
OUTSIDE, UPLINK = "203.0.113.1", "203.0.113.77"
A, B, C = ("192.168.77.%d" % n for n in (11, 12, 13))

ICMP, TCP, UDP, GRE, ESP, AH = 1, 6, 17, 47, 50, 51
SYN, RST, ACK, FIN, PUSH = 2, 4, 16, 1, 8


def number(address):
    return bytes(int(octet) for octet in address.split("."))


def text(octets):
    return ".".join(str(octet) for octet in octets)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff ^ total


class Packet:
    """An IPv4 packet that was captured whole enough, behind Ethernet."""

    def __init__(self, time, data, length):
        self.time, self.data, self.length = time, data, length
        ip = data[ETHERNET:]
        self.ip = ip
        self.header = (ip[0] & 15) * 4
        self.source, self.to = text(ip[12:16]), text(ip[16:20])
        self.protocol = ip[9]
        bits = struct.unpack(">H", ip[6:8])[0]
        self.later = bits & 0x1fff != 0
        self.first = bits & 0x3fff == 0x2000
        self.l4 = ip[self.header:]
        self.ports = (0, 0)
        if self.protocol in (TCP, UDP) and not self.later:
            self.ports = struct.unpack(">HH", self.l4[:4])
        size = {TCP: (self.l4[12] >> 4) * 4 if len(self.l4) > 12 else 20,
                UDP: 8}.get(self.protocol, 0)
        self.payload = self.l4[size:]

    def of(self, client):
        return client in (self.source, self.to)

    def inbound(self):
        return self.source in (SERVER, "198.51.100.10")

    def port(self, *ports):
        return any(port in self.ports for port in ports)

    def ike(self):
        """IKE's header and what follows, or nothing."""
        if self.protocol != UDP or self.later or not self.port(500, 4500):
            return b""
        data = self.payload
        if self.port(4500):
            if data[:4] != b"\0\0\0\0":
                return b""
            data = data[4:]
        return data

    def exchange(self):
        return self.ike()[18] if len(self.ike()) >= 28 else 0

    def esp(self):
        return self.protocol == ESP or (self.protocol == UDP and
                                        self.port(4500) and not self.ike())

    def pptp(self):
        """The type of a control message."""
        if self.protocol == TCP and self.payload[4:8] == b"\x1a\x2b\x3c\x4d":
            return struct.unpack(">H", self.payload[8:10])[0]
        return 0

    def l2tp(self):
        """The type of a control message; -1 for data."""
        if self.protocol != UDP or not self.port(1701):
            return None
        if not self.payload[0] & 0x80:
            return -1
        return struct.unpack(">H", self.payload[18:20])[0] \
            if len(self.payload) >= 20 else 0

    def ppp(self):
        """The PPP frame of GRE or L2TP, behind address and control."""
        if self.protocol == GRE:
            at = 8 + (4 if self.l4[0] & 0x10 else 0) + \
                (4 if self.l4[1] & 0x80 else 0)
            frame = self.l4[at:]
        elif self.l2tp() == -1:
            at = 8 if self.payload[0] & 0x40 else 6
            frame = self.payload[at:]
        else:
            return b""
        frame = frame[2:] if frame[:2] == b"\xff\x03" else frame
        return b"\0" + frame if frame[:1] and frame[0] & 1 else frame

    def with_ip(self, ip, time=None):
        ip = ip[:10] + b"\0\0" + ip[12:]
        head = (ip[0] & 15) * 4
        ip = ip[:10] + struct.pack(">H", checksum(ip[:head])) + ip[12:]
        return Packet(self.time if time is None else time,
                      self.data[:ETHERNET] + ip, ETHERNET + len(ip))

    def with_l4(self, l4):
        """Another content, without UDP's checksum, with TCP's."""
        if self.protocol == UDP:
            l4 = l4[:4] + struct.pack(">H", len(l4)) + b"\0\0" + l4[8:]
        if self.protocol == TCP:
            pseudo = self.ip[12:20] + struct.pack(">HH", TCP, len(l4))
            l4 = l4[:16] + b"\0\0" + l4[18:]
            l4 = l4[:16] + struct.pack(">H", checksum(pseudo + l4)) + l4[18:]
        head = self.ip[:2] + struct.pack(">H", self.header + len(l4)) + \
            self.ip[4:self.header]
        return self.with_ip(head + l4)

    def with_address(self, source=None, to=None):
        ip = self.ip[:12] + number(source or self.source) + \
            number(to or self.to) + self.ip[20:]
        return self.with_ip(ip).with_l4(self.l4) if self.protocol in (
            TCP, UDP) and not self.later and not self.first \
            else self.with_ip(ip)

    def with_ports(self, source, to):
        return self.with_l4(struct.pack(">HH", source, to) + self.l4[4:])

    def with_payload(self, payload):
        return self.with_l4(self.l4[:len(self.l4) - len(self.payload)] +
                            payload)

    def at(self, time):
        return Packet(time, self.data, self.length)


def made(like, source, to, protocol, l4, time):
    """A packet of our own."""
    ip = b"\x45\0" + struct.pack(">HHHBBH", 20 + len(l4), 1, 0, 64, protocol,
                                 0) + number(source) + number(to)
    return like.with_ip(ip + l4, time)


def icmp(about, source, kind, code, rest=0):
    """An ICMP error about a packet, to who has sent it."""
    body = struct.pack(">BBHI", kind, code, 0, rest) + \
        about.ip[:about.header + 8]
    body = body[:2] + struct.pack(">H", checksum(body)) + body[4:]
    return made(about, source, about.source, ICMP, body, about.time + 0.001)


def segment(like, way, flags, time, data=b""):
    """A segment of the same connection, from the client or the server."""
    ports, ends = like.ports, (like.source, like.to)
    if like.inbound() != (way == "in"):
        ports, ends = ports[::-1], ends[::-1]
    tcp = struct.pack(">HHIIBBHHH", *ports, 4000000000, 1, 0x50, flags, 1000,
                      0, 0) + data
    return made(like, *ends, TCP, tcp, time).with_l4(tcp)


def load(name):
    with open(os.path.join(CAPTURES, name + ".pcap"), "rb") as file:
        _, _, records = parse_pcap(file.read())
    return [Packet(s + f / 1000000, d, n) for s, f, d, n in records
            if d[12:14] == b"\x08\0"]


def save(packets, name="why.pcap"):
    packets = sorted(packets, key=lambda p: p.time)
    return write_pcap(name, [record(p.data, p.time, p.length)
                             for p in packets])


# Ways to break a capture.

def drop(test):
    return lambda packets: [p for p in packets if not test(p)]


def change(test, how):
    return lambda packets: [how(p) if test(p) else p for p in packets]


def both(*ways):
    def broken(packets):
        for way in ways:
            packets = way(packets)
        return packets
    return broken


def only(client):
    return drop(lambda p: not p.of(client))


def ends_after(test, more=lambda last: []):
    """Cuts a client's traffic behind the first packet that fits, which others
    follow."""
    def broken(packets):
        last = next(p for p in packets if test(p))
        client = last.to if last.inbound() else last.source
        return [p for p in packets
                if not p.of(client) or p.time <= last.time] + more(last)
    return broken


def again(last, *times):
    return [last.at(last.time + time) for time in times]


def errors(test, source, kind, code, rest=0):
    """An ICMP error about each that fits, which is answered by nothing."""
    def broken(packets):
        return packets + [icmp(p, source, kind, code, rest) for p in packets
                          if test(p)]
    return broken


def later_by(seconds, test):
    return change(test, lambda p: p.at(p.time + seconds))


def large(least):
    return lambda p: len(p.ip) > least or p.length - ETHERNET > least


def bad_sum(p):
    l4 = bytearray(p.l4)
    at = 16 if p.protocol == TCP else 6
    l4[at] ^= 0x55
    return p.with_ip(p.ip[:p.header] + bytes(l4))


def call_reply(result, error):
    """The reply to a call, with another result."""
    return lambda p: p.with_payload(p.payload[:16] + bytes([result, error]) +
                                    p.payload[18:])


def start_reply(result):
    return lambda p: p.with_payload(p.payload[:14] + bytes([result, 0]) +
                                    p.payload[16:])


def own_call_id(call_id):
    return lambda p: p.with_payload(p.payload[:12] + struct.pack(">H", call_id)
                                    + p.payload[14:])


def peer_call_id(call_id):
    return lambda p: p.with_payload(p.payload[:14] + struct.pack(">H", call_id)
                                    + p.payload[16:])


def unheard(*tests):
    """GRE is no more than these, again and again, and acknowledges nothing."""
    def broken(packets):
        kept = [p for p in packets if not (p.of(A) and (gre(p) or
                                                        p.pptp() == 12))]
        for test in tests:
            first = next(p for p in packets if test(p))
            if first.l4[1] & 0x80:
                l4 = first.l4[:1] + b"\x01" + first.l4[2:12] + first.l4[16:]
                first = first.with_l4(l4)
            kept += again(first, 0, 3, 6, 9)
        return kept
    return broken


def gre_call_id(call_id):
    return lambda p: p.with_ip(p.ip[:p.header + 6] +
                               struct.pack(">H", call_id) +
                               p.ip[p.header + 8:])


def ppp_code(code):
    """Another code in the same PPP message: a success becomes a failure."""
    def how(p):
        at = len(p.ip) - len(p.ppp()) + 2
        return p.with_ip(p.ip[:at] + bytes([code]) + p.ip[at + 1:])
    return how


def ppp_message(protocol, code):
    """Another PPP message in the same packet; both have two bytes of
    protocol."""
    def how(p):
        at = len(p.ip) - len(p.ppp())
        return p.with_ip(p.ip[:at] + struct.pack(">HB", protocol, code) +
                         p.ip[at + 3:])
    return how


def following(p, payload):
    """The next segment, with other content."""
    at = struct.unpack(">I", p.l4[4:8])[0] + len(p.payload)
    q = p.with_payload(payload)
    return q.with_l4(q.l4[:4] + struct.pack(">I", at & 0xffffffff) + q.l4[8:])


def same_call_ids(packets):
    """The Call IDs that the NAT has chosen become one."""
    ids = [struct.unpack(">H", p.payload[12:14])[0] for p in packets
           if p.pptp() == 7]
    for number_of_it in ids[1:]:
        packets = change(
            lambda p, n=number_of_it: p.inbound() and gre(p) and
            p.l4[6:8] == struct.pack(">H", n), gre_call_id(ids[0]))(packets)
    packets = change(pptp(7), own_call_id(ids[0]))(packets)
    return change(pptp(8), peer_call_id(ids[0]))(packets)


def is_ppp(protocol, code):
    return lambda p: p.ppp()[:3] == struct.pack(">HB", protocol, code)


def data(p):
    return is_ppp(0x21, 0x45)(p)


def encrypted(p):
    """The same packet of data, as if by MPPE."""
    at = len(p.ip) - len(p.ppp()) + 1
    return p.with_ip(p.ip[:at] + b"\xfd" + p.ip[at + 1:])


def to_group(p):
    """What PPP carries goes to a group of hosts."""
    at = len(p.ip) - len(p.ppp()) + 18
    return p.with_ip(p.ip[:at] + number("224.0.0.251") + p.ip[at + 4:])


def one_only(test):
    """Of those that fit, the first."""
    def broken(packets):
        first = next(p for p in packets if test(p))
        return [p for p in packets if p is first or not test(p)]
    return broken


def l2tp_ack(p):
    """An acknowledgment alone in the place of a message."""
    return p.with_payload(p.payload[:2] + struct.pack(">H", 12) +
                          p.payload[4:12])


def acknowledges_only(*more):
    """The server acknowledges the SCCRQ, and that is all, but for more."""
    def broken(packets):
        asked = next(p for p in packets if out_of(A, l2tp(1))(p))
        reply = next(p for p in packets if into(A, l2tp(2))(p))
        return [p for p in packets if not p.of(A)] + \
            again(asked, 0, 1, 3) + again(l2tp_ack(reply), 0, 1, 3) + \
            [how(reply).at(reply.time + 5) for how in more]
    return broken


def l2tp_end(kind, result, error=0):
    """StopCCN or CDN in the place of an answer."""
    def how(p):
        avps = struct.pack(">HHHH", 0x8008, 0, 0, kind) + \
            struct.pack(">HHHHH", 0x800a, 0, 1, result, error)
        head = p.payload[:2] + struct.pack(">H", 12 + len(avps)) + \
            p.payload[4:12]
        return p.with_payload(head + avps)
    return how


def ike_notify(kind, version=2):
    """An answer of IKE that is one error in clear."""
    def how(p):
        old = p.ike()
        notify = struct.pack(">BBHBBH", 0, 0, 8, 0, 0, kind)
        payload, exchange = 41, old[18]
        if version == 1:
            notify = struct.pack(">BBHIBBH", 0, 0, 12, 1, 1, 0, kind)
            payload, exchange = 11, 5
        message = old[:16] + bytes([payload, old[17], exchange,
                                    old[19] & 0xfe]) + old[20:24] + \
            struct.pack(">I", 28 + len(notify)) + notify
        return p.with_payload(message)
    return how


def other_exchange(number_of_it):
    return lambda p: p.with_payload(p.payload[:18] + bytes([number_of_it]) +
                                    p.payload[19:])


def aggressive(client):
    """Main Mode becomes Aggressive Mode."""
    return change(of(client, exchange(2)), other_exchange(4))


def with_identity(client, name):
    """The client's first message is an identity, in clear."""
    def broken(packets):
        first = next(p for p in packets if out_of(client, exchange(4))(p))
        body = struct.pack(">BBHBBH", 0, 0, 8 + len(name), 11, 17, 500) + name
        old = first.ike()
        made_so = first.with_payload(
            old[:16] + b"\x05" + old[17:24] +
            struct.pack(">I", 28 + len(body)) + body)
        return [made_so if p is first else p for p in packets]
    return broken


def only_asks(client):
    """It repeats its first message, as nothing comes back."""
    def broken(packets):
        first = next(p for p in packets if out_of(client, ike)(p))
        return [p for p in packets if not p.of(client)] + again(
            first, 0, 1, 3, 7)
    return broken


def asks_again(how):
    """When all is over, the client's first message comes with another SPI,
    and nobody answers."""
    def broken(packets):
        first = how(next(p for p in packets if out_of(A, ike)(p)))
        late = first.with_payload(b"12345678" + first.payload[8:])
        return packets + [late.at(packets[-1].time + t) for t in (1, 2, 4, 8)]
    return broken


def shorter_ike(length):
    return lambda p: p.with_payload(
        p.payload[:len(p.payload) - len(p.ike()) + length])


def to_client(p):
    return p.inbound()


def of(client, more=lambda p: True):
    return lambda p: p.of(client) and more(p)


def into(client, more=lambda p: True):
    return lambda p: p.inbound() and p.of(client) and more(p)


def out_of(client, more=lambda p: True):
    return lambda p: not p.inbound() and p.of(client) and more(p)


def gre(p):
    return p.protocol == GRE


def esp(p):
    return p.esp()


def tcp(p):
    return p.protocol == TCP


def ike(p):
    return bool(p.ike())


def pptp(kind):
    return lambda p: p.pptp() == kind


def l2tp(*kinds):
    return lambda p: p.l2tp() in kinds


def exchange(*numbers):
    return lambda p: p.exchange() in numbers


def flags(bits, mask=SYN | RST | ACK | FIN):
    return lambda p: p.protocol == TCP and p.l4[13] & mask == bits


def everything(p):
    return True


PPTP, PPTP_OUT = "pptp-three-inside", "pptp-three-outside"
L2TP, L2TP_OUT = "l2tp-three-inside", "l2tp-three-outside"
IKE1, IKE1_OUT = "esp-ike1-three-inside", "esp-ike1-three-outside"
IKE2, IKE2_OUT = "esp-ike2-three-inside", "esp-ike2-three-outside"
NATT = "ikev1-natt-inside"
NATT2 = "ikev2-natt-rekey-inside"

# Captures in which everybody gets through. Not among them: l2tp_hidden, whose
# clients speak no PPP, and l2tp_out, whose call is hung up; esp_3-hidden, which
# is of both sides at once; and those of AH and of MTUs, which are rows below.
GOOD = """esp-ike1-at-once-inside esp-ike1-at-once-outside
    esp-ike1-killed-inside esp-ike1-killed-outside esp-ike1-loss-inside
    esp-ike1-loss-outside esp-ike1-rekey-inside esp-ike1-rekey-outside
    esp-ike1-server-first-inside esp-ike1-server-first-outside
    esp-ike1-server-later-inside esp-ike1-server-later-outside
    esp-ike1-three-inside esp-ike1-three-outside esp-ike2-at-once-inside
    esp-ike2-at-once-outside esp-ike2-children-inside
    esp-ike2-children-outside esp-ike2-killed-inside esp-ike2-killed-outside
    esp-ike2-loss-inside esp-ike2-loss-outside esp-ike2-rekey-inside
    esp-ike2-rekey-outside esp-ike2-server-first-inside
    esp-ike2-server-first-outside esp-ike2-three-inside
    esp-ike2-three-outside esp_3-routed esp_frag-routed everything-inside
    everything-outside ike_frag_3-routed ikev1-natt-inside
    ikev1-natt-outside ikev2-natt-rekey-inside ikev2-natt-rekey-outside
    l2tp-ipsec-inside l2tp-ipsec-outside l2tp-return-inside
    l2tp-return-outside l2tp-three-inside l2tp-three-outside
    l2tp_same-inside l2tp_v3-inside pmtu_esp-routed pptp-killed-same-inside
    pptp-killed-same-outside pptp-loss-inside pptp-loss-outside
    pptp-three-inside pptp-three-outside""".split()

def in_udp(p):
    """ESP in UDP (RFC 3948) instead of plain ESP."""
    return made(p, p.source, p.to, UDP, struct.pack(
        ">HHHH", 4500, 4500, 8 + len(p.l4), 0) + p.l4, p.time)


def unknown_spi(packets):
    """The server has lost its SAs, and says so in clear (RFC 7296 1.5)."""
    last = [p for p in packets if into(A, esp)(p)][2]
    out = next(p for p in packets if out_of(A, esp)(p))
    notify = struct.pack(">BBHBBHI", 0, 0, 12, 0, 0, 11, 0x1020304)
    message = bytes(16) + b"\x29\x20\x25\x20" + struct.pack(
        ">II", 0, 28 + len(notify)) + notify
    l4 = struct.pack(">HHHH", 500, 500, 8 + len(message), 0) + message
    kept = [p for p in packets if not p.of(A) or p.time <= last.time]
    for i in range(1, 5):
        kept += [out.at(last.time + i),
                 made(last, SERVER, A, UDP, l4, last.time + i + 0.01)]
    return kept


def errors_later(source, code):
    """It worked; then an ICMP error comes instead of each answer."""
    def broken(packets):
        last = [p for p in packets if into(A, esp)(p)][3]
        out = next(p for p in packets if out_of(A, esp)(p))
        kept = [p for p in packets if not p.of(A) or p.time <= last.time]
        for i in range(1, 4):
            late = out.at(last.time + i)
            kept += [late, icmp(late, source, 3, code)]
        return kept
    return broken


def requests_lost(kind):
    """A request of IKE's, again and again without an answer (RFC 7296 2.4):
    whether the server is alive (37), or for new keys (36)."""
    def broken(packets):
        last = [p for p in packets if into(A, esp)(p)][3]
        like = other_exchange(kind)(next(p for p in packets
                                         if out_of(A, exchange(35))(p)))
        return [p for p in packets if not p.of(A) or p.time <= last.time] + [
            like.at(last.time + t) for t in (4, 8, 15, 28, 51)]
    return broken


def stop_control(p):
    """The server ends the control connection by a message."""
    return p.with_payload(p.payload[:8] + b"\0\3" + p.payload[10:])


def ike_part(part, total):
    """A fragment of IKE's own (RFC 7383) in the place of a message."""
    def how(p):
        old = p.ike()
        body = struct.pack(">BBHHH", 0, 0, 48, part, total) + bytes(40)
        return p.with_payload(
            p.payload[:len(p.payload) - len(old)] + old[:16] + b"\x35" +
            old[17:24] + struct.pack(">I", 28 + len(body)) + body)
    return how


def parts_lost(way, came, total):
    """Of the fragments of the client's or the server's IKE_AUTH not all
    come; what was asked is asked again."""
    def broken(packets):
        asked = next(p for p in packets if out_of(A, exchange(35))(p))
        last = next(p for p in packets if way(A, exchange(35))(p))
        kept = [p for p in packets if not p.of(A) or p.time < last.time]
        kept += [] if last is asked else again(asked, 2, 6)
        return kept + [ike_part(n, total)(last).at(last.time + t + n / 1000)
                       for t in (0, 2, 6) for n in came]
    return broken


def echoes_lost(packets):
    """LCP echoes of the client's, and its end after them."""
    last = [p for p in packets if into(A, data)(p)][2]
    lcp = next(p for p in packets if out_of(A, is_ppp(0xc021, 1))(p))
    return [p for p in packets if not p.of(A) or p.time <= last.time] + [
        ppp_message(0xc021, code)(lcp).at(last.time + 10 * n)
        for n, code in enumerate((9, 9, 9, 9, 5), 1)]


def hellos_lost(packets):
    """L2TP's HELLO from the client, repeated, and its StopCCN."""
    last = [p for p in packets if into(A, data)(p)][1]
    like = next(p for p in packets if out_of(A, l2tp(12))(p))
    return [p for p in packets if not p.of(A) or p.time <= last.time] + [
        l2tp_end(kind, 1)(like).at(last.time + 4 * n)
        for n, kind in enumerate((6, 6, 6, 6, 6, 4), 1)]


def other_uplink(test):
    """What fits leaves from another outside address, and is not answered."""
    return both(drop(lambda p: p.inbound() and test(p)),
                change(test, lambda p: p.with_address(source=UPLINK)))


# name, capture, how it is broken, {client: cause}; all other clients work.
ROWS = [
    ("the client's packets pass elsewhere: PPTP", PPTP, drop(out_of(A)),
     {A: "one-direction"}),
    ("the client's packets pass elsewhere: L2TP", L2TP, drop(out_of(B)),
     {B: "one-direction"}),
    ("the client's packets pass elsewhere: IPsec", IKE2,
     drop(lambda p: not p.inbound()),
     {A: "one-direction", B: "one-direction", C: "one-direction"}),

    # PPTP
    ("the server's GRE is filtered", PPTP, drop(into(A, gre)),
     {A: "gre-filtered-in"}),
    ("the server's GRE is lost behind where it was captured", PPTP,
     unheard(out_of(A, is_ppp(0xc021, 1)), into(A, is_ppp(0xc021, 1)),
             into(A, is_ppp(0xc021, 2))), {A: "gre-filtered-in"}),
    ("the client's GRE is lost behind where it was captured", PPTP,
     unheard(out_of(A, is_ppp(0xc021, 1)), into(A, is_ppp(0xc021, 1)),
             out_of(A, is_ppp(0xc021, 2))), {A: "gre-filtered-out"}),
    ("the client's GRE is filtered", PPTP, drop(out_of(B, gre)),
     {B: "gre-filtered-out"}),
    ("the only client's GRE is not answered", PPTP,
     both(only(C), drop(into(C, gre))), {C: "gre-filtered-in"}),
    ("GRE is filtered both ways", PPTP,
     drop(lambda p: p.of(A) and (gre(p) or p.pptp() == 12)),
     {A: "gre-filtered"}),
    ("outside, the server's GRE is filtered", PPTP_OUT,
     drop(lambda p: p.inbound() and gre(p)),
     {OUTSIDE: "gre-filtered-in"}),
    ("GRE goes to the wrong client", PPTP,
     both(change(out_of(B, pptp(7)), own_call_id(77)),
          change(into(B, pptp(8)), peer_call_id(77)),
          change(into(B, gre),
                 lambda p: gre_call_id(77)(p).with_address(to=A))),
     {B: "gre-to-wrong-client"}),
    ("GRE comes with a Call ID of nobody's", PPTP,
     both(only(A), change(into(A, gre), gre_call_id(9))),
     {A: "call-id-wrong"}),
    ("the reply names another Call ID", PPTP,
     both(drop(into(A, gre)),
          change(into(A, pptp(8)), peer_call_id(0x1234))),
     {A: "call-id-wrong"}),
    ("the call is refused", PPTP,
     both(change(into(A, pptp(8)), call_reply(7, 0)),
          ends_after(into(A, pptp(8)))),
     {A: "call-refused"}),
    ("the server ends the control connection instead of a reply", PPTP,
     both(change(into(A, pptp(8)), stop_control),
          ends_after(into(A, pptp(3)))),
     {A: "call-ended"}),
    ("the control connection is refused", PPTP,
     both(change(into(A, pptp(2)), start_reply(4)),
          ends_after(into(A, pptp(2)))),
     {A: "control-refused"}),
    ("the control connection is reset at once", PPTP,
     ends_after(out_of(A, pptp(1)),
                lambda p: [segment(p, "in", RST, p.time + 0.01)]),
     {A: "control-reset"}),
    ("the control connection is reset before the call", PPTP,
     ends_after(out_of(A, pptp(7)),
                lambda p: [segment(p, "in", RST | ACK, p.time + 0.01)]),
     {A: "control-reset"}),
    ("the control connection is closed before the call", PPTP,
     ends_after(into(A, pptp(2)),
                lambda p: [segment(p, "in", FIN | ACK, p.time + 0.01)]),
     {A: "control-reset"}),
    ("the control connection is reset while the VPN is up", PPTP,
     ends_after(into(A, data),
                lambda p: [segment(
                    next(q for q in load(PPTP) if q.of(A) and tcp(q)), "in",
                    RST, p.time + 0.01)]),
     {A: "control-reset"}),
    ("the server has no PPTP", PPTP,
     ends_after(out_of(A, flags(SYN)),
                lambda p: [segment(p, "in", RST | ACK, p.time + 0.01)]),
     {A: "port-closed"}),
    ("the server is silent", PPTP,
     ends_after(out_of(A, flags(SYN)), lambda p: again(p, 1, 3, 7)),
     {A: "no-answer"}),
    ("nothing of the server's is captured", PPTP, drop(into(A)),
     {A: "no-answer"}),
    ("the SYN-ACK is lost behind where it was captured", PPTP,
     lambda packets: ends_after(into(A, flags(SYN | ACK)),
                                lambda p: again(p, 1, 3, 7))(packets) +
     again(packets[0], 1, 3, 7),
     {A: "answer-lost"}),
    ("the server does not reply to the first message", PPTP,
     ends_after(out_of(A, pptp(1)), lambda p: again(p, 1, 3, 7)),
     {A: "control-unanswered"}),
    ("the server does not reply to the call", PPTP,
     ends_after(out_of(A, pptp(7)), lambda p: again(p, 1, 3, 7)),
     {A: "call-unanswered"}),
    ("the answer to the SYN comes from another address", PPTP,
     both(change(into(A), lambda p: p.with_address(source=OTHER_SERVER)),
          only(A)),
     {A: "answer-other-address"}),
    ("GRE comes from another address", PPTP,
     change(into(A, gre), lambda p: p.with_address(source=OTHER_SERVER)),
     {A: "answer-other-address"}),
    ("the password is wrong (CHAP)", PPTP,
     both(change(into(A, is_ppp(0xc223, 3)), ppp_code(4)),
          ends_after(into(A, is_ppp(0xc223, 4)))),
     {A: "auth-failed"}),
    ("the server does not answer CHAP", PPTP,
     ends_after(out_of(A, is_ppp(0xc223, 2)), lambda p: again(p, 3, 6, 9)),
     {A: "auth-unanswered"}),
    ("no address is left", PPTP,
     both(drop(of(A, is_ppp(0x8021, 2))), drop(of(A, data)),
          drop(of(A, is_ppp(0xc021, 5))), drop(of(A, pptp(12)))),
     {A: "no-address"}),
    ("GRE is refused by the server's host", PPTP,
     both(drop(into(A, gre)), errors(out_of(A, gre), SERVER, 3, 2)),
     {A: "protocol-refused"}),
    ("GRE is refused by the client's host", PPTP,
     both(drop(out_of(A, gre)), errors(into(A, gre), A, 3, 2)),
     {A: "client-refuses"}),
    ("a firewall prohibits it", PPTP,
     both(drop(into(A)), errors(out_of(A, tcp), ROUTER, 3, 13)),
     {A: "prohibited"}),
    ("there is no route", PPTP,
     both(drop(into(A)), errors(out_of(A, tcp), ROUTER, 3, 0)),
     {A: "unreachable"}),
    ("the routes are a circle", PPTP,
     both(drop(into(A)), errors(out_of(A, tcp), ROUTER, 11, 0)),
     {A: "routing-loop"}),
    ("checksums are wrong", PPTP,
     both(ends_after(out_of(A, pptp(1)), lambda p: again(p, 1, 3, 7)),
          change(out_of(A, pptp(1)), bad_sum)),
     {A: "bad-checksum"}),
    ("a NAT forgets the session while nobody sends", PPTP,
     lambda packets: ends_after(into(A, data))(packets) +
     [p.at(p.time + 400 + n) for n in range(4)
      for p in packets if out_of(A, data)(p)],
     {A: "idle-timeout"}),
    ("the server falls silent", PPTP,
     lambda packets: ends_after(into(A, data))(packets) +
     [p.at(p.time + 2 * n) for n in range(1, 10)
      for p in packets[:next(i for i, q in enumerate(packets)
                             if into(A, data)(q))]
      if out_of(A, data)(p)],
     {A: "server-silent"}),
    ("\"fragmentation needed\" about GRE, and no smaller ones",
     "pmtu_gre-routed", lambda packets: packets, {B: "mtu"}),
    ("large packets in GRE vanish and come again", PPTP,
     lambda packets: ends_after(into(A, data))(packets) +
     [p.with_ip(p.ip + b"\0" * 1200, p.time + t) for t in (1, 2, 3, 4)
      for p in [large_echo(next(q for q in packets
                                if out_of(A, data)(q)))]],
     {A: "mtu"}),

    ("two clients behind one address have one Call ID", PPTP_OUT,
     same_call_ids, {OUTSIDE: "call-id-twice"}),
    ("the ends do not agree on encryption", PPTP,
     lambda packets: ends_after(into(A, is_ppp(0xc223, 3)), lambda p: [
         ppp_message(0x80fd, 1)(q).at(p.time + 1) for q in packets
         if out_of(A, is_ppp(0xc223, 2))(q)] + [
             ppp_message(0xc021, code)(p).at(p.time + code)
             for code in (8, 5)])(packets),
     {A: "encryption-refused"}),
    ("PPP ends before it is up", PPTP,
     ends_after(into(A, is_ppp(0xc021, 2)),
                lambda p: [ppp_message(0xc021, 5)(p).at(p.time + 1)]),
     {A: "ppp-ended"}),
    ("the ends do not agree on a link", PPTP,
     drop(of(A, lambda p: gre(p) and not is_ppp(0xc021, 1)(p))),
     {A: "lcp-disagrees"}),
    ("the server ends the call", PPTP,
     lambda packets: ends_after(into(A, is_ppp(0xc021, 2)), lambda p: [
         following(q, q.payload[:8] + b"\0\x0d" + q.payload[10:]).at(
             p.time + 1) for q in packets if into(A, pptp(8))(q)])(packets),
     {A: "call-ended"}),
    ("GRE that is not PPTP's is not answered", PPTP,
     lambda packets: [made(packets[0], A, SERVER, GRE, b"\0\0\x08\0" +
                           packets[0].ip, n) for n in range(4)],
     {A: "gre-one-way"}),

    ("GRE leaves by another uplink", PPTP_OUT, other_uplink(gre),
     {OUTSIDE: "other-uplink", UPLINK: "other-uplink"}),
    ("LCP's echoes are not answered any more", PPTP, echoes_lost,
     {A: "keepalive-lost"}),

    ("the client's data is not answered", PPTP, drop(into(A, data)),
     {A: "data-unanswered"}),
    ("the client's encrypted data is not answered", PPTP,
     both(drop(into(A, data)), change(out_of(A, data), encrypted)),
     {A: "data-unanswered"}),

    # L2TP
    ("L2TP's HELLO is not answered, and the tunnel ends", L2TP, hellos_lost,
     {A: "keepalive-lost"}),
    ("L2TP's server acknowledges a request, and does not reply", L2TP,
     acknowledges_only(), {A: "tunnel-unanswered"}),
    ("the same to the only client", L2TP,
     both(acknowledges_only(), only(A)), {A: "tunnel-unanswered"}),
    ("L2TP's server acknowledges, and then refuses", L2TP,
     acknowledges_only(l2tp_end(4, 4)), {A: "tunnel-refused"}),
    ("L2TP's server acknowledges, and its reply is not heard", L2TP,
     acknowledges_only(lambda p: p), {A: "answer-lost"}),
    ("the data of L2TP's client is not answered", L2TP,
     drop(into(C, data)), {C: "data-unanswered"}),
    ("L2TP has no data", L2TP, drop(of(A, l2tp(-1))), {A: "data-filtered"}),
    ("the L2TP server is silent", L2TP, both(only(A), drop(to_client)),
     {A: "no-answer"}),
    ("the server insists on port 1701: outside", L2TP_OUT,
     both(drop(lambda p: 64867 not in p.ports),
          change(to_client, lambda p: p.with_ports(1701, 1701)),
          drop(l2tp(3, 10, 12, -1))),
     {OUTSIDE: "l2tp-port-1701"}),
    ("the server insists on port 1701: another client has it", L2TP_OUT,
     drop(lambda p: 64867 in p.ports and
          (p.inbound() or p.l2tp() != 1)),
     {OUTSIDE + ":64867": "l2tp-port-1701"}),
    ("the server insists on port 1701: inside", L2TP,
     drop(of(A, lambda p: p.inbound() or p.l2tp() != 1)),
     {A: "l2tp-port-1701"}),
    ("an L2TP server answers from another address", L2TP,
     both(change(into(A), lambda p: p.with_address(source=OTHER_SERVER)),
          drop(out_of(A, l2tp(3, 10, 12, -1)))),
     {A: "answer-other-address"}),
    ("an L2TP server answers from another port", L2TP,
     both(only(A), drop(lambda p: p.l2tp() not in (1, 2)),
          change(into(A), lambda p: p.with_ports(4242, 1701)),
          lambda packets: packets + again(packets[0], 1, 3)),
     {A: "answer-other-port"}),
    ("no L2TP server listens", L2TP,
     both(drop(into(A)), drop(out_of(A, lambda p: p.l2tp() != 1)),
          errors(out_of(A), SERVER, 3, 3)),
     {A: "port-closed"}),
    ("the tunnel is refused", L2TP,
     both(change(into(A, l2tp(2)), l2tp_end(4, 4)),
          ends_after(into(A, l2tp(4)))),
     {A: "tunnel-refused"}),
    ("the L2TP call is refused", L2TP,
     both(change(into(A, l2tp(11)), l2tp_end(14, 4)),
          ends_after(into(A, l2tp(14)))),
     {A: "call-refused"}),
    ("the SCCRP is lost behind where it was captured", L2TP,
     both(ends_after(into(A, l2tp(2)),
                     lambda p: again(p, 1, 3, 7))),
     {A: "answer-lost"}),
    ("the session is not answered", L2TP,
     ends_after(out_of(A, l2tp(10)), lambda p: again(p, 1, 3, 7)),
     {A: "session-unanswered"}),
    ("L2TP's data comes in one direction: out", L2TP,
     drop(into(A, l2tp(-1))), {A: "data-filtered-in"}),
    ("L2TP's data comes in one direction: in", L2TP,
     drop(out_of(A, l2tp(-1))), {A: "data-filtered-out"}),
    ("the password is wrong (EAP)", L2TP,
     both(change(into(A, is_ppp(0xc227, 3)), ppp_code(4)),
          ends_after(into(A, is_ppp(0xc227, 4)))),
     {A: "auth-failed"}),
    ("the server hangs up instead of saying that it is wrong", L2TP,
     lambda packets: ends_after(
         out_of(A, is_ppp(0xc227, 2)),
         lambda p: [q.at(p.time + 1) for q in packets
                    if into(A, is_ppp(0xc021, 5))(q)])(
         [p for p in packets if not of(A, is_ppp(0xc227, 3))(p)]),
     {A: "auth-failed"}),
    ("no PPP of these clients at all", "l2tp_hidden-inside",
     lambda packets: packets,
     {A: "call-refused", B: "call-refused", C: "call-refused"}),

    ("L2TP's HELLO is not answered any more", L2TP,
     lambda packets: ends_after(into(A, data))(packets) +
     [l2tp_end(6, 0)(p).at(p.time + 60 + 4 * n) for n in range(4)
      for p in packets if out_of(A, l2tp(12))(p)],
     {A: "idle-timeout"}),

    # IPsec
    ("AH meets a NAT", "ah-inside", lambda packets: packets, {A: "ah"}),
    ("AH is not answered", "ah_1-routed", drop(to_client), {A: "ah"}),
    ("the server puts ESP into UDP, the client does not", IKE2,
     change(into(A, esp), in_udp), {A: "esp-mixed"}),
    ("the client puts ESP into UDP, the server does not", IKE1,
     change(out_of(A, esp), in_udp), {A: "esp-mixed"}),
    ("the server was restarted, and does not know the SA", IKE2, unknown_spi,
     {A: "sa-unknown"}),
    ("the server's IKE daemon ends while the VPN is up", NATT,
     errors_later(SERVER, 3), {A: "port-closed"}),
    ("the server's host goes away while the VPN is up", IKE2,
     errors_later(ROUTER, 1), {A: "unreachable"}),
    ("a firewall closes while the VPN is up", IKE2,
     errors_later(ROUTER, 13), {A: "prohibited"}),
    ("DPD is not answered", IKE2, requests_lost(37), {A: "keepalive-lost"}),
    ("a rekeying is not answered", IKE2, requests_lost(36),
     {A: "keepalive-lost"}),
    ("a fragment of IKE's own is lost on its way out", IKE2,
     parts_lost(out_of, (1, 2), 3), {A: "fragments-lost"}),
    ("a fragment of IKE's own is lost on its way in", IKE2,
     parts_lost(into, (1,), 2), {A: "fragments-lost"}),
    ("ESP leaves by another uplink", IKE2_OUT, other_uplink(esp),
     {OUTSIDE: "other-uplink", UPLINK: "other-uplink"}),
    ("port 4500 is reached by another uplink", "ikev1-natt-outside",
     other_uplink(lambda p: p.port(4500)),
     {OUTSIDE: "other-uplink", UPLINK: "other-uplink"}),
    ("the second client's ESP gets no answer (IKEv1)", IKE1,
     drop(into(B, esp)), {B: "second-esp-client"}),
    ("the second client's ESP goes to the first (IKEv2)", IKE2,
     change(into(B, esp), lambda p: p.with_address(to=A)),
     {B: "second-esp-client"}),
    ("ESP is filtered on its way in", IKE2, both(only(A), drop(into(A, esp))),
     {A: "esp-filtered-in"}),
    ("ESP is filtered on its way out", IKE2,
     both(only(A), drop(out_of(A, esp))), {A: "esp-filtered-out"}),
    ("ESP is filtered both ways", IKE2, drop(esp),
     {A: "esp-filtered", B: "esp-filtered", C: "esp-filtered"}),
    ("ESP is refused by the server's host", IKE1,
     both(drop(into(A, esp)), errors(out_of(A, esp), SERVER, 3, 2)),
     {A: "protocol-refused"}),
    ("port 500 is frozen: no answer (IKEv1)", IKE1,
     drop(of(B, lambda p: p.inbound() or not ike(p) or p.exchange() != 2)),
     {B: "port-500-frozen"}),
    ("port 500 is frozen: no answer (IKEv2)", IKE2,
     drop(of(C, lambda p: p.inbound() or p.exchange() != 34)),
     {C: "port-500-frozen"}),
    ("port 500 is frozen: the first client gets the answer", IKE2,
     both(change(into(B, ike), lambda p: p.with_address(to=A)),
          drop(of(B, esp))),
     {B: "port-500-frozen"}),
    ("Aggressive Mode is not answered, beside Main Mode", IKE1,
     both(aggressive(B), only_asks(B)), {B: "no-answer"}),
    ("Aggressive Mode is not answered, beside another identity's", IKE1,
     both(aggressive(A), with_identity(A, b"one"), aggressive(B),
          with_identity(B, b"two"), aggressive(C), only_asks(B)),
     {B: "no-answer"}),
    ("Aggressive Mode is not answered, as it is to its group", IKE1,
     both(aggressive(A), with_identity(A, b"one"), aggressive(B),
          with_identity(B, b"one"), aggressive(C), with_identity(C, b"one"),
          only_asks(B)),
     {B: "port-500-frozen"}),
    ("Aggressive Mode is not answered, as it was before", IKE1,
     both(aggressive(A), asks_again(lambda p: p)), {A: "port-500-frozen"}),
    ("Aggressive Mode is not answered, after Main Mode was", IKE1,
     asks_again(other_exchange(4)), {A: "no-answer"}),
    ("Aggressive Mode's answers go to another client", IKE1,
     both(aggressive(B), change(into(B, ike), lambda p: p.with_address(to=A)),
          drop(of(B, esp))),
     {B: "port-500-frozen"}),
    ("no answer to IKE", IKE2, both(only(A), drop(to_client)),
     {A: "no-answer"}),
    ("IKE is answered from another address", IKE2,
     both(change(into(A, ike), lambda p: p.with_address(source=OTHER_SERVER)),
          drop(of(A, esp))),
     {A: "answer-other-address"}),
    ("ESP comes from another address", IKE2,
     both(only(A),
          change(into(A, esp),
                 lambda p: p.with_address(source=OTHER_SERVER))),
     {A: "answer-other-address"}),
    ("no IKE daemon listens", IKE2,
     both(drop(into(A)), drop(out_of(A, lambda p: p.exchange() != 34)),
          errors(out_of(A), SERVER, 3, 3)),
     {A: "port-closed"}),
    ("no proposal is chosen (IKEv2)", IKE2,
     both(change(into(A, exchange(34)), ike_notify(14)),
          ends_after(into(A, exchange(34)))),
     {A: "ike-no-proposal"}),
    ("no proposal is chosen (IKEv1)", IKE1,
     both(change(into(A, exchange(2)), ike_notify(14, 1)),
          ends_after(into(A, exchange(5)))),
     {A: "ike-no-proposal"}),
    ("the group is refused", IKE2,
     both(change(into(A, exchange(34)), ike_notify(17)),
          ends_after(into(A, exchange(34)))),
     {A: "ike-group"}),
    ("a COOKIE is wanted for ever", IKE2,
     both(change(into(A, exchange(34)), ike_notify(16390)),
          ends_after(into(A, exchange(34)), lambda p: again(p, 1, 2, 3))),
     {A: "ike-cookie"}),
    ("the version is refused", IKE2,
     both(change(into(A, exchange(34)), ike_notify(5)),
          ends_after(into(A, exchange(34)))),
     {A: "ike-version"}),
    ("the key is wrong, and IKEv1 says so in clear", IKE1,
     both(lambda packets: [
         ike_notify(24, 1)(p) if p is [q for q in packets if
                                       into(A, exchange(2))(q)][2] else p
         for p in packets], ends_after(into(A, exchange(5)))),
     {A: "auth-failed"}),
    ("the key is wrong, and IKEv2 says so encrypted", IKE2,
     both(change(into(A, exchange(35)), shorter_ike(80)),
          ends_after(into(A, exchange(35)))),
     {A: "auth-failed"}),
    ("the key is wrong, and nobody says so", IKE1,
     lambda packets: ends_after(
         lambda p: p is [q for q in packets if out_of(A, exchange(2))(q)][2],
         lambda p: again(p, 1, 3, 7))(packets),
     {A: "auth-unanswered"}),
    ("Quick Mode is not answered", IKE1,
     ends_after(out_of(A, exchange(32)), lambda p: again(p, 1, 3, 7)),
     {A: "ike-child-unanswered"}),
    ("Quick Mode is refused", IKE1,
     both(change(into(A, exchange(32)), ike_notify(18, 1)),
          ends_after(into(A, exchange(5)))),
     {A: "ike-child-refused"}),
    ("Quick Mode is refused, and that is encrypted", IKE1,
     both(change(into(A, exchange(32)), other_exchange(5)),
          ends_after(into(A, exchange(5)))),
     {A: "ike-child-refused"}),
    ("Main Mode stops in its middle", IKE1,
     ends_after(lambda p: out_of(A, exchange(2))(p) and len(p.ip) == 160,
                lambda p: again(p, 1, 3, 7)),
     {A: "ike-stopped"}),
    ("IKE is refused for another reason", IKE2,
     both(change(into(A, exchange(34)), ike_notify(7)),
          ends_after(into(A, exchange(34)))),
     {A: "ike-refused"}),
    ("IKE is answered, and the client does not hear it", IKE2,
     lambda packets: ends_after(into(A, exchange(34)))(packets) +
     again(packets[0], 1, 3, 7) + again(packets[1], 1, 3, 7),
     {A: "answer-lost"}),
    ("port 4500 is blocked", NATT,
     drop(into(A, lambda p: p.port(4500))), {A: "udp-4500-blocked"}),
    ("port 4500 is blocked before where it was captured", NATT,
     drop(of(A, lambda p: p.port(4500))), {A: "udp-4500-blocked"}),
    ("port 4500 is blocked on its way out", NATT2,
     drop(out_of(A, lambda p: p.port(4500))), {A: "udp-4500-blocked"}),
    ("ESP in UDP goes to one client only: L2TP/IPsec", "l2tp-ipsec-inside",
     drop(into(B, esp)), {B: "several-transport-mode"}),
    ("ESP in UDP is not answered", NATT,
     both(only(A), drop(into(A, esp))), {A: "esp-filtered-in"}),
    ("a NAT forgets NAT-T while nobody sends", NATT,
     lambda packets: ends_after(into(A, esp))(packets) +
     [next(q for q in packets if out_of(A, esp)(q)).at(
         packets[0].time + 300 + n) for n in range(4)],
     {A: "idle-timeout"}),
    ("a NAT gives a session another port", NATT,
     lambda packets: ends_after(into(A, esp))(packets) +
     [next(q for q in packets if out_of(A, esp)(q)).with_ports(
         5555, 4500).at(packets[-1].time + n) for n in range(4)],
     {A: "port-changed"}),
    ("a NAT gives one of a public address another port",
     "ikev1-natt-outside",
     lambda packets: [
         p.with_ports(5555, 4500) if p.ports == (44666, 4500) and esp(p) and
         p.time > packets[0].time + 5 else p for p in packets
         if p.ports != (4500, 44666) or p.time < packets[0].time + 5],
     {OUTSIDE: "port-changed"}),
    ("fragments of IKE are lost on their way in", "ike_frag_3-routed",
     drop(into(A, lambda p: p.later)), {A: "fragments-lost"}),
    ("fragments of IKE are lost on their way out", "ike_frag_3-routed",
     both(drop(out_of(A, lambda p: p.later)), drop(into(A, lambda p: p.later)),
          drop(into(A, exchange(35))), drop(of(A, esp)), only(A)),
     {A: "fragments-lost"}),
    ("fragments of IKE are lost behind where they were captured",
     "ike_frag_3-routed",
     both(drop(into(A, lambda p: p.later or p.exchange() == 35)),
          drop(of(A, esp)), only(A)),
     {A: "fragments-lost"}),
    ("fragments of ESP are lost", "esp_frag-routed",
     drop(lambda p: p.later), {A: "fragments-lost"}),
    ("\"fragmentation needed\" about ESP, and no smaller ones",
     "pmtu_esp-routed",
     lambda packets: ends_after(
         lambda p: p.protocol == ICMP and p.to == A)(packets) +
     [large_esp(packets, A).at(t) for t in
      (packets[0].time + 20, packets[0].time + 21, packets[0].time + 22)],
     {A: "mtu"}),
    ("large ESP vanishes and comes again", IKE2,
     lambda packets: packets + [
         larger(next(p for p in packets if out_of(A, esp)(p)), 1300).at(
             packets[-1].time + t) for t in (0.1, 0.3, 0.7, 1.5, 3.1)],
     {A: "mtu"}),
]


# name, capture, how it is changed, {client: remark}; all is well.
WELL = [
    ("data of the server's alone", PPTP, drop(out_of(A, data)), {}),
    ("data to a group alone", PPTP,
     both(drop(into(A, data)), change(out_of(A, data), to_group)), {}),
    ("data both ways, in one packet each", PPTP,
     both(one_only(into(A, data)), one_only(out_of(A, data))), {}),
    ("one packet of the client's data", PPTP,
     both(drop(into(A, data)), one_only(out_of(A, data))),
     {A: "data-unanswered"}),
    ("one packet of the client's data in L2TP", L2TP,
     both(drop(into(C, data)), one_only(out_of(C, data))),
     {C: "data-unanswered"}),
    ("Aggressive Mode of all", IKE1,
     both(aggressive(A), aggressive(B), aggressive(C)), {}),
]


def larger(p, more):
    """The same packet with more in it."""
    return p.with_ip(p.ip[:2] + struct.pack(">H", len(p.ip) + more) +
                     p.ip[4:] + b"\0" * more)


def large_echo(p):
    """A ping in PPP becomes a large one."""
    at = p.ip.index(b"\x21\x45") + 1
    inner = p.ip[at:at + 2] + struct.pack(">H", 1300) + p.ip[at + 4:]
    return p.with_ip(p.ip[:at] + inner)


def large_esp(packets, client):
    return max((p for p in packets if out_of(client, esp)(p)),
               key=lambda p: len(p.ip))


def answers(done):
    """{client, or client:port if it is public: cause}, of those that fail."""
    found = {}
    for one in json.loads(done.stdout)["clients"]:
        if one["cause"]:
            found.setdefault(one["client"], one["cause"])
            found["%s:%d" % (one["client"], one["client_port"])] = one["cause"]
    return found


def fits(found, wanted):
    """Everything that is wanted, and of other clients nothing."""
    rest = {name for name in found
            if name not in wanted and name.split(":")[0] not in wanted and
            not any(one.split(":")[0] == name for one in wanted)}
    return not rest and all(found.get(name) == cause
                            for name, cause in wanted.items())


def good_ones():
    for name in GOOD:
        done = run("--why", os.path.join(CAPTURES, name + ".pcap"))
        check("all is well in " + name,
              done.returncode == 0 and b"all is well" in done.stdout,
              done.stdout.decode())


def twice():
    """A mirrored port, or all interfaces of a router at once: each packet is
    there twice, once with a smaller time to live, and counts once."""
    for name in GOOD:
        packets = load(name)
        copies = [Packet(p.time + 0.0001, p.with_ip(
            p.ip[:8] + bytes([p.ip[8] - 1]) + p.ip[9:]).data, p.length)
                  for p in packets]
        done = run("--why", save(packets + copies))
        check("all is well in %s, twice" % name, done.returncode == 0 and
              b"packets were captured twice" in done.stdout,
              done.stdout.decode())
    name, capture, how, wanted = ROWS[0]
    packets = how(load(capture))
    done = run("--why", "--json", save(packets + [
        p.at(p.time + 0.0001) for p in packets]))
    check("what is broken is broken twice", fits(answers(done), wanted),
          answers(done))


def parts():
    """Captures that begin late, or end early."""
    packets = load("everything-inside")
    for share in 12, 25:
        done = run("--why", "--json", save(
            packets[len(packets) * share // 100:]))
        check("an end without a beginning is no failure (%d %%)" % share,
              done.returncode == 0, answers(done))
    packets = [p for p in load(PPTP) if p.of(A)]
    asked = next(i for i, p in enumerate(packets) if p.pptp() == 7)
    hint = r"the capture ends \d+ ms behind the first packet without an answer"
    for more in 0, 3:
        done = run("--why", "--json", save(packets[:asked + 1] + again(
            packets[asked], *range(1, more + 1))))
        one = json.loads(done.stdout)["clients"][0]
        check("a capture that ends at once is said to (%d more)" % more,
              one["cause"] == "call-unanswered" and
              bool(re.match(hint, one["seen"] or "")) == (more == 0), one)


def broken_ones():
    for name, capture, how, wanted in ROWS:
        try:
            file = save(how(load(capture)))
        except StopIteration:
            check(name, False, "the capture has no such packet")
            continue
        done = run("--why", "--json", file)
        found = answers(done)
        check(name, fits(found, wanted) and done.returncode == 3, found)


def well_ones():
    for name, capture, how, wanted in WELL:
        done = run("--why", "--json", save(how(load(capture))))
        remarks = {one["client"]: one["remark"]
                   for one in json.loads(done.stdout)["clients"]
                   if one["remark"]}
        check("all is well with " + name, done.returncode == 0 and
              remarks == wanted, (done.returncode, remarks, answers(done)))


def edges():
    """What is no VPN, no capture, or no proper command line."""
    nothing = path("nothing.pcap")
    with open(nothing, "wb") as file:
        file.write(pcap_bytes([]))
    done = run("--why", nothing)
    check("an empty capture has no VPN, and that is told",
          done.returncode == 4 and b"looked for PPTP" in done.stdout,
          done.stdout)
    done = run("--why", os.path.join(CAPTURES, "general-inside.pcap"))
    check("other traffic is no VPN", done.returncode == 4, done.stdout)
    done = run("--why", "--json", nothing)
    check("as JSON, too", done.returncode == 4 and
          json.loads(done.stdout)["clients"] == [], done.stdout)
    with open(os.path.join(CAPTURES, PPTP + ".pcap"), "rb") as file:
        good = file.read()
    done = run("--why", "-", stdin=good[:-5])
    check("a capture that is cut is reported as far as it goes",
          done.returncode == 1 and b"until the error" in done.stdout and
          b"cannot read input" in done.stderr, done.stderr)
    done = run("--why", "-", stdin=b"no capture at all")
    check("what is no capture is refused", done.returncode == 1 and
          not done.stdout, done.stderr)
    for words in (["--why"], ["--why", nothing, "out.pcap"],
                  ["--why", "--outside", nothing, nothing],
                  ["--why", "--explain", nothing],
                  ["--why", "--both", nothing],
                  ["--why", "--html", "-", nothing],
                  ["--why", "--html", "out.html", "-"],
                  ["--why", "--sessions", nothing]):
        done = run(*words)
        check("refused: " + " ".join(words[:-1] or words),
              done.returncode == 2, done.stderr)


def forms():
    """The same in every file format, behind other headers, cut and raw."""
    _, _, records = parse_pcap(open(
        os.path.join(CAPTURES, PPTP + ".pcap"), "rb").read())
    raw = [(s, f, d[14:], n - 14) for s, f, d, n in records]
    short = [(s, f, d[:96], n) for s, f, d, n in records]
    tagged = [(s, f, d[:12] + b"\x81\0\0\x05" + d[12:], n + 4)
              for s, f, d, n in records]
    for name, data in (("raw IP", pcap_bytes(raw, link=101)),
                       ("pcapng", pcapng_bytes(records)),
                       ("VLAN", pcap_bytes(tagged)),
                       ("96 bytes of each", pcap_bytes(short, snaplen=96))):
        done = run("--why", "-", stdin=data)
        check("all is well in " + name, done.returncode == 0,
              done.stdout.decode())


def keywords():
    """Manual and program have the same causes."""
    with open(os.path.join(SOURCE, "examples/pcap/why_cause.c"),
              encoding="utf-8") as file:
        table = file.read()
    known = set(re.findall(r'why_\w+,\s*"([a-z0-9-]+)",', table))
    with open(os.path.join(SOURCE, "doc/vpnalg-pcap.1"),
              encoding="utf-8") as file:
        manual = file.read().split(".SH CAUSES")[1].split(".SH ")[0]
    told = {word.replace("\\-", "-")
            for word in re.findall(r"^\.B ([a-z0-9\\-]+)$", manual, re.M)}
    check("the manual has each cause (%d)" % len(known),
          len(known) > 40 and known == told, known ^ told)
    with open(os.path.join(SOURCE, "doc/passthrough.md"),
              encoding="utf-8") as file:
        page = file.read()
    lacking = [word for word in known
               if not re.search(r"[ |]%s[ ,;|]" % word, page)]
    check("the page for owners of routers has each cause", not lacking,
          lacking)
    with open(os.path.join(SOURCE, "lib/engine/result.c"),
              encoding="utf-8") as file:
        reasons = re.findall(r'\[VPNALG_DROP_\w+\] = "([^"]+)"', file.read())
    lacking = [words for words in reasons if "\n| %s |" % words not in page]
    check("and each reason of dropped packets (%d)" % len(reasons),
          len(reasons) > 20 and not lacking, lacking)
    tried = {cause for row in ROWS for cause in row[3].values()}
    tried |= {"unknown"}
    rest = {"client-silent", "capture-ends"}  # remarks: good captures
    check("each cause has a row here", known - tried - rest == set(),
          known - tried - rest)


def spoiled():
    """Bytes at random: it may say anything, but it must say it."""
    dice = random.Random(1)
    captures = [name for name in GOOD if os.path.getsize(
        os.path.join(CAPTURES, name + ".pcap")) < 60000]
    wrong = []
    for _ in range(FUZZ_RUNS):
        with open(os.path.join(CAPTURES, dice.choice(captures) + ".pcap"),
                  "rb") as file:
            data = bytearray(file.read())
        for _ in range(dice.choice((1, 20, 300))):
            data[dice.randrange(24, len(data))] = dice.randrange(256)
        if dice.randrange(3) == 0:
            del data[dice.randrange(24, len(data)):]
        done = run("--why", *(["--json"] if dice.randrange(2) else []), "-",
                   stdin=bytes(data))
        if done.returncode not in (0, 1, 3, 4) or SANITIZER.search(
                done.stderr):
            wrong.append((done.returncode, done.stderr[-500:]))
    check("%d spoiled captures" % FUZZ_RUNS, not wrong, wrong[:1])


good_ones()
broken_ones()
well_ones()
twice()
parts()
edges()
forms()
keywords()
spoiled()
finish()

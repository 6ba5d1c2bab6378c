# SPDX-License-Identifier: BSD-2-Clause
"""Ways to break a capture, and to name packets of it."""

import struct

from pcap_why_packet import ETHERNET, UPLINK, icmp


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


def ppp_code(code):
    """Another code in the same PPP message: a success becomes a failure."""
    def how(p):
        at = len(p.ip) - len(p.ppp()) + 2
        return p.with_ip(p.ip[:at] + bytes([code]) + p.ip[at + 1:])
    return how


def is_ppp(protocol, code):
    return lambda p: p.ppp()[:3] == struct.pack(">HB", protocol, code)


def data(p):
    return is_ppp(0x21, 0x45)(p)


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


def to_client(p):
    return p.inbound()


def of(client, more=lambda p: True):
    return lambda p: p.of(client) and more(p)


def into(client, more=lambda p: True):
    return lambda p: p.inbound() and p.of(client) and more(p)


def out_of(client, more=lambda p: True):
    return lambda p: not p.inbound() and p.of(client) and more(p)


def exchange(*numbers):
    return lambda p: p.exchange() in numbers


def everything(p):
    return True


PPTP, PPTP_OUT = "pptp-three-inside", "pptp-three-outside"
L2TP, L2TP_OUT = "l2tp-three-inside", "l2tp-three-outside"
IKE1, IKE1_OUT = "esp-ike1-three-inside", "esp-ike1-three-outside"


def other_uplink(test):
    """What fits leaves from another outside address, and is not answered."""
    return both(drop(lambda p: p.inbound() and test(p)),
                change(test, lambda p: p.with_address(source=UPLINK)))

# SPDX-License-Identifier: BSD-2-Clause
"""How IPsec fails, and the cause that vpnalg-pcap --why must name."""

import struct

from pcap_why_packet import (A, B, C, ICMP, OTHER_SERVER, OUTSIDE, ROUTER,
                             SERVER, UDP, UPLINK, icmp, made)
from pcap_why_ways import (IKE1, again, aggressive, both, change, drop,
                           ends_after, errors, exchange, ike_notify, into, of,
                           only, other_exchange, other_uplink, out_of,
                           to_client, with_identity)


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


def esp(p):
    return p.esp()


def ike(p):
    return bool(p.ike())


IKE2, IKE2_OUT = "esp-ike2-three-inside", "esp-ike2-three-outside"
NATT = "ikev1-natt-inside"
NATT2 = "ikev2-natt-rekey-inside"


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


# name, capture, how it is broken, {client: cause}; all other clients work.
IPSEC_ROWS = [
    ("the client's packets pass elsewhere: IPsec", IKE2,
     drop(lambda p: not p.inbound()),
     {A: "one-direction", B: "one-direction", C: "one-direction"}),
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


def larger(p, more):
    """The same packet with more in it."""
    return p.with_ip(p.ip[:2] + struct.pack(">H", len(p.ip) + more) +
                     p.ip[4:] + b"\0" * more)


def large_esp(packets, client):
    return max((p for p in packets if out_of(client, esp)(p)),
               key=lambda p: len(p.ip))

# SPDX-License-Identifier: BSD-2-Clause
"""How PPTP fails, and the cause that vpnalg-pcap --why must name."""

import struct

from pcap_why_packet import (A, ACK, B, C, FIN, GRE, OTHER_SERVER, OUTSIDE,
                             ROUTER, RST, SERVER, SYN, TCP, UPLINK, load, made,
                             segment)
from pcap_why_ways import (PPTP, PPTP_OUT, again, both, change, data, drop,
                           ends_after, errors, into, is_ppp, of, only,
                           other_uplink, out_of, ppp_code)


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


def encrypted(p):
    """The same packet of data, as if by MPPE."""
    at = len(p.ip) - len(p.ppp()) + 1
    return p.with_ip(p.ip[:at] + b"\xfd" + p.ip[at + 1:])


def gre(p):
    return p.protocol == GRE


def tcp(p):
    return p.protocol == TCP


def pptp(kind):
    return lambda p: p.pptp() == kind


def flags(bits, mask=SYN | RST | ACK | FIN):
    return lambda p: p.protocol == TCP and p.l4[13] & mask == bits


def stop_control(p):
    """The server ends the control connection by a message."""
    return p.with_payload(p.payload[:8] + b"\0\3" + p.payload[10:])


def echoes_lost(packets):
    """LCP echoes of the client's, and its end after them."""
    last = [p for p in packets if into(A, data)(p)][2]
    lcp = next(p for p in packets if out_of(A, is_ppp(0xc021, 1))(p))
    return [p for p in packets if not p.of(A) or p.time <= last.time] + [
        ppp_message(0xc021, code)(lcp).at(last.time + 10 * n)
        for n, code in enumerate((9, 9, 9, 9, 5), 1)]


# name, capture, how it is broken, {client: cause}; all other clients work.
PPTP_ROWS = [
    ("the client's packets pass elsewhere: PPTP", PPTP, drop(out_of(A)),
     {A: "one-direction"}),
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
]


def large_echo(p):
    """A ping in PPP becomes a large one."""
    at = p.ip.index(b"\x21\x45") + 1
    inner = p.ip[at:at + 2] + struct.pack(">H", 1300) + p.ip[at + 4:]
    return p.with_ip(p.ip[:at] + inner)

# SPDX-License-Identifier: BSD-2-Clause
"""How L2TP fails, and the cause that vpnalg-pcap --why must name."""

import struct

from pcap_why_packet import A, B, C, OTHER_SERVER, OUTSIDE, SERVER
from pcap_why_ways import (L2TP, L2TP_OUT, again, both, change, data, drop,
                           ends_after, errors, into, is_ppp, of, only, out_of,
                           ppp_code, to_client)


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


def l2tp(*kinds):
    return lambda p: p.l2tp() in kinds


def hellos_lost(packets):
    """L2TP's HELLO from the client, repeated, and its StopCCN."""
    last = [p for p in packets if into(A, data)(p)][1]
    like = next(p for p in packets if out_of(A, l2tp(12))(p))
    return [p for p in packets if not p.of(A) or p.time <= last.time] + [
        l2tp_end(kind, 1)(like).at(last.time + 4 * n)
        for n, kind in enumerate((6, 6, 6, 6, 6, 4), 1)]


# name, capture, how it is broken, {client: cause}; all other clients work.
L2TP_ROWS = [
    ("the client's packets pass elsewhere: L2TP", L2TP, drop(out_of(B)),
     {B: "one-direction"}),
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
]

/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of fragments: a flow of each protocol, and the orders of
 * three fragments. */
#ifndef TESTS_FRAGMENT_FLOWS_H
#define TESTS_FRAGMENT_FLOWS_H

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_state.h"

#include <vpnalg/ipsec.h>
#include <vpnalg/l2tp.h>

#include <string.h>

static struct world w;
static struct connection c;
static struct esp sa;
static struct tunnel tunnel;
static struct ike ike;
static uint16_t call_id;

static inline void begin(void)
{
	fragment_world(&w, (struct world_options){ 0 });
}

static inline void end(void)
{
	world_end(&w);
}

/* One flow of each protocol: how it begins, and a packet of it. */

static inline void begin_call(void)
{
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	call_id = call_out(&w, &c, 0x1234, 0x4321);
}

static inline struct bytes call_packet(bool inward)
{
	return inward ? gre_packet(SERVER, OUTSIDE, call_id, 9)
		      : gre_packet(CLIENT_A, SERVER, 0x4321, 9);
}

static inline void begin_sa(void)
{
	sa = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);
	ck_assert_uint_eq(esp_sends(&w, &sa), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &sa));
}

static inline struct bytes sa_packet(bool inward)
{
	return inward ? esp_packet(SERVER, OUTSIDE, 0x2222, 2)
		      : esp_packet(CLIENT_A, SERVER, 0x1111, 2);
}

static inline void begin_ike(void)
{
	ike = ike_of(CLIENT_A, SERVER, 1);
	ike_begin(&w, &ike);
}

static inline struct bytes ike_packet(bool inward)
{
	return inward ? ike_from_server(&ike, IKE_AUTH, RESPONSE, 1)
		      : ike_from_client(&ike, IKE_AUTH, INITIATOR, 1);
}

static inline struct bytes nat_t_packet(bool inward)
{
	static const char data[] = "\1\2\3\4\0\0\0\1 and so on";

	return inward ? udp_packet(SERVER, NAT_T, OUTSIDE, NAT_T, data,
				   sizeof(data))
		      : udp_packet(CLIENT_A, NAT_T, SERVER, NAT_T, data,
				   sizeof(data));
}

static inline void begin_nat_t(void)
{
	struct bytes p = nat_t_packet(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static inline void begin_tunnel(void)
{
	tunnel = (struct tunnel){ .client = CLIENT_A, .server = SERVER,
				  .port = L2TP, .version = 2, .own = 7,
				  .peer = 100 };
	tunnel_begin(&w, &tunnel);
}

static inline struct bytes tunnel_packet(bool inward)
{
	struct bytes m = l2tp_data2(inward ? 7 : 100, 1, 5);

	return inward ? l2tp_packet(SERVER, L2TP, OUTSIDE, tunnel.outside_port,
				    &m)
		      : l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
}

/* Hosts share port 1701: the Tunnel ID of what comes in changes. */
static inline void begin_shared_tunnel(void)
{
	struct tunnel other = { .client = CLIENT_B, .server = SERVER,
				.port = L2TP, .version = 2, .own = 7,
				.peer = 101, .fixed_port = true };

	tunnel = other;
	tunnel.client = CLIENT_A;
	tunnel.peer = 100;
	tunnel_begin(&w, &other);
	tunnel_begin(&w, &tunnel);
}

static inline struct bytes shared_packet(bool inward)
{
	struct bytes m = l2tp_data2(
		inward ? (uint16_t)tunnel.outside_own : 100, 1, 5);

	return inward ? l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m)
		      : l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
}

static inline struct bytes gre_plain(bool inward)
{
	static const char gre[] = "\x20\0\x08\0\0\0\0\x28 and so on";

	return inward ? ip_packet(SERVER, OUTSIDE, GRE, gre, sizeof(gre))
		      : ip_packet(CLIENT_A, SERVER, GRE, gre, sizeof(gre));
}

static inline void begin_gre(void)
{
	struct bytes p = gre_plain(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static inline void begin_udp(void)
{
	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
}

static inline struct bytes udp_data(bool inward)
{
	return inward ? udp_packet(SERVER, 53, OUTSIDE, 5000, "pong", 4)
		      : udp_packet(CLIENT_A, 5000, SERVER, 53, "ping", 4);
}

static inline void begin_tcp(void)
{
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 5000, SERVER, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 5000, SYN | ACK, 0),
			  VPNALG_TRANSLATED);
}

static inline struct bytes tcp_data(bool inward)
{
	return inward ? tcp_packet(SERVER, 80, OUTSIDE, 5000, 1, 1, ACK, "", 0)
		      : tcp_packet(CLIENT_A, 5000, SERVER, 80, 1, 1, ACK, "",
				   0);
}

static uint16_t echo_id;

static inline struct bytes echo(bool inward)
{
	return inward ? icmp_query(SERVER, OUTSIDE, ECHO_REPLY, echo_id, 1)
		      : icmp_query(CLIENT_A, SERVER, ECHO, 77, 1);
}

static inline void begin_echo(void)
{
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 77),
			  VPNALG_TRANSLATED);
	echo_id = icmp_id(&w);
}

static inline struct bytes sctp(bool inward)
{
	static const char to[] = "\x13\x88\x01\x01\0\0\0\1\0\0\0\0\0\3";
	static const char from[] = "\x01\x01\x13\x88\0\0\0\1\0\0\0\0\0\3";

	return inward ? ip_packet(SERVER, OUTSIDE, 132, from, sizeof(from))
		      : ip_packet(CLIENT_A, SERVER, 132, to, sizeof(to));
}

static inline void begin_sctp(void)
{
	struct bytes p = sctp(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static inline struct bytes ipv6(bool inward)
{
	return inward ? ip_packet(SERVER, OUTSIDE, 41, "\x60", 1)
		      : ip_packet(CLIENT_A, SERVER, 41, "\x60", 1);
}

static inline void begin_ipv6(void)
{
	struct bytes p = ipv6(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static const struct {
	const char *what;
	void (*begin)(void);
	struct bytes (*packet)(bool inward);
} flows[] = {
	{ "PPTP call", begin_call, call_packet },
	{ "ESP", begin_sa, sa_packet },
	{ "IKE", begin_ike, ike_packet },
	{ "NAT-T", begin_nat_t, nat_t_packet },
	{ "L2TP", begin_tunnel, tunnel_packet },
	{ "L2TP by Tunnel ID", begin_shared_tunnel, shared_packet },
	{ "GRE", begin_gre, gre_plain },
	{ "UDP", begin_udp, udp_data },
	{ "TCP", begin_tcp, tcp_data },
	{ "ICMP query", begin_echo, echo },
	{ "SCTP", begin_sctp, sctp },
	{ "IPv6 in IPv4", begin_ipv6, ipv6 },
};

/* Orders of three fragments. */
static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
				       { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

static const uint32_t cuts[4] = { 0, 1480, 2960, 3980 };

/* A datagram of 4,000 bytes, and what becomes of it as a whole. */
static inline void make_whole(unsigned flow, bool inward, struct bytes *whole,
			      struct bytes *expected)
{
	*whole = flows[flow].packet(inward);
	grow(whole, 4000);
	ck_assert_msg(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT,
				  whole) == VPNALG_TRANSLATED,
		      "%s: %s", flows[flow].what,
		      vpnalg_result_text(w.last.result));
	memcpy(expected->data, w.bytes, w.length);
	expected->length = w.length;
}

/* The Identification may differ. */
static inline void check_same(struct bytes *got, const struct bytes *expected,
			      const char *what)
{
	set_ip_id(got, get16(expected->data + 4));
	ck_assert_uint_eq(got->length, expected->length);
	ck_assert_msg(memcmp(got->data, expected->data, got->length) == 0,
		      "%s: another datagram", what);
	ck_assert(checksums_right(got->data, got->length));
}

/* Something else may happen between any two fragments. */
static inline void check_orders(unsigned flow, bool inward,
				void (*between)(struct world *w))
{
	static struct bytes whole, expected, got, fragment;
	static struct collected out;
	unsigned order, i;

	flows[flow].begin();
	make_whole(flow, inward, &whole, &expected);
	for (order = 0; order < 6; order++) {
		memset(&out, 0, sizeof(out));
		out.between = between;
		set_ip_id(&whole, (uint16_t)(0x5000 + order));
		for (i = 0; i < 3; i++) {
			fragment = fragment_of(&whole, cuts[orders[order][i]],
					       cuts[orders[order][i] + 1]);
			send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
				      &fragment, &out);
		}
		ck_assert_msg(put_together(&out, &got), "%s: %u of 3",
			      flows[flow].what, out.count);
		check_same(&got, &expected, flows[flow].what);
		ck_assert_uint_eq(out.dropped, 0);
	}
}

#endif

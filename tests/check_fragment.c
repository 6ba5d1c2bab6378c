/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams of every protocol that come in fragments, in any order. */
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

static void begin(void)
{
	fragment_world(&w, (struct world_options){ 0 });
}

static void end(void)
{
	world_end(&w);
}

/* One flow of each protocol: how it begins, and a packet of it. */

static void begin_call(void)
{
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	call_id = call_out(&w, &c, 0x1234, 0x4321);
}

static struct bytes call_packet(bool inward)
{
	return inward ? gre_packet(SERVER, OUTSIDE, call_id, 9)
		      : gre_packet(CLIENT_A, SERVER, 0x4321, 9);
}

static void begin_sa(void)
{
	sa = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);
	ck_assert_uint_eq(esp_sends(&w, &sa), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &sa));
}

static struct bytes sa_packet(bool inward)
{
	return inward ? esp_packet(SERVER, OUTSIDE, 0x2222, 2)
		      : esp_packet(CLIENT_A, SERVER, 0x1111, 2);
}

static void begin_ike(void)
{
	ike = ike_of(CLIENT_A, SERVER, 1);
	ike_begin(&w, &ike);
}

static struct bytes ike_packet(bool inward)
{
	return inward ? ike_from_server(&ike, IKE_AUTH, RESPONSE, 1)
		      : ike_from_client(&ike, IKE_AUTH, INITIATOR, 1);
}

static struct bytes nat_t_packet(bool inward)
{
	static const char data[] = "\1\2\3\4\0\0\0\1 and so on";

	return inward ? udp_packet(SERVER, NAT_T, OUTSIDE, NAT_T, data,
				   sizeof(data))
		      : udp_packet(CLIENT_A, NAT_T, SERVER, NAT_T, data,
				   sizeof(data));
}

static void begin_nat_t(void)
{
	struct bytes p = nat_t_packet(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static void begin_tunnel(void)
{
	tunnel = (struct tunnel){ .client = CLIENT_A, .server = SERVER,
				  .port = L2TP, .version = 2, .own = 7,
				  .peer = 100 };
	tunnel_begin(&w, &tunnel);
}

static struct bytes tunnel_packet(bool inward)
{
	struct bytes m = l2tp_data2(inward ? 7 : 100, 1, 5);

	return inward ? l2tp_packet(SERVER, L2TP, OUTSIDE, tunnel.outside_port,
				    &m)
		      : l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
}

/* Hosts share port 1701: the Tunnel ID of what comes in changes. */
static void begin_shared_tunnel(void)
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

static struct bytes shared_packet(bool inward)
{
	struct bytes m = l2tp_data2(
		inward ? (uint16_t)tunnel.outside_own : 100, 1, 5);

	return inward ? l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m)
		      : l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
}

static struct bytes gre_plain(bool inward)
{
	static const char gre[] = "\x20\0\x08\0\0\0\0\x28 and so on";

	return inward ? ip_packet(SERVER, OUTSIDE, GRE, gre, sizeof(gre))
		      : ip_packet(CLIENT_A, SERVER, GRE, gre, sizeof(gre));
}

static void begin_gre(void)
{
	struct bytes p = gre_plain(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static void begin_udp(void)
{
	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
}

static struct bytes udp_data(bool inward)
{
	return inward ? udp_packet(SERVER, 53, OUTSIDE, 5000, "pong", 4)
		      : udp_packet(CLIENT_A, 5000, SERVER, 53, "ping", 4);
}

static void begin_tcp(void)
{
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 5000, SERVER, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 5000, SYN | ACK, 0),
			  VPNALG_TRANSLATED);
}

static struct bytes tcp_data(bool inward)
{
	return inward ? tcp_packet(SERVER, 80, OUTSIDE, 5000, 1, 1, ACK, "", 0)
		      : tcp_packet(CLIENT_A, 5000, SERVER, 80, 1, 1, ACK, "",
				   0);
}

static uint16_t echo_id;

static struct bytes echo(bool inward)
{
	return inward ? icmp_query(SERVER, OUTSIDE, ECHO_REPLY, echo_id, 1)
		      : icmp_query(CLIENT_A, SERVER, ECHO, 77, 1);
}

static void begin_echo(void)
{
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 77),
			  VPNALG_TRANSLATED);
	echo_id = icmp_id(&w);
}

static struct bytes sctp(bool inward)
{
	static const char to[] = "\x13\x88\x01\x01\0\0\0\1\0\0\0\0\0\3";
	static const char from[] = "\x01\x01\x13\x88\0\0\0\1\0\0\0\0\0\3";

	return inward ? ip_packet(SERVER, OUTSIDE, 132, from, sizeof(from))
		      : ip_packet(CLIENT_A, SERVER, 132, to, sizeof(to));
}

static void begin_sctp(void)
{
	struct bytes p = sctp(false);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

static struct bytes ipv6(bool inward)
{
	return inward ? ip_packet(SERVER, OUTSIDE, 41, "\x60", 1)
		      : ip_packet(CLIENT_A, SERVER, 41, "\x60", 1);
}

static void begin_ipv6(void)
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
static void make_whole(unsigned flow, bool inward, struct bytes *whole,
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
static void check_same(struct bytes *got, const struct bytes *expected,
		       const char *what)
{
	set_ip_id(got, get16(expected->data + 4));
	ck_assert_uint_eq(got->length, expected->length);
	ck_assert_msg(memcmp(got->data, expected->data, got->length) == 0,
		      "%s: another datagram", what);
	ck_assert(checksums_right(got->data, got->length));
}

/* Something else may happen between any two fragments. */
static void check_orders(unsigned flow, bool inward,
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

START_TEST(fragments_in_any_order_become_the_translated_datagram)
{
	check_orders((unsigned)_i / 2, _i % 2, NULL);
}
END_TEST

START_TEST(a_save_and_a_load_between_any_two_fragments_change_nothing)
{
	check_orders((unsigned)_i / 2, _i % 2, state_reload);
}
END_TEST

/* Data needs no room where the first fragment comes first. */
START_TEST(what_comes_in_order_is_not_held)
{
	static struct bytes whole, expected, fragment;
	static struct collected out;
	bool inward = _i % 2;
	unsigned flow = (unsigned)_i / 2, i;

	flows[flow].begin();
	make_whole(flow, inward, &whole, &expected);
	set_ip_id(&whole, 0x5000);
	memset(&out, 0, sizeof(out));
	for (i = 0; i < 3; i++) {
		fragment = fragment_of(&whole, cuts[i], cuts[i + 1]);
		ck_assert_msg(send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
					    &fragment, &out) ==
				      VPNALG_TRANSLATED,
			      "%s: %s", flows[flow].what,
			      vpnalg_result_text(w.last.result));
	}
}
END_TEST

START_TEST(a_datagram_is_known_at_the_end_of_the_clock)
{
	static struct collected out;
	struct bytes first, later;

	begin_udp();
	first = udp_data(false);
	w.now = VPNALG_NEVER - 1000;
	begin_udp();
	later = fragment_of(&first, 8, first.length - 20);
	first = fragment_of(&first, 0, 8);
	ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &first, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &later, &out),
			  VPNALG_TRANSLATED);
	world_forget(&w); /* no session ends any more */
	begin();
}
END_TEST

START_TEST(what_waits_for_a_lost_fragment_is_given_up)
{
	static struct bytes whole, expected, fragment;
	static struct collected out;
	bool inward = _i % 2;
	unsigned flow = (unsigned)_i / 2 % (unsigned)ROWS(flows);
	unsigned lost, order, i, given = 0;

	flows[flow].begin();
	make_whole(flow, inward, &whole, &expected);
	for (order = 0; order < 18; order++) {
		lost = order % 3;
		memset(&out, 0, sizeof(out));
		set_ip_id(&whole, (uint16_t)(0x5000 + order));
		for (i = 0; i < 3; i++) {
			if (orders[order / 3][i] == lost)
				continue;
			fragment =
				fragment_of(&whole, cuts[orders[order / 3][i]],
					    cuts[orders[order / 3][i] + 1]);
			send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
				      &fragment, &out);
		}
		ck_assert_uint_eq(out.count, lost == 0 ? 0 : 2);
		given += out.given;
	}
	world_wait(&w, 15000);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT),
			  dropped(&w, VPNALG_HELD) - given);
}
END_TEST

/* To another inside host by its outside address: out, and in again. */
START_TEST(a_hairpin_in_fragments_turns_round_in_any_order)
{
	static struct collected out, in;
	struct bytes whole = udp_packet(CLIENT_B, 6000, OUTSIDE, 5000, "", 0);
	struct bytes fragment, got;
	unsigned i;

	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	udp_open(&w, CLIENT_B, 6000, SERVER, 53);
	grow(&whole, 4000);
	memset(&out, 0, sizeof(out));
	memset(&in, 0, sizeof(in));
	for (i = 0; i < 3; i++) {
		fragment = fragment_of(&whole, cuts[orders[_i][i]],
				       cuts[orders[_i][i] + 1]);
		send_fragment(&w, VPNALG_OUT, &fragment, &out);
	}
	ck_assert_uint_eq(out.count, 3);
	ck_assert_uint_eq(out.marked, 3);
	w.options.turned = VPNALG_PACKET_HAIRPIN;
	for (i = 0; i < 3; i++)
		send_fragment(&w, VPNALG_IN, &out.packets[i], &in);
	ck_assert(put_together(&in, &got));
	ck_assert_uint_eq(get32(got.data + 12), OUTSIDE);
	ck_assert_uint_eq(get32(got.data + 16), CLIENT_A);
	ck_assert(checksums_right(got.data, got.length));
	ck_assert(memcmp(got.data + 28, whole.data + 28, 3972) == 0);
}
END_TEST

/* Control messages */

/* What happens between any two fragments: nothing, or a save and a load. */
static void (*const betweens[])(struct world *w) = { NULL, state_reload };
static void (*between)(struct world *w);

/* Cuts a segment or datagram in two at every 8 bytes, sends it both ways round,
 * and demands what the whole has become. */
static void check_every_cut(const struct bytes *whole,
			    const struct bytes *expected)
{
	static struct collected out;
	struct bytes datagram = *whole, parts[2], got;
	uint32_t cut, length = whole->length - 20;
	unsigned turn;

	for (cut = 8; cut < length; cut += 8)
		for (turn = 0; turn < 2; turn++) {
			memset(&out, 0, sizeof(out));
			out.between = between;
			set_ip_id(&datagram, (uint16_t)(cut * 2 + turn));
			parts[0] = fragment_of(&datagram, 0, cut);
			parts[1] = fragment_of(&datagram, cut, length);
			send_fragment(&w, VPNALG_OUT, &parts[turn], &out);
			send_fragment(&w, VPNALG_OUT, &parts[!turn], &out);
			ck_assert_msg(put_together(&out, &got), "at %u", cut);
			check_same(&got, expected, "a control message");
		}
}

/* And in fragments of 8 bytes each. */
static void check_small_cuts(const struct bytes *whole,
			     const struct bytes *expected)
{
	static struct collected out;
	struct bytes datagram = *whole, part, got;
	uint32_t at, length = whole->length - 20;

	memset(&out, 0, sizeof(out));
	out.between = between;
	set_ip_id(&datagram, 0xeeee);
	for (at = 0; at < length; at += 8) {
		part = fragment_of(&datagram, at,
				   at + 8 < length ? at + 8 : length);
		send_fragment(&w, VPNALG_OUT, &part, &out);
	}
	ck_assert(put_together(&out, &got));
	check_same(&got, expected, "in parts of 8 bytes");
}

static struct bytes last_bytes(void)
{
	struct bytes b = { .length = w.length };

	memcpy(b.data, w.bytes, w.length);
	return b;
}

START_TEST(a_call_request_may_be_cut_anywhere)
{
	struct bytes request = message(7, 0x1234, 0, 0), whole, expected;

	world_end(&w);
	fragment_world(&w, (struct world_options){
				   .choosing = CHOOSE_DIFFERENT,
				   .fragments = { .held = 40 } });
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	whole = tcp_packet(CLIENT_A, 1024, SERVER, PPTP, c.client_seq,
			   c.server_seq, ACK, request.data, request.length);
	ck_assert_uint_eq(client_sends(&w, &c, request.data, request.length),
			  VPNALG_TRANSLATED);
	whole = tcp_packet(CLIENT_A, 1024, SERVER, PPTP,
			   c.client_seq - request.length, c.server_seq, ACK,
			   request.data, request.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &whole),
			  VPNALG_TRANSLATED);
	expected = last_bytes();
	ck_assert_uint_ne(get16(expected.data + 40 + 12), 0x1234);
	check_every_cut(&whole, &expected);
	check_small_cuts(&whole, &expected);
}
END_TEST

START_TEST(an_sccrq_may_be_cut_anywhere)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ), whole, expected;

	between = betweens[_i];
	world_end(&w);
	fragment_world(&w,
		       (struct world_options){ .protocols = protocols,
					       .protocol_count = 1,
					       .fragments = { .held = 40 } });
	begin_shared_tunnel();
	l2tp_avp(&m, 2, 2, 0x0100);
	l2tp_avp(&m, 9, 2, 7);
	whole = l2tp_packet(CLIENT_C, L2TP, SERVER, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &whole),
			  VPNALG_TRANSLATED);
	expected = last_bytes();
	ck_assert_uint_ne(get16(expected.data + expected.length - 2), 7);
	check_every_cut(&whole, &expected);
	check_small_cuts(&whole, &expected);
}
END_TEST

/* The checksum of a segment lies in its second fragment, its flags too. */
START_TEST(ports_alone_are_not_enough_of_a_segment)
{
	struct bytes whole = tcp_packet(CLIENT_A, 5000, SERVER, 80, 7, 0, SYN,
					"", 0);
	struct bytes expected;

	between = betweens[_i];
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &whole),
			  VPNALG_TRANSLATED);
	expected = last_bytes();
	check_every_cut(&whole, &expected);
	check_small_cuts(&whole, &expected);
}
END_TEST

/* NAT-T by its session, and data of L2TP by its looks: L2TP needs no more of it
 * than what is there, and in its inside form does not claim it. */
START_TEST(a_first_fragment_is_undone_as_it_was_translated)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, NULL },
		{ vpnalg_ipsec, NULL },
	};
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 4500, "data", 4);
	struct collected out = { 0 };
	struct bytes first;

	end();
	fragment_world(&w, (struct world_options){ .protocols = protocols,
						   .protocol_count = 2 });
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = udp_packet(SERVER, 4500, OUTSIDE, get16(l4(&w)), "\0\2\1\1", 4);
	grow(&p, 200);
	first = fragment_of(&p, 0, 16);
	ck_assert_uint_eq(send_fragment(&w, VPNALG_IN, &first, &out),
			  VPNALG_TRANSLATED);
}
END_TEST

/* A datagram with the same Identification, soon after the first one. */
START_TEST(what_was_put_together_may_be_sent_again)
{
	struct bytes whole = tcp_packet(CLIENT_A, 5000, SERVER, 80, 7, 0, SYN,
					"", 0);
	struct bytes parts[2] = { fragment_of(&whole, 0, 8),
				  fragment_of(&whole, 8, 20) };
	struct collected out = { 0 };
	unsigned i;

	for (i = 0; i < 4; i++)
		send_fragment(&w, VPNALG_OUT, &parts[i & 1], &out);
	ck_assert_uint_eq(out.given, 4);
}
END_TEST

Suite *fragment_suite(void)
{
	Suite *suite = suite_create("fragment");
	TCase *t = tcase_create("in any order");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, fragments_in_any_order_become_the_translated_datagram, 0,
		2 * ROWS(flows));
	tcase_add_loop_test(
		t, a_save_and_a_load_between_any_two_fragments_change_nothing, 0,
		2 * ROWS(flows));
	tcase_add_loop_test(t, what_comes_in_order_is_not_held, 0,
			    2 * ROWS(flows));
	tcase_add_loop_test(t, what_waits_for_a_lost_fragment_is_given_up, 0,
			    2 * ROWS(flows));
	tcase_add_loop_test(t, a_hairpin_in_fragments_turns_round_in_any_order,
			    0, 6);
	tcase_add_test(t, a_datagram_is_known_at_the_end_of_the_clock);
	tcase_add_test(t, a_call_request_may_be_cut_anywhere);
	tcase_add_loop_test(t, an_sccrq_may_be_cut_anywhere, 0,
			    ROWS(betweens));
	tcase_add_test(t, a_first_fragment_is_undone_as_it_was_translated);
	tcase_add_loop_test(t, ports_alone_are_not_enough_of_a_segment, 0,
			    ROWS(betweens));
	tcase_add_test(t, what_was_put_together_may_be_sent_again);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, fragment_bounds_case());
	suite_add_tcase(suite, fragment_burst_case());
	suite_add_tcase(suite, fragment_error_case());
	return suite;
}

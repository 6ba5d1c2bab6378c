/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages that come in fragments, cut anywhere, or again. */
#include "fragment_flows.h"

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

TCase *fragment_control_case(void)
{
	TCase *t = tcase_create("control messages");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_call_request_may_be_cut_anywhere);
	tcase_add_loop_test(t, an_sccrq_may_be_cut_anywhere, 0, ROWS(betweens));
	tcase_add_test(t, a_first_fragment_is_undone_as_it_was_translated);
	tcase_add_loop_test(t, ports_alone_are_not_enough_of_a_segment, 0,
			    ROWS(betweens));
	tcase_add_test(t, what_was_put_together_may_be_sent_again);
	return t;
}

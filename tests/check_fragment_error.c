/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about fragments. */
#include "cases.h"
#include "fragments.h"
#include "general.h"

#include <vpnalg/pptp.h>

#include <string.h>

#define ROUTER 0xc0000209u        /* 192.0.2.9 */
#define INSIDE_ROUTER 0xc0a84d01u /* 192.168.77.1 */

enum { UNREACHABLE = 3, TIME_EXCEEDED = 11 };

static struct world w;

static void begin(void)
{
	fragment_world(&w, (struct world_options){ 0 });
}

static void end(void)
{
	world_end(&w);
}

static struct bytes datagram(uint32_t host)
{
	struct bytes p = udp_packet(host, 5000, SERVER, 53, "ping", 4);

	grow(&p, 2000);
	set_ip_id(&p, 7);
	return p;
}

static struct bytes last(void)
{
	struct bytes b = { .length = w.length };

	memcpy(b.data, w.bytes, w.length);
	return b;
}

static uint16_t id_of(const struct bytes *p)
{
	return get16(p->data + 4);
}

/* The two fragments of each of two hosts, inside and outside. All have the same
 * Identification inside. */
static struct bytes inside[2][2], outside[2][2];

static void send_all(void)
{
	struct collected out = { 0 };
	struct bytes whole;
	unsigned host, part;

	for (host = 0; host < 2; host++) {
		whole = datagram(host ? CLIENT_B : CLIENT_A);
		inside[host][0] = fragment_of(&whole, 0, 1480);
		inside[host][1] = fragment_of(&whole, 1480, 1980);
		for (part = 0; part < 2; part++) {
			send_fragment(&w, VPNALG_OUT, &inside[host][part],
				      &out);
			outside[host][part] = out.packets[out.count - 1];
		}
	}
	ck_assert_uint_ne(id_of(&outside[0][0]), id_of(&outside[1][0]));
}

static const uint32_t lengths[] = { 20 + 8, 20 + 108, 500 };

START_TEST(an_error_about_any_fragment_reaches_its_host)
{
	unsigned host = _i & 1, part = _i >> 1 & 1;
	uint32_t length = lengths[_i >> 2];
	const struct bytes *sent = &inside[host][part];
	struct bytes error, got;

	send_all();
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &outside[host][part],
			   length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	got = last();
	ck_assert_uint_eq(source(&w), ROUTER);
	ck_assert_uint_eq(destination(&w), host ? CLIENT_B : CLIENT_A);
	ck_assert(checksums_right(got.data, got.length));
	/* The quote is what the host has sent, its checksums included. */
	ck_assert_int_eq(memcmp(got.data + 28, sent->data, length), 0);
}
END_TEST

START_TEST(a_hosts_error_about_a_fragment_leaves_in_its_outside_form)
{
	struct bytes whole, parts[2], form[2], error, got;
	struct collected out = { 0 };
	unsigned i;

	send_all();
	whole = udp_packet(SERVER, 53, OUTSIDE, get16(outside[1][0].data + 20),
			   "pong", 4);
	grow(&whole, 2000);
	set_ip_id(&whole, 99);
	for (i = 0; i < 2; i++) {
		parts[i] = fragment_of(&whole, i * 1480, i ? 1980 : 1480);
		ck_assert_uint_eq(send_fragment(&w, VPNALG_IN, &parts[i], &out),
				  VPNALG_TRANSLATED);
		form[i] = out.packets[i];
	}
	for (i = 0; i < 2; i++) {
		error = icmp_error(CLIENT_B, SERVER, TIME_EXCEEDED, &form[i],
				   128);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
				  VPNALG_TRANSLATED);
		got = last();
		ck_assert_uint_eq(source(&w), OUTSIDE);
		ck_assert_uint_eq(destination(&w), SERVER);
		ck_assert(checksums_right(got.data, got.length));
		ck_assert_int_eq(memcmp(got.data + 28, parts[i].data, 128), 0);
	}
}
END_TEST

/* It counts for the kind of the session, as the datagram does. */
START_TEST(an_error_about_what_was_put_together_counts_for_its_kind)
{
	struct bytes whole = tcp_packet(CLIENT_A, 5000, SERVER, 80, 7, 0, SYN,
					"", 0);
	struct bytes parts[2] = { fragment_of(&whole, 0, 8),
				  fragment_of(&whole, 8, 20) };
	struct vpnalg_kind_counters counters;
	struct collected out = { 0 };
	struct bytes error;

	send_fragment(&w, VPNALG_OUT, &parts[0], &out);
	send_fragment(&w, VPNALG_OUT, &parts[1], &out);
	ck_assert_uint_eq(out.count, 2);
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &out.packets[1], 32);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert(vpnalg_kind_counters(w.alg, 0, &counters, sizeof(counters)));
	ck_assert_uint_eq(counters.translated[VPNALG_OUT], 0); /* PPTP's */
}
END_TEST

/* What a quote lacks, or has too much of. */
static void no_datagram(struct bytes *quote)
{
	set_ip_id(quote, 12345);
}

static void wrong_checksum(struct bytes *quote)
{
	quote->data[10] ^= 1;
}

static void wrong_remote(struct bytes *quote)
{
	put32(quote->data + 16, SERVER_2);
	set_fragment(quote, get16(quote->data + 6));
}

static const struct {
	const char *what;
	void (*change)(struct bytes *quote);
	unsigned result;
} unknown_quotes[] = {
	{ "of no datagram", no_datagram, VPNALG_UNTOUCHED },
	{ "wrong checksum", wrong_checksum, VPNALG_DROP_CHECKSUM },
	{ "to another remote", wrong_remote, VPNALG_UNTOUCHED },
};

START_TEST(an_error_about_a_fragment_that_nobody_sent_is_not_translated)
{
	struct bytes quote, error;
	unsigned result;

	send_all();
	quote = outside[1][1];
	unknown_quotes[_i].change(&quote);
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &quote, 128);
	result = send_packet(&w, VPNALG_IN, &error);
	ck_assert_msg(result == unknown_quotes[_i].result, "%s: %s",
		      unknown_quotes[_i].what, vpnalg_result_text(result));
}
END_TEST

START_TEST(an_error_is_never_held)
{
	struct bytes quote, error;
	uint32_t length;

	send_all();
	for (length = 20; length < 48; length++) {
		quote = outside[0][0];
		error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &quote,
				   length);
		ck_assert_uint_ne(send_packet(&w, VPNALG_IN, &error),
				  VPNALG_HELD);
	}
}
END_TEST

/* Errors that are fragments themselves. */

/* What has gone out, or come in, as the error's sender sees it. */
static struct bytes quoted_udp(bool inward)
{
	struct bytes p = inward ? udp_packet(CLIENT_A, 5000, SERVER, 53, "x", 1)
				: udp_packet(SERVER, 53, OUTSIDE, 5000, "x", 1);

	grow(&p, 1000);
	return p;
}

static struct bytes quoted_tcp(bool inward)
{
	struct bytes p = inward ? tcp_packet(CLIENT_A, 5000, SERVER, 80, 1, 0,
					     SYN, NULL, 0)
				: tcp_packet(SERVER, 80, OUTSIDE, 5000, 1, 2,
					     SYN | ACK, NULL, 0);

	grow(&p, 1000);
	return p;
}

static uint16_t call_id;

static struct bytes quoted_call(bool inward)
{
	struct bytes p = inward ? gre_packet(CLIENT_A, SERVER, 90, 1)
				: gre_packet(SERVER, OUTSIDE, call_id, 1);

	grow(&p, 1000);
	return p;
}

static const struct quoted {
	const char *what;
	/* A packet that travels out if the error comes in. */
	struct bytes (*packet)(bool inward);
} quoted_rows[] = {
	{ "UDP", quoted_udp },
	{ "TCP", quoted_tcp },
	{ "PPTP call", quoted_call },
};

/* Where the first fragment ends, behind the IP header: it quotes 20 bytes and
 * more behind the quoted one. */
static const uint32_t ends[] = { 48, 56, 64, 480 };

static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
				       { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

/* The error about a packet that has travelled. */
static struct bytes error_about(const struct quoted *row, bool inward,
				uint32_t sender)
{
	struct bytes p, error;

	p = row->packet(true);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	if (!inward) {
		p = row->packet(false);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
	}
	p = last();
	error = icmp_error(sender, inward ? OUTSIDE : SERVER, UNREACHABLE, &p,
			   548);
	set_ip_id(&error, 77);
	return error;
}

static void make_fragments(const struct bytes *error, uint32_t end,
			   struct bytes fragments[3])
{
	fragments[0] = fragment_of(error, 0, end);
	fragments[1] = fragment_of(error, end, end + 16);
	fragments[2] = fragment_of(error, end + 16, error->length - 20);
}

static void begin_call(void)
{
	struct connection c = { 0 };

	start_control(&w, &c, CLIENT_A, 3000, SERVER);
	call_id = call_out(&w, &c, 7, 90);
}

static void judge_orders(const struct quoted *row, bool inward,
			 uint32_t sender)
{
	struct bytes error = error_about(row, inward, sender), fragments[3];
	struct bytes expected, whole;
	struct collected got;
	unsigned order, i, end;

	ck_assert_uint_eq(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT,
				      &error), VPNALG_TRANSLATED);
	expected = last();
	for (end = 0; end < ROWS(ends); end++)
		for (order = 0; order < 6; order++) {
			set_ip_id(&error, (uint16_t)(100 + end * 6 + order));
			make_fragments(&error, ends[end], fragments);
			got = (struct collected){ .count = 0 };
			for (i = 0; i < 3; i++)
				send_fragment(&w,
					      inward ? VPNALG_IN : VPNALG_OUT,
					      &fragments[orders[order][i]],
					      &got);
			ck_assert_msg(put_together(&got, &whole),
				      "%s, %u bytes, order %u", row->what,
				      ends[end], order);
			set_ip_id(&whole, id_of(&expected));
			ck_assert_uint_eq(whole.length, expected.length);
			ck_assert_mem_eq(whole.data, expected.data,
					 whole.length);
		}
}

START_TEST(the_fragments_of_an_error_follow_its_first)
{
	bool inward = _i & 1;

	begin_call();
	judge_orders(&quoted_rows[_i / 2], inward, inward ? ROUTER : CLIENT_A);
}
END_TEST

/* Which is given another source, in all of its fragments. */
START_TEST(so_do_those_of_a_router_inside)
{
	world_forget(&w);
	fragment_world(&w, (struct world_options){ .no_undo = true });
	begin_call();
	judge_orders(&quoted_rows[_i], false, INSIDE_ROUTER);
}
END_TEST

/* Undo does not know the router, and forgets nothing of it. */
START_TEST(undo_leaves_what_is_known_of_an_errors_fragments)
{
	struct bytes error, fragments[3], first;
	struct collected got = { 0 };

	world_forget(&w);
	fragment_world(&w, (struct world_options){ .no_undo = true });
	error = error_about(&quoted_rows[0], false, INSIDE_ROUTER);
	make_fragments(&error, 48, fragments);
	send_fragment(&w, VPNALG_OUT, &fragments[0], &got);
	first = last();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &first),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_of(&fragments[0]), get16(w.bytes + 4));
	ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &fragments[1], &got),
			  VPNALG_TRANSLATED);
}
END_TEST

/* Errors of one Identification, of two hosts: outside they differ. */
START_TEST(errors_of_two_hosts_do_not_mix)
{
	struct bytes p, error, fragments[2][3], whole;
	struct collected got[2] = { { 0 }, { 0 } };
	unsigned host, i;

	for (host = 0; host < 2; host++) {
		p = udp_packet(host ? CLIENT_B : CLIENT_A, 5000, SERVER, 53,
			       "x", 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		p = udp_packet(SERVER, 53, host ? CLIENT_B : CLIENT_A, 5000,
			       "x", 1);
		grow(&p, 1000);
		error = icmp_error(host ? CLIENT_B : CLIENT_A, SERVER,
				   UNREACHABLE, &p, 548);
		set_ip_id(&error, 77);
		make_fragments(&error, 64, fragments[host]);
	}
	for (i = 0; i < 3; i++)
		for (host = 0; host < 2; host++)
			send_fragment(&w, VPNALG_OUT, &fragments[host][i],
				      &got[host]);
	for (host = 0; host < 2; host++)
		ck_assert(put_together(&got[host], &whole) &&
			  checksums_right(whole.data, whole.length));
	ck_assert_uint_ne(id_of(&got[0].packets[0]), id_of(&got[1].packets[0]));
}
END_TEST

/* Of which nothing but the IP header is rewritten: 8 bytes behind it do. */
START_TEST(the_fragments_of_an_error_about_a_fragment_follow_its_first)
{
	unsigned part = _i & 1, i;
	const unsigned *order = orders[_i / 2];
	struct bytes error, fragments[3], whole;
	struct collected got = { 0 };

	send_all();
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &outside[0][part],
			   500);
	set_ip_id(&error, 77);
	make_fragments(&error, part ? 40 : 64, fragments);
	for (i = 0; i < 3; i++)
		send_fragment(&w, VPNALG_IN, &fragments[order[i]], &got);
	ck_assert(put_together(&got, &whole));
	ck_assert(checksums_right(whole.data, whole.length));
	ck_assert_mem_eq(whole.data + 28, inside[0][part].data, 500);
}
END_TEST

/* What makes that the first fragment is dropped. */
static void too_short(struct bytes *error, struct bytes fragments[3])
{
	make_fragments(error, 40, fragments);
}

static void not_a_multiple(struct bytes *error, struct bytes fragments[3])
{
	make_fragments(error, 64, fragments);
	fragments[0] = fragment_of(error, 0, 60);
}

static void wrong_quote(struct bytes *error, struct bytes fragments[3])
{
	error->data[28 + 10] ^= 1;
	make_fragments(error, 64, fragments);
}

static const struct dropped_row {
	void (*make)(struct bytes *error, struct bytes fragments[3]);
	unsigned result;
} dropped_rows[] = {
	{ too_short, VPNALG_DROP_FRAGMENT },
	{ not_a_multiple, VPNALG_DROP_MALFORMED },
	{ wrong_quote, VPNALG_DROP_CHECKSUM },
};

/* Nothing is held for it, and nothing comes out, in whatever order. */
START_TEST(the_fragments_of_an_error_are_dropped_with_its_first)
{
	const struct dropped_row *row = &dropped_rows[_i / 12];
	const unsigned *order = orders[_i / 2 % 6];
	bool inward = _i & 1, seen = false;
	struct bytes error, fragments[3];
	struct collected got = { 0 };
	unsigned i, result;

	error = error_about(&quoted_rows[1], inward,
			    inward ? ROUTER : CLIENT_A);
	row->make(&error, fragments);
	for (i = 0; i < 3; i++) {
		result = send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
				       &fragments[order[i]], &got);
		ck_assert_uint_eq(result, order[i] == 0 ? row->result
				  : seen ? VPNALG_DROP_FRAGMENT
					 : VPNALG_HELD);
		seen = seen || order[i] == 0;
	}
	ck_assert_uint_eq(got.count, 0);
}
END_TEST

/* A wrong checksum of ICMP cannot be seen, and stays wrong. */
START_TEST(an_error_in_fragments_keeps_a_wrong_checksum)
{
	struct bytes error = error_about(&quoted_rows[0], true, ROUTER);
	struct bytes fragments[3], whole;
	struct collected got = { 0 };
	unsigned i;

	error.data[22] ^= 1;
	make_fragments(&error, 64, fragments);
	for (i = 0; i < 3; i++)
		send_fragment(&w, VPNALG_IN, &fragments[i], &got);
	ck_assert(put_together(&got, &whole));
	ck_assert(!checksums_right(whole.data, whole.length));
	put16(whole.data + 22, get16(whole.data + 22) ^ 0x100);
	ck_assert(checksums_right(whole.data, whole.length));
}
END_TEST

/* An error about what the router has sent is the router's, in whatever order;
 * so it is where there is no general traffic. */
START_TEST(the_fragments_of_the_routers_error_are_left_alone)
{
	static const struct vpnalg_protocol pptp = { vpnalg_pptp, NULL };
	const unsigned *order = orders[_i / 2];
	struct bytes quote = udp_packet(OUTSIDE, 9, SERVER_2, 9, "x", 1);
	struct bytes error, fragments[3];
	struct vpnalg_packet p;
	unsigned i, result, left = 0;

	if (_i & 1) {
		world_forget(&w);
		fragment_world(&w, (struct world_options){
					   .protocols = &pptp,
					   .protocol_count = 1 });
	}
	grow(&quote, 1000);
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &quote, 548);
	make_fragments(&error, 64, fragments);
	for (i = 0; i < 3; i++) {
		result = send_packet(&w, VPNALG_IN, &fragments[order[i]]);
		left += result == VPNALG_UNTOUCHED;
		while (vpnalg_next_held(w.alg, &p)) {
			ck_assert_uint_eq(p.result, VPNALG_UNTOUCHED);
			left++;
		}
	}
	ck_assert_uint_eq(left, 3);
}
END_TEST

/* A first fragment without all of the quoted IP header is a packet of ICMP: one
 * from inside is dropped, one from outside is the router's, and so are the
 * others, in whatever order. Without general traffic another NAT has them. */
START_TEST(a_first_fragment_without_a_quote_decides_on_the_others)
{
	static const struct vpnalg_protocol pptp = { vpnalg_pptp, NULL };
	const unsigned *order = orders[_i / 8];
	bool inward = _i & 1, alone = _i & 2;
	uint32_t from = inward ? ROUTER : CLIENT_A;
	uint32_t to = inward ? OUTSIDE : SERVER;
	struct bytes quote = udp_packet(to, 5000, SERVER, 53, "x", 1);
	struct bytes error = icmp_error(from, to, UNREACHABLE, &quote, 29);
	unsigned expected = inward || alone ? VPNALG_UNTOUCHED
					    : VPNALG_DROP_NO_SESSION;
	unsigned i, result, left = 0;
	struct bytes fragments[3];
	struct vpnalg_packet p;

	if (alone) {
		world_forget(&w);
		fragment_world(&w, (struct world_options){
					   .protocols = &pptp,
					   .protocol_count = 1 });
	}
	grow(&error, 500);
	make_fragments(&error, _i & 4 ? 24 : 8, fragments);
	for (i = 0; i < 3; i++) {
		result = send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT,
				     &fragments[order[i]]);
		if (order[i] == 0)
			ck_assert_uint_eq(result, expected);
		left += result == VPNALG_UNTOUCHED;
		while (vpnalg_next_held(w.alg, &p)) {
			ck_assert_uint_eq(p.result, VPNALG_UNTOUCHED);
			left++;
		}
	}
	ck_assert_uint_eq(left, inward || alone ? 3 : 0);
}
END_TEST

/* Without general traffic a later fragment of ICMP is nobody's by itself. */
START_TEST(an_error_about_a_vpn_needs_no_general_traffic)
{
	static const struct vpnalg_protocol pptp = { vpnalg_pptp, NULL };
	bool inward = _i & 1;

	world_forget(&w);
	fragment_world(&w, (struct world_options){ .protocols = &pptp,
						   .protocol_count = 1 });
	begin_call();
	judge_orders(&quoted_rows[2], inward, inward ? ROUTER : CLIENT_A);
}
END_TEST

TCase *fragment_error_case(void)
{
	TCase *t = tcase_create("errors");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_error_about_any_fragment_reaches_its_host, 0,
			    4 * ROWS(lengths));
	tcase_add_test(
		t, a_hosts_error_about_a_fragment_leaves_in_its_outside_form);
	tcase_add_test(
		t, an_error_about_what_was_put_together_counts_for_its_kind);
	tcase_add_loop_test(
		t, an_error_about_a_fragment_that_nobody_sent_is_not_translated,
		0, ROWS(unknown_quotes));
	tcase_add_test(t, an_error_is_never_held);
	tcase_add_loop_test(t, the_fragments_of_an_error_follow_its_first, 0,
			    2 * ROWS(quoted_rows));
	tcase_add_loop_test(t, so_do_those_of_a_router_inside, 0,
			    ROWS(quoted_rows));
	tcase_add_test(t, undo_leaves_what_is_known_of_an_errors_fragments);
	tcase_add_test(t, errors_of_two_hosts_do_not_mix);
	tcase_add_loop_test(
		t, the_fragments_of_an_error_are_dropped_with_its_first, 0,
		12 * ROWS(dropped_rows));
	tcase_add_loop_test(
		t, the_fragments_of_an_error_about_a_fragment_follow_its_first,
		0, 12);
	tcase_add_test(t, an_error_in_fragments_keeps_a_wrong_checksum);
	tcase_add_loop_test(t,
			    the_fragments_of_the_routers_error_are_left_alone,
			    0, 12);
	tcase_add_loop_test(
		t, a_first_fragment_without_a_quote_decides_on_the_others, 0,
		48);
	tcase_add_loop_test(t, an_error_about_a_vpn_needs_no_general_traffic, 0,
			    2);
	return t;
}

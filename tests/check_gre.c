/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE version 0, beside PPTP's. */
#include "support.h"
#include "cases.h"

#include <vpnalg/gre.h>
#include <vpnalg/pptp.h>

#include <string.h>

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_gre, NULL },
};
enum { TUNNEL = 4 }; /* its kind, behind PPTP's four */

static struct world w;

static void begin(void)
{
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .mirror = true });
}

static void end(void)
{
	world_end(&w);
}

static struct bytes gre(uint32_t from, uint32_t to, const char *bytes,
			uint32_t length)
{
	return ip_packet(from, to, GRE, bytes, length);
}

static const struct {
	const char *what;
	uint32_t length, needed; /* so many of its bytes say what it is */
	const char *bytes;
	unsigned result;
} rows[] = {
	{ "plain", 8, 2, "\0\0\x08\0data", VPNALG_TRANSLATED },
	{ "header alone", 4, 2, "\0\0\x08\0", VPNALG_TRANSLATED },
	{ "key", 8, 8, "\x20\0\x08\0\0\0\0\x28", VPNALG_TRANSLATED },
	{ "checksum and key", 12, 12, "\xa0\0\x08\0\1\2\0\0\0\0\0\x28",
	  VPNALG_TRANSLATED },
	{ "routing and key", 12, 12, "\x60\0\x08\0\1\2\0\0\0\0\0\x28",
	  VPNALG_TRANSLATED },
	{ "key and sequence", 12, 8, "\x30\0\x08\0\0\0\0\x28\0\0\0\1",
	  VPNALG_TRANSLATED },
	{ "nothing", 0, 0, "", VPNALG_DROP_MALFORMED },
	{ "one byte", 1, 0, "\0", VPNALG_DROP_MALFORMED },
	{ "two bytes", 2, 2, "\0\0", VPNALG_DROP_MALFORMED },
	{ "three bytes", 3, 2, "\0\0\x08", VPNALG_DROP_MALFORMED },
	{ "half a key", 6, 2, "\x20\0\x08\0\0\0", VPNALG_DROP_MALFORMED },
	{ "no key behind the checksum", 8, 2, "\xa0\0\x08\0\1\2\0\0",
	  VPNALG_DROP_MALFORMED },
	{ "version 2", 8, 2, "\0\2\x08\0data", VPNALG_UNTOUCHED },
};

START_TEST(gre_goes_out_by_its_header)
{
	struct bytes p = gre(CLIENT_A, SERVER, rows[_i].bytes, rows[_i].length);

	/* PPTP takes what has no version. */
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
			      (rows[_i].length < 2 ? VPNALG_DROP_TRUNCATED
						   : rows[_i].result),
		      "%s: %s", rows[_i].what,
		      vpnalg_result_text(w.last.result));
	if (rows[_i].result != VPNALG_TRANSLATED)
		return;
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_mem_eq(l4(&w), rows[_i].bytes, rows[_i].length);
	p = gre(SERVER, OUTSIDE, rows[_i].bytes, rows[_i].length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_mem_eq(l4(&w), rows[_i].bytes, rows[_i].length);
}
END_TEST

/* No handler of PPTP looks at it first. */
START_TEST(gre_is_judged_as_soon_as_enough_is_in_memory)
{
	struct bytes p = gre(CLIENT_A, SERVER, rows[_i].bytes, rows[_i].length);
	uint32_t n;

	for (n = 0; n <= rows[_i].length; n++) {
		world_end(&w);
		world_begin(&w,
			    &(struct world_options){ .protocols = &protocols[1],
						     .protocol_count = 1 });
		send_captured(&w, VPNALG_OUT, &p, 20 + n);
		ck_assert_msg(w.last.result == (n < rows[_i].needed
							? VPNALG_DROP_TRUNCATED
							: rows[_i].result),
			      "%u bytes of %s: %s", n, rows[_i].what,
			      vpnalg_result_text(w.last.result));
	}
}
END_TEST

START_TEST(two_hosts_have_two_keys)
{
	struct bytes p = gre(CLIENT_A, SERVER, "\x20\0\x08\0\0\0\0\1", 8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre(CLIENT_B, SERVER, "\x20\0\x08\0\0\0\0\2", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre(CLIENT_C, SERVER, "\0\0\x08\0", 4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre(SERVER, OUTSIDE, "\x20\0\x08\0\0\0\0\2", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	p = gre(SERVER, OUTSIDE, "\0\0\x08\0", 4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_C);
	p = gre(SERVER, OUTSIDE, "\x20\0\x08\0\0\0\0\3", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_GUARDED);
}
END_TEST

START_TEST(the_later_of_two_hosts_with_one_key_is_refused)
{
	struct bytes p = gre(CLIENT_A, SERVER, rows[_i].bytes, rows[_i].length);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre(CLIENT_B, SERVER, rows[_i].bytes, rows[_i].length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_NO_ID);
	p = gre(CLIENT_B, SERVER_2, rows[_i].bytes, rows[_i].length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(or_has_another_outside_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct bytes p = gre(CLIENT_A, SERVER, "\0\0\x08\0", 4);
	uint32_t first;

	world_end(&w);
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .addresses = addresses,
						 .address_count = 2 });
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	first = source(&w);
	p = gre(CLIENT_B, SERVER, "\0\0\x08\0", 4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_ne(source(&w), first);
	/* There each is alone, and is sent what has another Key. */
	p = gre(SERVER, first, "\x20\0\x08\0\0\0\0\2", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	p = gre(SERVER, first ^ OUTSIDE ^ OUTSIDE_2,
		"\x20\0\x08\0\0\0\0\2", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
}
END_TEST

/* A router that wants to know whether the tunnel is up sends what the other
 * end is to send back: GRE in IP in GRE. */
START_TEST(a_keepalive_is_left_whole)
{
	struct bytes inner = gre(SERVER, CLIENT_A, "\0\0\0\0", 4);
	struct bytes outer = { .length = 4, .data = { 0, 0, 8, 0 } }, p;

	outer = join(&outer, &inner);
	p = ip_packet(CLIENT_A, SERVER, GRE, outer.data, outer.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_mem_eq(l4(&w), outer.data, outer.length);
	p = gre(SERVER, OUTSIDE, "\0\0\0\0", 4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

START_TEST(only_what_goes_out_opens_and_keeps)
{
	struct bytes in = gre(SERVER, OUTSIDE, "\0\0\x08\0", 4);
	struct bytes out = gre(CLIENT_A, SERVER, "\0\0\x08\0", 4), p;

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_UNTOUCHED);
	p = gre(SERVER, CLIENT_A, "\0\0\x08\0", 4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = gre(OUTSIDE, SERVER, "\0\0\x08\0", 4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	w.now += 599999;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	w.now += 599999;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, TUNNEL), 1);
}
END_TEST

START_TEST(calls_of_pptp_are_none_of_its)
{
	struct connection c = { 0 };
	struct bytes p = gre(CLIENT_A, SERVER, "\x20\0\x08\0\0\0\0\5", 8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	start_control(&w, &c, CLIENT_B, 4000, SERVER);
	call_out(&w, &c, 5, 5);
	p = gre_packet(SERVER, OUTSIDE, 5, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	p = gre(SERVER, OUTSIDE, "\x20\0\x08\0\0\0\0\5", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

START_TEST(later_fragments_have_no_header)
{
	struct bytes p = gre(CLIENT_A, SERVER, "\0\0\x08\0", 4), later = p;

	set_fragment(&later, 2);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &later),
			  VPNALG_DROP_FRAGMENT);
}
END_TEST

START_TEST(a_store_that_fails_costs_one_packet)
{
	struct bytes p = gre(CLIENT_A, SERVER, "\0\0\x08\0", 4);
	long n;

	for (n = 1;; n++) {
		w.fail_in = n;
		if (send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED)
			break;
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
		ck_assert_int_eq(w.records, 0);
	}
	/* The tunnel, its guard and its remote, with their keys. */
	ck_assert_int_eq(n, 9);
}
END_TEST

/* The caller's choice may be no other Key. */
START_TEST(a_key_is_what_it_is)
{
	struct bytes p = gre(CLIENT_A, SERVER, "\x20\0\x08\0\0\0\0\5", 8);

	world_end(&w);
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .choosing = CHOOSE_WRITE });
	w.chosen = OUTSIDE;
	w.chosen_id = 6;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_REFUSED);
	w.chosen_id = 5;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

/* A Key for each direction */

#define KEY(n) "\x20\0\x08\0\0\0\0" n

static unsigned out(uint32_t from, const char *bytes)
{
	struct bytes p = gre(from, SERVER, bytes, bytes[0] ? 8 : 4);

	return send_packet(&w, VPNALG_OUT, &p);
}

/* Whom the server's packet reaches; 0 for nobody. */
static uint32_t in(const char *bytes)
{
	struct bytes p = gre(SERVER, OUTSIDE, bytes, bytes[0] ? 8 : 4);

	return send_packet(&w, VPNALG_IN, &p) == VPNALG_TRANSLATED
		       ? destination(&w)
		       : 0;
}

static const struct {
	const char *what, *out, *in;
} ways[] = {
	{ "two Keys", KEY("\1"), KEY("\2") },
	{ "a Key out, none in", KEY("\1"), "\0\0\x08\0" },
	{ "none out, a Key in", "\0\0\x08\0", KEY("\2") },
};

START_TEST(the_only_host_has_what_comes_with_another_key)
{
	ck_assert_uint_eq(in(ways[_i].in), 0);
	ck_assert_uint_eq(out(CLIENT_A, ways[_i].out), VPNALG_TRANSLATED);
	ck_assert_msg(in(ways[_i].in) == CLIENT_A, "%s", ways[_i].what);
	world_wait(&w, 500000);
	ck_assert_uint_eq(out(CLIENT_A, ways[_i].out), VPNALG_TRANSLATED);
	world_wait(&w, 599999);
	ck_assert_uint_eq(in(ways[_i].in), CLIENT_A);
	world_wait(&w, 1);
	ck_assert_uint_eq(in(ways[_i].in), 0);
	ck_assert_uint_eq(w.last.result, VPNALG_UNTOUCHED);
}
END_TEST

/* Any Key of the only host's comes through, and the first is learned until it
 * is silent. */
START_TEST(a_forged_key_keeps_no_other_out)
{
	ck_assert_uint_eq(out(CLIENT_A, ways[0].out), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\x9")), CLIENT_A);
	ck_assert_uint_eq(in(ways[0].in), CLIENT_A);
	ck_assert_uint_eq(in(KEY("\x0a")), CLIENT_A);
	ck_assert_uint_eq(in(ways[0].in), CLIENT_A);
	ck_assert_uint_eq(in(ways[0].out), CLIENT_A);
	ck_assert_uint_eq(opened(&w, TUNNEL + 1), 1);
	ck_assert_uint_eq(closed(&w, TUNNEL + 1), 0);
	w.now += 60000;
	ck_assert_uint_eq(in(ways[0].in), CLIENT_A);
	ck_assert_uint_eq(opened(&w, TUNNEL + 1), 2);
	ck_assert_uint_eq(closed(&w, TUNNEL + 1), 1);
	ck_assert_uint_eq(in(KEY("\x0b")), CLIENT_A);
	ck_assert_uint_eq(opened(&w, TUNNEL + 1), 2);
}
END_TEST

/* Sends packets with so many forged Keys, each of which may be the host's. */
static void forge(uint32_t count)
{
	struct bytes p = gre(SERVER, OUTSIDE, KEY("\0"), 8);
	uint32_t i;

	for (i = 0; i < count; i++) {
		put32(p.data + 24, 0x01000000 + i);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
	}
}

static unsigned long events(void)
{
	unsigned long count = 0;
	unsigned type;

	for (type = 0; type < VPNALG_EVENTS; type++)
		count += w.told[type];
	return count;
}

/* They cost neither records nor events, and the Key of the remote's that goes
 * on stays learned when another host comes. */
START_TEST(forged_keys_make_no_events)
{
	unsigned long before;
	long records;
	unsigned i;

	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	before = events();
	records = w.records;
	for (i = 0; i < 20; i++) {
		forge(200);
		ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
		ck_assert_uint_eq(out(CLIENT_A, KEY("\1")),
				  VPNALG_TRANSLATED);
		w.now += 59000;
	}
	ck_assert_uint_eq(events(), before);
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\2")), VPNALG_DROP_NO_ID);
}
END_TEST

/* The remote's new Key gets in at once. Once a minute one Key is learned, one
 * that goes on then stays. */
START_TEST(a_new_key_gets_in_among_forged_ones)
{
	unsigned long before;
	unsigned i;

	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	before = events();
	for (i = 0; i < 10; i++) {
		forge(200);
		ck_assert_uint_eq(in(KEY("\4")), CLIENT_A);
		w.now += 30000;
		ck_assert_uint_eq(out(CLIENT_A, KEY("\1")),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_le(events() - before, 10);
	w.now += 60000;
	ck_assert_uint_eq(in(KEY("\4")), CLIENT_A);
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	forge(200);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\4")), CLIENT_A);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\4")), VPNALG_DROP_NO_ID);
}
END_TEST

START_TEST(an_error_about_the_newest_key_is_translated)
{
	struct bytes p, quoted = gre(SERVER, CLIENT_A, KEY("\4"), 8);

	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(in(KEY("\4")), CLIENT_A);
	p = icmp_error(CLIENT_A, SERVER, 3, &quoted, quoted.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
}
END_TEST

/* One packet is lost where the store has no room for another Key's keys. */
START_TEST(a_store_that_fails_costs_one_packet_of_the_newest_key)
{
	long n;

	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	for (n = 1; n <= 2; n++) {
		w.fail_in = n;
		ck_assert_uint_eq(in(KEY("\4")), 0);
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
		w.fail_in = 0;
		ck_assert_uint_eq(in(KEY("\4")), CLIENT_A);
		ck_assert_uint_eq(in(KEY("\5")), CLIENT_A);
		ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	}
}
END_TEST

START_TEST(a_learned_key_stays_when_another_host_comes)
{
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(in(KEY("\4")), 0); /* it may be either's */
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(in(KEY("\3")), CLIENT_B);
	w.now += 60000; /* 2 is silent, and A is not */
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	/* B has what it needs, so it is A's. */
	ck_assert_uint_eq(in(KEY("\4")), CLIENT_A);
	/* Nor may another take it. */
	ck_assert_uint_eq(out(CLIENT_B, KEY("\4")), VPNALG_DROP_NO_ID);
}
END_TEST

START_TEST(an_unknown_key_is_for_the_host_that_hears_nothing)
{
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\3")), CLIENT_B);
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(in(KEY("\3")), CLIENT_B);
	/* With a third nobody is known to be. */
	ck_assert_uint_eq(out(CLIENT_C, KEY("\5")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\6")), 0);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
}
END_TEST

START_TEST(the_last_of_two_hosts_is_the_only_one)
{
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	world_wait(&w, 300000);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\4")), 0);
	world_wait(&w, 300000);
	ck_assert_uint_eq(in(KEY("\4")), CLIENT_B);
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\4")), CLIENT_B);
}
END_TEST

START_TEST(a_host_may_send_with_the_remotes_key_itself)
{
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(out(CLIENT_A, KEY("\2")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(in(KEY("\7")), CLIENT_A);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
}
END_TEST

START_TEST(a_store_that_fails_costs_one_packet_with_another_key)
{
	long n;

	for (n = 1; n <= 4; n++) {
		ck_assert_uint_eq(out(CLIENT_A, KEY("\1")),
				  VPNALG_TRANSLATED);
		w.fail_in = n;
		ck_assert_uint_eq(in(KEY("\2")), n < 4 ? 0 : CLIENT_A);
		w.fail_in = 0;
		ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
		ck_assert_uint_eq(in(KEY("\1")), CLIENT_A);
		world_wait(&w, 1200000);
		ck_assert_int_eq(w.records, 0);
	}
}
END_TEST

/* One Key, or none, of two hosts: it is the one's who uses it. */
START_TEST(a_tunnel_moves_to_another_host_after_a_minute_of_silence)
{
	const char *bytes = _i == 0 ? "\0\0\x08\0" : KEY("\1");

	ck_assert_uint_eq(out(CLIENT_A, bytes), VPNALG_TRANSLATED);
	w.now += 59999;
	ck_assert_uint_eq(out(CLIENT_B, bytes), VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(out(CLIENT_A, bytes), VPNALG_TRANSLATED);
	w.now += 59999;
	ck_assert_uint_eq(out(CLIENT_B, bytes), VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(in(bytes), CLIENT_A);
	w.now += 1;
	ck_assert_uint_eq(in(bytes), CLIENT_A);
	ck_assert_uint_eq(out(CLIENT_B, bytes), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(bytes), CLIENT_B);
	ck_assert_uint_eq(out(CLIENT_A, bytes), VPNALG_DROP_NO_ID);
	w.now += 60000;
	ck_assert_uint_eq(out(CLIENT_A, bytes), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_learned_key_moves_with_its_tunnel)
{
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	/* Its host has sent since then. */
	w.now += 300000;
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	w.now += 59999;
	ck_assert_uint_eq(out(CLIENT_B, KEY("\2")), VPNALG_DROP_NO_ID);
	w.now += 1;
	ck_assert_uint_eq(out(CLIENT_B, KEY("\2")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_B);
}
END_TEST

START_TEST(a_packet_with_another_key_has_the_zone_of_its_host)
{
	struct bytes p = gre(CLIENT_A, SERVER, KEY("\1"), 8);

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 5),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(w.last.zone, 5);
}
END_TEST

/* B sends with the Key of A, who is silent: what the remote sends with another
 * Key to A is B's as well. */
START_TEST(a_learned_key_goes_to_whoever_has_the_tunnel)
{
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	w.now += 60000;
	ck_assert_uint_eq(out(CLIENT_B, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_B);
	ck_assert_uint_eq(in(KEY("\1")), CLIENT_B);
	ck_assert_uint_eq(closed(&w, TUNNEL + 1), 1);
}
END_TEST

static uint64_t counted_in(size_t kind)
{
	struct vpnalg_kind_counters counters;

	ck_assert(vpnalg_kind_counters(w.alg, kind, &counters,
				       sizeof(counters)));
	return counters.translated[1];
}

START_TEST(a_learned_key_counts_and_lives_as_its_tunnel_does)
{
	unsigned i;

	w.options.no_undo = true;
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	for (i = 1; i <= 5; i++) {
		ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
		ck_assert_uint_eq(counted_in(TUNNEL + 1), i);
		w.now += 300000;
		ck_assert_uint_eq(out(CLIENT_A, KEY("\1")),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(opened(&w, TUNNEL + 1), 1);
	ck_assert_uint_eq(counted_in(TUNNEL), 0);
	ck_assert_uint_eq(counted_in(TUNNEL + 2), 0);
	/* The store is empty when the tunnel has ended. */
	ck_assert_uint_eq(in(_i == 0 ? KEY("\2") : KEY("\3")), CLIENT_A);
	world_wait(&w, 600000);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* Any of three hosts may be meant, until one has ended. */
START_TEST(a_third_host_counts_until_it_has_ended)
{
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\3")), CLIENT_B);
	w.now += 100000;
	ck_assert_uint_eq(out(CLIENT_C, KEY("\5")), VPNALG_TRANSLATED);
	w.now += 300000;
	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(out(CLIENT_B, KEY("\3")), VPNALG_TRANSLATED);
	w.now += 299999;
	ck_assert_uint_eq(in(KEY("\6")), 0);
	w.now += 1;
	ck_assert_uint_eq(in(KEY("\6")), CLIENT_A);
}
END_TEST

/* A packet is undone by the tunnel of its own Key, whichever host is alone with
 * the remote. */
START_TEST(undo_goes_by_the_key_alone)
{
	struct bytes outside = gre(OUTSIDE, SERVER, KEY("\3"), 8);
	struct bytes inside = gre(SERVER, CLIENT_A, KEY("\3"), 8);

	ck_assert_uint_eq(out(CLIENT_A, KEY("\1")), VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &outside),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &inside),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

Suite *gre_suite(void)
{
	Suite *suite = suite_create("gre");
	TCase *t = tcase_create("version 0");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, gre_goes_out_by_its_header, 0, ROWS(rows));
	tcase_add_loop_test(t, gre_is_judged_as_soon_as_enough_is_in_memory, 0,
			    ROWS(rows));
	tcase_add_test(t, two_hosts_have_two_keys);
	tcase_add_loop_test(t, the_later_of_two_hosts_with_one_key_is_refused,
			    0, 6);
	tcase_add_test(t, or_has_another_outside_address);
	tcase_add_test(t, a_keepalive_is_left_whole);
	tcase_add_test(t, only_what_goes_out_opens_and_keeps);
	tcase_add_test(t, calls_of_pptp_are_none_of_its);
	tcase_add_test(t, later_fragments_have_no_header);
	tcase_add_test(t, a_store_that_fails_costs_one_packet);
	tcase_add_test(t, a_key_is_what_it_is);
	tcase_add_loop_test(t, the_only_host_has_what_comes_with_another_key, 0,
			    ROWS(ways));
	tcase_add_test(t, a_forged_key_keeps_no_other_out);
	tcase_add_test(t, forged_keys_make_no_events);
	tcase_add_test(t, a_new_key_gets_in_among_forged_ones);
	tcase_add_test(t, an_error_about_the_newest_key_is_translated);
	tcase_add_test(t,
		       a_store_that_fails_costs_one_packet_of_the_newest_key);
	tcase_add_test(t, a_learned_key_stays_when_another_host_comes);
	tcase_add_test(t, an_unknown_key_is_for_the_host_that_hears_nothing);
	tcase_add_test(t, the_last_of_two_hosts_is_the_only_one);
	tcase_add_test(t, a_host_may_send_with_the_remotes_key_itself);
	tcase_add_test(t,
		       a_store_that_fails_costs_one_packet_with_another_key);
	tcase_add_loop_test(
		t, a_tunnel_moves_to_another_host_after_a_minute_of_silence, 0,
		2);
	tcase_add_test(t, a_learned_key_moves_with_its_tunnel);
	tcase_add_test(t, a_learned_key_goes_to_whoever_has_the_tunnel);
	tcase_add_loop_test(
		t, a_learned_key_counts_and_lives_as_its_tunnel_does, 0, 2);
	tcase_add_test(t, a_packet_with_another_key_has_the_zone_of_its_host);
	tcase_add_test(t, a_third_host_counts_until_it_has_ended);
	tcase_add_test(t, undo_goes_by_the_key_alone);
	suite_add_tcase(suite, t);
	return suite;
}

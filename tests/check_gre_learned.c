/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE with a Key for each direction: Keys of the remote that are learned. */
#include "gre.h"

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

/* Sends packets with that many forged Keys, each of which may be the host's. */
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
		count += w.events[type];
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

TCase *gre_learned_case(void)
{
	TCase *t = tcase_create("learned Keys");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, the_only_host_has_what_comes_with_another_key, 0,
			    ROWS(ways));
	tcase_add_test(t, a_forged_key_keeps_no_other_out);
	tcase_add_test(t, forged_keys_make_no_events);
	tcase_add_test(t, a_new_key_gets_in_among_forged_ones);
	tcase_add_test(t, an_error_about_the_newest_key_is_translated);
	tcase_add_test(t,
		       a_store_that_fails_costs_one_packet_of_the_newest_key);
	tcase_add_loop_test(
		t, a_tunnel_moves_to_another_host_after_a_minute_of_silence, 0,
		2);
	tcase_add_test(t, a_learned_key_moves_with_its_tunnel);
	tcase_add_test(t, a_learned_key_goes_to_whoever_has_the_tunnel);
	tcase_add_loop_test(
		t, a_learned_key_counts_and_lives_as_its_tunnel_does, 0, 2);
	return t;
}

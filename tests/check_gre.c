/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE version 0, beside PPTP's. */
#include "gre.h"

static const struct {
	const char *what;
	uint32_t length, needed; /* bytes that identify it */
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
	tcase_add_test(t, undo_goes_by_the_key_alone);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, gre_learned_case());
	suite_add_tcase(suite, gre_hosts_case());
	return suite;
}

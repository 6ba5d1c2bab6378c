/* SPDX-License-Identifier: BSD-2-Clause */
/* Outside addresses that come and go under traffic. */
#include "renumber.h"

START_TEST(sessions_of_an_address_that_has_gone_are_over)
{
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;

	begin_all(&c, &e, &t);
	ck_assert_int_eq(set(OUTSIDE_2, 0, false), 0);
	ck_assert(!has(OUTSIDE));
	ck_assert(has(OUTSIDE_2));
	if (_i == 1)
		world_wait(&w, 0);
	/* From outside nothing is ours any more. */
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 0x1234),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 5000), VPNALG_UNTOUCHED);
	/* From inside all is anew. */
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE_2);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, ACK, "", 0),
			  VPNALG_DROP_NO_CONNECTION);
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	call_out(&w, &c, 0x1234, 0x4321);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(t.outside, OUTSIDE_2);
	tunnel_carries(&w, &t, 5);
}
END_TEST

START_TEST(sessions_of_an_address_that_stays_go_on)
{
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;

	begin_all(&c, &e, &t);
	ck_assert_int_eq(set(OUTSIDE, OUTSIDE_2, _i == 1), 0);
	world_wait(&w, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE);
	ck_assert(esp_arrives(&w, &e));
	tunnel_carries(&w, &t, 5);
	ck_assert_uint_eq(released, 0);
}
END_TEST

/* RFC 4787 REQ-2. */
START_TEST(a_host_stays_at_its_address_when_others_are_added)
{
	uint32_t host, moved = 0;

	for (host = 0; host < 16; host++)
		udp_from(CLIENT_A + host, 5000, SERVER);
	ck_assert_int_eq(set(OUTSIDE, OUTSIDE_2, false), 0);
	for (host = 0; host < 16; host++)
		ck_assert_uint_eq(udp_from(CLIENT_A + host, 5001, SERVER_2),
				  OUTSIDE);
	world_wait(&w, 400000);
	world_wait(&w, 1); /* mappings go after their sessions */
	ck_assert_int_eq(w.records, 0);
	for (host = 0; host < 16; host++)
		moved += udp_from(CLIENT_A + host, 5001, SERVER) == OUTSIDE_2;
	ck_assert_uint_gt(moved, 3);
	ck_assert_uint_lt(moved, 13);
}
END_TEST

START_TEST(a_drained_address_goes_with_its_last_session)
{
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;
	unsigned i;

	begin_all(&c, &e, &t);
	ck_assert_int_eq(set(OUTSIDE_2, 0, true), 0);
	world_wait(&w, 0);
	ck_assert(has(OUTSIDE));
	ck_assert_uint_eq(released, 0);
	/* What is there goes on, calls of its connections included, */
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 5000), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	tunnel_carries(&w, &t, 5);
	call_out(&w, &c, 0x1235, 0x4322);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4322),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	/* and what is new does not get it. */
	ck_assert_uint_eq(udp_from(CLIENT_B, 5000, SERVER), OUTSIDE_2);
	ck_assert_uint_eq(udp_from(CLIENT_A, 5001, SERVER), OUTSIDE_2);
	world_wait(&w, 3700000);
	ck_assert(has(OUTSIDE)); /* PPTP's connection lives for two hours */
	for (i = 0; i < 5; i++)
		world_wait(&w, 3800000);
	ck_assert(!has(OUTSIDE));
	ck_assert(has(OUTSIDE_2));
}
END_TEST

START_TEST(an_address_that_comes_back_is_in_use_again)
{
	udp_from(CLIENT_A, 5000, SERVER);
	ck_assert_int_eq(set(OUTSIDE_2, 0, true), 0);
	ck_assert_int_eq(set(OUTSIDE, 0, _i == 1), 0);
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE);
	ck_assert_uint_eq(udp_from(CLIENT_B, 5000, SERVER), OUTSIDE);
	ck_assert_uint_eq(has(OUTSIDE_2), _i == 1);
	world_wait(&w, 0);
	ck_assert(!has(OUTSIDE_2));
	ck_assert_uint_eq(released, 0);
}
END_TEST

Suite *renumber_suite(void)
{
	Suite *suite = suite_create("renumber");
	TCase *t = tcase_create("addresses");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, sessions_of_an_address_that_has_gone_are_over,
			    0, 2);
	tcase_add_loop_test(t, sessions_of_an_address_that_stays_go_on, 0, 2);
	tcase_add_test(t, a_host_stays_at_its_address_when_others_are_added);
	tcase_add_test(t, a_drained_address_goes_with_its_last_session);
	tcase_add_loop_test(t, an_address_that_comes_back_is_in_use_again, 0,
			    2);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, renumber_bounds_case());
	return suite;
}

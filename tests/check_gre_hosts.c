/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE with a Key for each direction, of several inside hosts. */
#include "gre.h"

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

START_TEST(a_packet_with_another_key_has_the_zone_of_its_host)
{
	struct bytes p = gre(CLIENT_A, SERVER, KEY("\1"), 8);

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 5),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(in(KEY("\2")), CLIENT_A);
	ck_assert_uint_eq(w.last.zone, 5);
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

TCase *gre_hosts_case(void)
{
	TCase *t = tcase_create("hosts of a remote");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_learned_key_stays_when_another_host_comes);
	tcase_add_test(t, an_unknown_key_is_for_the_host_that_hears_nothing);
	tcase_add_test(t, the_last_of_two_hosts_is_the_only_one);
	tcase_add_test(t, a_host_may_send_with_the_remotes_key_itself);
	tcase_add_test(t, a_store_that_fails_costs_one_packet_with_another_key);
	tcase_add_test(t, a_packet_with_another_key_has_the_zone_of_its_host);
	tcase_add_test(t, a_third_host_counts_until_it_has_ended);
	return t;
}

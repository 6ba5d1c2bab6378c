/* SPDX-License-Identifier: BSD-2-Clause */
/* SPIs that are left: hosts that lack one, dead hosts, and crowds. */
#include "ipsec_heal.h"

/* A has three SAs, and the server answers with the second one so late that
 * nothing shows whose its packets are, but that A has sent with one SA more
 * than it receives with. */
START_TEST(a_host_that_lacks_an_inbound_sa_gets_the_spi_that_is_left)
{
	struct esp late = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct esp third = esp_of(CLIENT_A, SERVER, 0xc1, 0xd1);
	unsigned i, lost = 0;

	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
	}
	ck_assert_uint_eq(esp_sends(&w, &late), VPNALG_TRANSLATED);
	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
	}
	ck_assert(is_answered(&third));
	late.outside = OUTSIDE;
	for (i = 0; i < 60; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
		ck_assert(is_answered(&third));
		lost = esp_arrives(&w, &late) ? 0 : lost + 1;
	}
	/* 300 ms a round: after three seconds it is its own. */
	ck_assert_uint_eq(lost, 0);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 4);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* A sends with two SAs and receives with two, until the server falls silent.
 * Then an SPI comes that was in use before: it is a third host's. */
START_TEST(a_host_that_has_all_its_sas_gets_no_spi_that_is_left)
{
	struct esp second = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct esp unknown = esp_of(CLIENT_C, SERVER, 0, 0xc0de);
	unsigned i;

	unknown.in_sequence = 5000;
	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
		ck_assert(is_answered(&second));
	}
	for (i = 0; i < 100; i++) {
		ck_assert(is_answered(&b));
		esp_sends(&w, &a);
		w.now += 50;
		esp_sends(&w, &second);
		if (i > 50)
			esp_receives(&w, &unknown);
		w.now += 50;
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 3);
}
END_TEST

/* After a restart the server has something for B before B sends: A is alone
 * then, and gets it. */
START_TEST(a_pair_of_a_lone_host_is_taken_back_once_its_owner_comes)
{
	unsigned i;

	a.in_sequence = a.out_sequence = 5000;
	b.in_sequence = b.out_sequence = 6000;
	b.outside = OUTSIDE;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	esp_receives(&w, &b);
	w.now += 500;
	for (i = 0; i < 3; i++) {
		is_answered(&a);
		w.now += 900;
	}
	ck_assert_uint_le(time_to_heal(1000, 20), 30000);
}
END_TEST

/* An SPI was promised to B, which has died since; the store was not swept. A
 * receives all the time, so only B awaits an SPI: an unclaimed one goes
 * round. */
START_TEST(a_packet_for_a_dead_host_goes_to_a_living_one)
{
	struct esp unknown = esp_of(CLIENT_A, SERVER, 0, 0xc0de);
	unsigned i, got = 0;

	ck_assert(is_answered(&a));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	for (i = 0; i < 150; i++, w.now += 900) {
		ck_assert(is_answered(&a));
		if (i >= 140)
			got += esp_receives(&w, &unknown) == VPNALG_TRANSLATED;
	}
	ck_assert_uint_gt(got, 0);
}
END_TEST

/* The server sends to both at once and without a pause, and both send without
 * one: nothing tells the SPIs apart, so each host gets some of its packets. */
START_TEST(hosts_that_cannot_be_distinguished_get_some_packets)
{
	unsigned got_a = 0, got_b = 0, i;

	a.in_sequence = a.out_sequence = 100000;
	b.in_sequence = b.out_sequence = 100000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_ne(esp_sends(&w, &b), VPNALG_UNTOUCHED);
	b.outside = OUTSIDE;
	for (i = 0; i < 1500; i++) {
		w.now += 10;
		esp_sends(&w, &a);
		esp_sends(&w, &b);
		w.now += 10;
		got_a += esp_arrives(&w, &a);
		got_b += esp_arrives(&w, &b);
	}
	ck_assert_uint_gt(got_a, 0);
	ck_assert_uint_gt(got_b, 0);
}
END_TEST

/* Many hosts have sent their first packet, and await an answer, so that they
 * fill all places for candidates. One that sends and receives nothing gets a
 * place all the same, since the places go round. */
static const unsigned crowd_rows[] = { 10, 27, 60, 120 };

START_TEST(a_crowd_of_candidates_shuts_no_host_out)
{
	unsigned i, deaf = 0;

	a.in_sequence = a.out_sequence = 100000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	for (i = 0; i < crowd_rows[_i]; i++) {
		struct esp e = esp_of(CLIENT_C + i, SERVER, 0x1000 + i, 0);

		do
			w.now += 100;
		while (esp_sends(&w, &e) == VPNALG_DROP_HELD);
	}
	for (i = 0; i < 60; i++) {
		deaf = is_answered(&a) ? 0 : deaf + 1;
		w.now += 900;
	}
	ck_assert_uint_eq(deaf, 0);
}
END_TEST

TCase *ipsec_left_case(void)
{
	TCase *t = tcase_create("left SPIs");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t, a_host_that_lacks_an_inbound_sa_gets_the_spi_that_is_left);
	tcase_add_test(t, a_host_that_has_all_its_sas_gets_no_spi_that_is_left);
	tcase_add_test(
		t, a_pair_of_a_lone_host_is_taken_back_once_its_owner_comes);
	tcase_add_test(t, a_packet_for_a_dead_host_goes_to_a_living_one);
	tcase_add_test(t, hosts_that_cannot_be_distinguished_get_some_packets);
	tcase_add_loop_test(t, a_crowd_of_candidates_shuts_no_host_out, 0,
			    ROWS(crowd_rows));
	return t;
}

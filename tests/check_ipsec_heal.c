/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing is for ever: a host that goes on using its tunnel, and is answered,
 * receives its packets again, whatever came before. */
#include "ipsec_heal.h"

/* The router has restarted, and its SAs live on: how the hosts go on. */
static const struct restart_row {
	uint32_t gap, sequence, most;
} restart_rows[] = {
	{ 500, 100000, 10000 },	  { 750, 100000, 3000 },
	{ 1000, 100000, 3000 },	  { 1000, 5000, 3000 },
	{ 1000, 100, 3000 },	  { 5000, 100000, 15000 },
	{ 30000, 100000, 60000 },
};

START_TEST(slow_flows_find_their_hosts_after_a_restart)
{
	const struct restart_row *row = &restart_rows[_i];

	a.in_sequence = a.out_sequence = row->sequence;
	b.in_sequence = b.out_sequence = row->sequence + 777;
	ck_assert_uint_le(time_to_heal(row->gap, 20), row->most);
}
END_TEST

/* A gets three packets and is silent for so long; B is there all the time. */
static const uint32_t quiet_rows[] = { 100000, 150000, 200000, 1000000,
				       4000000 };

START_TEST(a_quiet_host_receives_with_its_first_packet_within_an_hour)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct ike l = ike_of(CLIENT_B, SERVER, 1);
	uint64_t until;
	unsigned i;

	ike_begin(&w, &k);
	w.now += 5000;
	ike_begin(&w, &l);
	w.now += 5000;
	for (i = 0; i < 3; i++) {
		is_answered(&a);
		w.now += 900;
	}
	until = w.now + quiet_rows[_i];
	while (w.now < until) {
		is_answered(&b);
		w.now += 900;
	}
	/* Three packets each way have confirmed its pair. */
	ck_assert(is_answered(&a) || quiet_rows[_i] > 3600000);
	w.now += 900;
	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&a));
		w.now += 450;
		ck_assert(is_answered(&b));
		w.now += 450;
	}
}
END_TEST

/* Eight child SAs of one host beside another host, all of them busy at once. */
START_TEST(no_child_sa_is_taken_for_the_one_that_follows_another)
{
	struct esp many[8];
	unsigned i, round;

	ck_assert(is_answered(&b));
	for (i = 0; i < ROWS(many); i++)
		many[i] = esp_of(CLIENT_A, SERVER, 0xc0 + i, 0xd0 + i);
	for (i = 0; i < ROWS(many); i++) {
		/* Those that have begun go on while the next one begins. */
		for (round = 0; round < 2 * (i + 1); round++) {
			struct esp *e = &many[round % (i + 1)];

			ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
			w.now += ANSWER;
			ck_assert(esp_arrives(&w, e));
			w.now += 20;
		}
		ck_assert(is_answered(&b));
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* They begin one after the other, and one of them alone goes on. */
START_TEST(any_child_sa_that_goes_on_shows_that_there_are_several)
{
	struct esp many[8];
	unsigned i, round;

	ck_assert(is_answered(&b));
	for (i = 0; i < ROWS(many); i++) {
		many[i] = esp_of(CLIENT_A, SERVER, 0xc0 + i, 0xd0 + i);
		ck_assert_uint_eq(esp_sends(&w, &many[i]), VPNALG_TRANSLATED);
		w.now += ANSWER;
		ck_assert(esp_arrives(&w, &many[i]));
		w.now += 15;
	}
	for (round = 0; round < 20; round++)
		ck_assert(is_answered(&many[_i]));
	for (i = 0; i < ROWS(many); i++)
		ck_assert(is_answered(&many[i]));
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* B is there all the time. A has an SA, and begins with a second one. While the
 * first packet of that is being answered A begins with three more, and uses the
 * first one again. */
START_TEST(sas_that_begin_at_once_do_not_end_each_others_pairs)
{
	struct esp many[4];
	unsigned i, round;

	is_answered(&a);
	w.now += 5000;
	for (i = 0; i < 10; i++)
		ck_assert(is_answered(&b));
	for (i = 0; i < ROWS(many); i++)
		many[i] = esp_of(CLIENT_A, SERVER, 0xc0 + i, 0xd0 + i);
	ck_assert(is_answered(&many[0]));
	for (i = 1; i < ROWS(many); i++)
		ck_assert_uint_eq(esp_sends(&w, &many[i]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	w.now += ANSWER;
	ck_assert(esp_arrives(&w, &a));
	for (i = 1; i < ROWS(many); i++)
		ck_assert(esp_arrives(&w, &many[i]));
	for (round = 0; round < 5; round++) {
		ck_assert(is_answered(&b));
		for (i = 0; i < ROWS(many); i++)
			ck_assert(is_answered(&many[i]));
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

TCase *ipsec_heal_case(void)
{
	TCase *t = tcase_create("healing");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, slow_flows_find_their_hosts_after_a_restart, 0,
			    ROWS(restart_rows));
	tcase_add_loop_test(
		t, a_quiet_host_receives_with_its_first_packet_within_an_hour,
		0, ROWS(quiet_rows));
	tcase_add_test(t,
		       no_child_sa_is_taken_for_the_one_that_follows_another);
	tcase_add_loop_test(
		t, any_child_sa_that_goes_on_shows_that_there_are_several, 0,
		8);
	tcase_add_test(t, sas_that_begin_at_once_do_not_end_each_others_pairs);
	return t;
}

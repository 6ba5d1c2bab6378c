/* SPDX-License-Identifier: BSD-2-Clause */
/* SPIs that stay undecided, and hosts that begin one after the other. */
#include "ipsec_judge.h"

/* The server restarts and has forgotten everything; so all begin anew. */
START_TEST(hosts_that_begin_anew_one_after_the_other_find_their_spis)
{
	unsigned i;

	all_come();
	for (i = 0; i < HOSTS; i++) {
		struct actor *actor = &actors[i];

		actor->in_every = actor->out_every = 0;
		let_pass(300);
		actor->ike = ike_of(actor->esp.client, SERVER, 7);
		ike_begin(&w, &actor->ike);
		turn(actor);
		let_pass(2);
		ck_assert_uint_eq(esp_sends(&w, &actor->esp),
				  VPNALG_TRANSLATED);
		actor->in_every = actor->out_every = 10;
		let_pass(300);
	}
	check_right(0, 5);
	check_right(1, 5);
	check_right(2, 5);
}
END_TEST

/* Receives in its rhythm; nothing is sent. */
static void stream(struct esp *e, unsigned count)
{
	for (; count > 0; count--) {
		w.now += 100;
		ck_assert(esp_arrives(&w, e));
	}
}

/* Host 2 receives all the time; the keys of all three change. */
static void all_change_keys(const unsigned *order)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		ike_begin(&w, &actors[i].ike);
		ck_assert_uint_eq(esp_sends(&w, &actors[i].esp),
				  VPNALG_TRANSLATED);
		w.now += 11;
		ck_assert(esp_arrives(&w, &actors[i].esp));
		w.now += 20000;
	}
	stream(&actors[2].esp, 100);
	for (i = 0; i < HOSTS; i++) {
		client_exchanges(&w, &actors[order[i]].ike, CREATE_CHILD_SA);
		stream(&actors[2].esp, order[i] == 2 ? 16 : 4);
	}
	for (i = 0; i < 2; i++)
		actors[i].esp = esp_of(CLIENT_A + i, SERVER, 0xa8 + i,
				       0xb8 + i);
}

static const unsigned orders[][HOSTS] = {
	{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
	{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
};

/* One host begins, one is held for it, and the SPI of the third changes in its
 * rhythm: it is not for the one that is only likelier than the one that is
 * held. */
START_TEST(a_held_host_hides_no_third_one)
{
	struct esp next = esp_of(CLIENT_C, SERVER, 0xaa, 0xba);
	unsigned i;

	all_change_keys(orders[_i]);
	w.now += 74;
	ck_assert_uint_eq(esp_sends(&w, &actors[1].esp), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &actors[0].esp), VPNALG_DROP_HELD);
	w.now += 20;
	for (i = 0; i < 6; i++, w.now += 100)
		if (esp_receives(&w, &next) == VPNALG_TRANSLATED)
			ck_assert_uint_eq(destination(&w), CLIENT_C);
}
END_TEST

/* Both SPIs begin: the answer to the one, and the remote's first packet to the
 * one that is held. */
START_TEST(two_hosts_that_fit_the_same_two_spis_stay_undecided)
{
	unsigned i, j;

	all_change_keys(orders[0]);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &actors[1].esp), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &actors[0].esp), VPNALG_DROP_HELD);
	w.now += 10;
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 2; j++, w.now += 10) {
			struct esp *e = &actors[j == (unsigned)_i].esp;

			if (esp_receives(&w, e) == VPNALG_TRANSLATED)
				ck_assert_uint_eq(destination(&w), e->client);
		}
		w.now += 50;
		if (i == 0)
			ck_assert(esp_arrives(&w, &actors[2].esp));
		w.now += 30;
	}
}
END_TEST

/* The keys of two hosts change, the remote stops for a moment and goes on to
 * both with the new SPIs, a few packets each, and awaits an answer: neither SPI
 * has followed the other. */
START_TEST(two_that_begin_and_pause_together_do_not_follow_each_other)
{
	struct esp next[2] = { esp_of(CLIENT_A, SERVER, 0xa8, 0xb8),
			       esp_of(CLIENT_B, SERVER, 0xa9, 0xb9) };
	unsigned i, j;

	for (i = 0; i < 2; i++) {
		ike_begin(&w, &actors[i].ike);
		ck_assert_uint_eq(esp_sends(&w, &actors[i].esp),
				  VPNALG_TRANSLATED);
		w.now += 11;
		ck_assert(esp_arrives(&w, &actors[i].esp));
		w.now += 20000;
	}
	client_exchanges(&w, &actors[0].ike, CREATE_CHILD_SA);
	w.now += 1080;
	client_exchanges(&w, &actors[1].ike, CREATE_CHILD_SA);
	w.now += 110;
	for (i = 0; i < 2; i++, w.now += 5)
		for (j = 0; j < 10; j++)
			ck_assert_uint_eq(esp_receives(&w, &next[i]),
					  VPNALG_DROP_UNPAIRED);
	w.now += 220;
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(esp_receives(&w, &next[i]),
				  VPNALG_DROP_UNPAIRED);
}
END_TEST

TCase *ipsec_undecided_case(void)
{
	TCase *t = tcase_create("undecided");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_held_host_hides_no_third_one, 0, ROWS(orders));
	tcase_add_loop_test(
		t, two_hosts_that_fit_the_same_two_spis_stay_undecided, 0, 2);
	tcase_add_test(
		t, two_that_begin_and_pause_together_do_not_follow_each_other);
	tcase_add_test(
		t, hosts_that_begin_anew_one_after_the_other_find_their_spis);
	return t;
}

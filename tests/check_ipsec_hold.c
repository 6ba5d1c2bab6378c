/* SPDX-License-Identifier: BSD-2-Clause */
/* Holding back: a host whose answers would be ambiguous is held, and not for
 * long. */
#include "ipsec_hold.h"

/* How often a host repeats a packet. */
static const uint32_t again_rows[] = { 0, 1, 10, 100, 500, 1000, 2500 };

START_TEST(the_second_of_two_that_begin_at_once_is_held)
{
	uint64_t held;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	held = send_until(&b, 10);
	ck_assert_uint_ge(held, 1);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_HELD), held);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_HELD], held);
	ck_assert_uint_eq(w.event.type, VPNALG_EVENT_HELD);
	ck_assert_uint_eq(get32(w.event.session.inside.octets), CLIENT_B);
}
END_TEST

START_TEST(no_host_is_held_more_than_three_times_nor_longer_than_3_s)
{
	uint32_t again = again_rows[_i];
	vpnalg_time began;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	began = w.now;
	ck_assert_uint_le(send_until(&b, again), 3);
	ck_assert_uint_le(w.now - began, 3000 + again);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
}
END_TEST

/* Two hosts that were held for one another would both begin in the end, at the
 * same time, and could not be told apart. They send each so many milliseconds,
 * one so much later than the other, and an answer takes 11. Where even so both
 * SPIs fit both hosts, they stay unclaimed. */
static const struct turns_row {
	uint32_t each, after;
	bool clear;
} turns_rows[] = {
	{ 110, 0, false }, { 110, 2, false }, { 110, 50, true },
	{ 150, 2, true },  { 200, 2, true },
};

START_TEST(two_that_begin_at_once_take_turns)
{
	const struct turns_row *row = &turns_rows[_i];
	vpnalg_time began;

	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 20000;
	ike_begin(&w, &kb);
	world_wait(&w, 60000);
	/* The first one sends once more as before while its keys change. */
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	w.now += 18;
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	w.now += 80;
	for (began = w.now; w.now - began < 2000;
	     w.now += row->each - row->after) {
		send_and_hear(&b);
		w.now += row->after;
		send_and_hear(&a);
	}
	ck_assert(hears(&a) || !row->clear);
	ck_assert(hears(&b) || !row->clear);
}
END_TEST

/* One host was held with its new SA, fell silent, and sends with the old one: a
 * packet that comes then may be for it as well as for another that begins to
 * send. */
START_TEST(a_host_that_sends_with_an_old_sa_is_not_held)
{
	struct esp next_a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	struct esp next_b = esp_of(CLIENT_B, SERVER, 0xa4, 0xb4);

	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 20000;
	ike_begin(&w, &kb);
	send_and_hear(&b);
	w.now += 60000;
	client_exchanges(&w, &kb, CREATE_CHILD_SA);
	w.now += 2000;
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	ck_assert_uint_eq(esp_sends(&w, &next_b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &next_a), VPNALG_DROP_HELD);
	w.now += 1500;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &next_b), VPNALG_TRANSLATED);
	w.now += 11;
	ck_assert_uint_eq(esp_receives(&w, &next_a), VPNALG_DROP_UNPAIRED);
}
END_TEST

/* One host sends once more as before, and its keys change; the other begins;
 * the first is held with its new SA. An answer to its last packet comes with
 * the new SPI, and may be for either. */
START_TEST(a_held_host_may_be_answered_for_what_it_sent_before)
{
	unsigned i;

	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 20000;
	ike_begin(&w, &kb);
	w.now += 60000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	w.now += 18;
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	w.now += 32;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_DROP_HELD);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_DROP_HELD);
	for (i = 0; i < 4; i++) {
		w.now += 10;
		esp_sends(&w, &b);
	}
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert_uint_eq(esp_receives(&w, &a), VPNALG_DROP_UNPAIRED);
}
END_TEST

/* The remote sends answers only. One host begins just after the other's keys
 * have changed, and the other is held with its new SA: so nothing comes for it,
 * which is no evidence for the first one. */
START_TEST(a_held_host_is_not_taken_for_one_that_receives_nothing)
{
	unsigned i;

	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 20000;
	ike_begin(&w, &kb);
	w.now += 20000;
	for (i = 0; i < 20; i++) {
		send_and_hear(&a);
		w.now += 100;
	}
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	w.now += 60;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &b), VPNALG_DROP_UNPAIRED);
	for (i = 0; i < 3; i++) {
		w.now += 80;
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_DROP_HELD);
		ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(esp_receives(&w, &b), VPNALG_DROP_UNPAIRED);
	w.now += 80;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	w.now += 7;
	esp_receives(&w, &b);
	ck_assert(esp_arrives(&w, &a));
	ck_assert(esp_arrives(&w, &b));
}
END_TEST

/* The host is answered so many milliseconds after it is released, which is
 * longer after it resumed. The host that it is held for is never answered. */
static const uint32_t answered_rows[] = { 20, 30, 60, 100, 150 };

START_TEST(a_held_host_begins_when_it_is_released)
{
	unsigned i;

	ike_begin(&w, &ka);
	w.now += 20000;
	ike_begin(&w, &kb);
	w.now += 20000;
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		w.now += 10;
		ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_DROP_HELD);
		w.now += 90;
	}
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	w.now += answered_rows[_i];
	ck_assert(esp_arrives(&w, &b));
}
END_TEST

/* A packet of a second SA was held and was not sent again. */
START_TEST(a_host_that_was_held_long_ago_has_not_just_begun)
{
	struct esp second_a = esp_of(CLIENT_A, SERVER, 0xa7, 0xb7);
	struct esp next_a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	struct esp next_b = esp_of(CLIENT_B, SERVER, 0xa8, 0xb8);
	unsigned i;

	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 20000;
	ike_begin(&w, &kb);
	send_and_hear(&a);
	esp_sends(&w, &b);
	ck_assert_uint_eq(esp_sends(&w, &second_a), VPNALG_DROP_HELD);
	w.now += 11;
	esp_arrives(&w, &b);
	for (i = 0; i < 600; i++) {
		send_and_hear(&a);
		send_and_hear(&b);
		w.now += 100;
	}
	ck_assert_uint_eq(esp_sends(&w, &next_a), VPNALG_TRANSLATED);
	w.now += 20;
	ck_assert_uint_eq(esp_sends(&w, &next_b), VPNALG_TRANSLATED);
}
END_TEST

/* That is for first packets only: a message that requests an SA is held for a
 * host that is about to begin. */
START_TEST(a_message_is_held_for_a_held_host)
{
	struct esp next_a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	struct esp c = esp_of(CLIENT_C, SERVER, 0xa9, 0xb9);
	struct ike kc = ike_of(CLIENT_C, SERVER, 0);

	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 20000;
	ike_begin(&w, &kb);
	send_and_hear(&b);
	w.now += 20000;
	ike_begin(&w, &kc);
	w.now += 20000;
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	w.now += 2000;
	ck_assert_uint_eq(esp_sends(&w, &c), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(ike_out(&w, &kb, CREATE_CHILD_SA, INITIATOR, 2),
			  VPNALG_DROP_HELD);
	w.now += 300;
	ck_assert_uint_eq(esp_sends(&w, &next_a), VPNALG_DROP_HELD);
	w.now += 200;
	ck_assert_uint_eq(ike_out(&w, &kb, CREATE_CHILD_SA, INITIATOR, 2),
			  VPNALG_DROP_HELD);
}
END_TEST

/* One host begins, and the other, whose keys have changed, is held at once: a
 * packet that comes just then may be the remote's first to that one. */
START_TEST(a_packet_that_comes_while_a_host_is_held_is_not_that_hosts)
{
	unsigned i;

	ike_begin(&w, &kb);
	w.now += 20000;
	ike_begin(&w, &ka);
	w.now += 60000;
	client_exchanges(&w, &kb, CREATE_CHILD_SA);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_DROP_HELD);
	w.now += 10;
	for (i = 0; i < 4; i++) {
		hears(&a);
		w.now += 1;
		hears(&b);
		w.now += 100;
		send_and_hear(&a);
		send_and_hear(&b);
	}
}
END_TEST

TCase *ipsec_hold_case(void)
{
	TCase *t = tcase_create("holding back");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, the_second_of_two_that_begin_at_once_is_held);
	tcase_add_loop_test(
		t, no_host_is_held_more_than_three_times_nor_longer_than_3_s, 0,
		ROWS(again_rows));
	tcase_add_loop_test(t, two_that_begin_at_once_take_turns, 0,
			    ROWS(turns_rows));
	tcase_add_test(t, a_host_that_sends_with_an_old_sa_is_not_held);
	tcase_add_test(t, a_held_host_may_be_answered_for_what_it_sent_before);
	tcase_add_test(t,
		       a_held_host_is_not_taken_for_one_that_receives_nothing);
	tcase_add_loop_test(t, a_held_host_begins_when_it_is_released, 0,
			    ROWS(answered_rows));
	tcase_add_test(t, a_host_that_was_held_long_ago_has_not_just_begun);
	tcase_add_test(t, a_message_is_held_for_a_held_host);
	tcase_add_test(
		t, a_packet_that_comes_while_a_host_is_held_is_not_that_hosts);
	return t;
}

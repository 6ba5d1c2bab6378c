/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs that turn out wrong are mended, by any sound rule within 5 s of
 * traffic. How the wrong pair came about is not to the point: where the rules
 * make none, the SPI is right from the beginning. */
#include "support_ipsec.h"
#include "cases.h"

static struct world w;
static struct esp a, b;
static struct ike ka, kb;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.passive = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
	ka = ike_of(CLIENT_A, SERVER, 0);
	kb = ike_of(CLIENT_B, SERVER, 0);
}

static void end(void)
{
	world_end(&w);
}

static void come(struct ike *k, struct esp *e)
{
	int i;

	ike_begin(&w, k);
	for (i = 0; i < 100; i++) {
		w.now += 20;
		ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, e));
	}
}

/* B's rekey, and A's, which the server has not used yet. A's packets are lost
 * for a moment, just as B's new SPI begins; B's old one is used a little
 * longer. So it looks as if A had turned to it. */
START_TEST(an_old_spi_that_goes_on_shows_that_the_new_one_is_anothers)
{
	struct esp new = esp_of(CLIENT_B, SERVER, 0xa3, 0xb3);
	int i, right = 0;

	come(&ka, &a);
	come(&kb, &b);
	w.now += 5000;
	for (i = 0; i < 50; i++) {
		w.now += 20;
		ck_assert(esp_arrives(&w, &a));
		ck_assert(esp_arrives(&w, &b));
	}
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	client_exchanges(&w, &kb, CREATE_CHILD_SA);
	for (i = 0; i < 10; i++) {
		w.now += 20;
		esp_receives(&w, &new);
		ck_assert(esp_arrives(&w, &b));
	}
	for (i = 0; i < 500; i++) {
		w.now += 20;
		ck_assert(esp_arrives(&w, &a));
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		ck_assert_uint_eq(esp_sends(&w, &new), VPNALG_TRANSLATED);
		right = esp_arrives(&w, &new) ? right + 1 : 0;
	}
	ck_assert_int_ge(right, 250);
}
END_TEST

/* B has made its exchange a while before A and is silent; the server's first
 * packet for B comes just after A's exchange. Then A, which receives nothing of
 * its own, checks whether the server is alive. */
START_TEST(a_host_that_suspects_its_pair_twice_loses_it)
{
	int i, right = 0;

	ike_begin(&w, &kb);
	w.now += 1500;
	ike_begin(&w, &ka);
	w.now += 100;
	for (i = 0; i < 1000; i++) {
		w.now += 20;
		if (i % 5 == 0) {
			if (i >= 50)
				esp_sends(&w, &b);
			right = esp_arrives(&w, &b) ? right + 1 : 0;
		}
		if (i % 100 == 99)
			client_exchanges(&w, &ka, INFORMATIONAL);
	}
	ck_assert_int_ge(right, 50);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1);
}
END_TEST

/* An event names the SPI that is taken back. */
START_TEST(a_repair_causes_an_event)
{
	int i;

	ike_begin(&w, &kb);
	w.now += 1500;
	ike_begin(&w, &ka);
	w.now += 100;
	for (i = 0; i < 100 && w.events[VPNALG_EVENT_UNPAIRED] == 0; i++) {
		w.now += 100;
		if (i >= 10)
			esp_sends(&w, &b);
		if (esp_arrives(&w, &b))
			return; /* nothing to be mended */
		if (i % 20 == 19)
			ike_out(&w, &ka, INFORMATIONAL, INITIATOR,
				(uint32_t)i);
	}
	ck_assert_uint_eq(w.event.type, VPNALG_EVENT_UNPAIRED);
	ck_assert_uint_eq(w.event.session.outside_id, 0xb2);
	ck_assert_uint_eq(get32(w.event.session.inside.octets), CLIENT_A);
}
END_TEST

/* Liveness checks are nothing unusual (RFC 3706, RFC 7296 2.4): a host that is
 * answered, alone or not, keeps its pairs. */
START_TEST(a_host_that_is_answered_may_check_liveness_at_will)
{
	int i;

	come(&ka, &a);
	if (_i == 1)
		come(&kb, &b);
	for (i = 0; i < 3000; i++) {
		w.now += 20;
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &a));
		if (_i == 1)
			ck_assert(esp_arrives(&w, &b));
		if (i % 500 == 499)
			server_exchanges(&w, &ka, INFORMATIONAL);
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

TCase *ipsec_repair_case(void)
{
	TCase *t = tcase_create("repair");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t,
		an_old_spi_that_goes_on_shows_that_the_new_one_is_anothers);
	tcase_add_test(
		t,
		a_host_that_suspects_its_pair_twice_loses_it);
	tcase_add_test(t, a_repair_causes_an_event);
	tcase_add_loop_test(t,
			    a_host_that_is_answered_may_check_liveness_at_will,
			    0, 2);
	return t;
}

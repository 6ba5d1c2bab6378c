/* SPDX-License-Identifier: BSD-2-Clause */
/* An SPI goes to the host that it answers, whoever has it. */
#include "ipsec_flow.h"

/* Other hosts have ESP with the server, and are silent now. */
static void others_come(unsigned count)
{
	struct esp other;

	for (; count > 0; count--) {
		other = esp_of(CLIENT_C + count, SERVER, 0xc0 + count,
			       0xd0 + count);
		ck_assert_uint_eq(esp_sends(&w, &other), VPNALG_TRANSLATED);
		w.now += 10;
		ck_assert(esp_arrives(&w, &other));
		w.now += 5000;
	}
}

/* How often A and B send, and whether each has its own SPI after so long. */
static const struct exchanged_row {
	const char *name;
	uint32_t gaps[2], parts[2], ms;
	bool heals[2];
	unsigned others;
} exchanged_rows[] = {
	{ "ten a second", { 100, 110 }, { 6, 5 }, 4000, { true, true }, 0 },
	{ "one much slower", { 100, 3000 }, { 6, 4 }, 25000, { true, true }, 0 },
	{ "both slow", { 2500, 3100 }, { 4, 4 }, 28000, { true, true }, 0 },
	{ "both slow, among others", { 2500, 3100 }, { 4, 4 }, 28000,
	  { true, true }, 6 },
	{ "as regular as clocks", { 100, 110 }, { 0, 0 }, 30000,
	  { false, false }, 0 },
};

START_TEST(hosts_with_each_others_spis_get_their_own)
{
	const struct exchanged_row *row = &exchanged_rows[_i];
	struct flow flows[2] = {
		{ .esp = &a, .gap = row->gaps[0], .delay = 61,
		  .part = row->parts[0] },
		{ .esp = &b, .gap = row->gaps[1], .delay = 43,
		  .part = row->parts[1] },
	};
	unsigned i;

	others_come(row->others);
	exchange();
	run(flows, 2, row->ms);
	for (i = 0; i < 2; i++)
		ck_assert_msg((flows[i].lost == 0) == row->heals[i],
			      "%s: host %u lost %u in a row", row->name, i,
			      flows[i].lost);
}
END_TEST

/* A hundred times B sends, A before it if it sends at all, and A receives after
 * that delay, irregularly: A keeps its SPI. */
static void a_keeps_its_spi(bool sends, unsigned delay)
{
	unsigned i;

	for (i = 0; i < 100; i++) {
		if (sends) {
			ck_assert_uint_eq(esp_sends(&w, &a),
					  VPNALG_TRANSLATED);
			w.now += 30;
		}
		ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
		w.now += delay;
		ck_assert(esp_arrives(&w, &a));
		w.now += i & 1 ? 90 : 110;
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}

/* A was answered, irregularly: the pair is trusted fully. Then A only receives,
 * and B happens to send before each of A's packets. */
START_TEST(an_spi_that_has_answered_its_host_stays)
{
	struct flow flow = { .esp = &a, .gap = 100, .delay = 61, .part = 6 };

	come();
	run(&flow, 1, 4000);
	a_keeps_its_spi(false, 30);
}
END_TEST

/* B sends just before each of A's packets: but A is answered by these, too, and
 * keeps them. */
START_TEST(an_spi_that_answers_its_host_stays)
{
	come();
	a_keeps_its_spi(true, 30);
}
END_TEST

/* A only receives, at irregular times, and no host has just sent. */
START_TEST(an_spi_that_answers_nobody_stays)
{
	come();
	a_keeps_its_spi(false, 300);
}
END_TEST

/* Both hosts receive with SPIs of their own. A begins to be answered with one
 * more, which was in use before; steady flows of both go on. */
START_TEST(an_unclaimed_spi_goes_to_the_host_that_it_answers)
{
	struct esp old = esp_of(CLIENT_A, SERVER, 0xa1, 0xb9);
	struct flow flows[3] = {
		{ .esp = &a, .gap = 100, .delay = 300, .part = 6,
		  .listens = true },
		{ .esp = &b, .gap = 110, .delay = 43, .part = 5 },
		{ .esp = &old, .gap = 130, .delay = 61, .part = 4 },
	};

	come();
	old.out_sequence = old.in_sequence = 100000;
	run(flows, 3, 5000);
	ck_assert_uint_eq(flows[2].lost, 0);
	ck_assert_uint_eq(w.event.type, VPNALG_EVENT_PAIRED);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_TIMING);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* A has B's SPI, which is slow, beside one of its own, which is quick, and
 * answers nobody. */
START_TEST(a_slow_spi_is_compared_beside_a_quick_one)
{
	struct flow flows[2] = {
		{ .esp = &a, .gap = 100, .delay = 61, .part = 6,
		  .listens = true },
		{ .esp = &b, .gap = 500, .delay = 43, .part = 5 },
	};
	struct esp quick = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);

	exchange();
	ck_assert_uint_eq(esp_sends(&w, &quick), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &quick));
	w.now += 100;
	flows[0].esp = &quick;
	run(flows, 2, 15000);
	ck_assert_uint_eq(flows[1].lost, 0);
	ck_assert_uint_eq(flows[0].lost, 0);
}
END_TEST

TCase *ipsec_owner_case(void)
{
	TCase *t = tcase_create("owner");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, hosts_with_each_others_spis_get_their_own, 0,
			    ROWS(exchanged_rows));
	tcase_add_test(t, an_spi_that_has_answered_its_host_stays);
	tcase_add_test(t, an_spi_that_answers_its_host_stays);
	tcase_add_test(t, an_spi_that_answers_nobody_stays);
	tcase_add_test(t, an_unclaimed_spi_goes_to_the_host_that_it_answers);
	tcase_add_test(t, a_slow_spi_is_compared_beside_a_quick_one);
	return t;
}

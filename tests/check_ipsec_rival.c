/* SPDX-License-Identifier: BSD-2-Clause */
/* Rivals of an SPI: other unclaimed ones that may be of the same host. */
#include "ipsec_rank.h"

/* Another unclaimed SPI, how long after this one it began, and what is known of
 * it. */
static const struct rival_row {
	const char *name;
	int32_t after;
	uint8_t flags, total;
	uint32_t spi;
	unsigned place;
} rival_rows[] = {
	{ "none", 0, IPSEC_UNCLAIMED_FRESH, 1, 0, 1 },
	{ "at once", 0, IPSEC_UNCLAIMED_FRESH, 1, 0xb2, 0 },
	{ "a single one that was in use before", 0, 0, 1, 0xb2, 1 },
	{ "one in use before that goes on", 0, 0, 2, 0xb2, 0 },
	{ "it began long before", -500, IPSEC_UNCLAIMED_FRESH, 1, 0xb2, 1 },
};

START_TEST(an_spi_that_fits_as_well_leaves_both_undecided)
{
	const struct rival_row *row = &rival_rows[_i];
	unsigned i;

	places[1] = shown(RESUMED, 1);
	places[2] = shown(IDLE, 2);
	for (i = 0; i < ROWS(spis); i++) {
		if (&spis[i] == w)
			continue;
		spis[i] = *w;
		spis[i].spi = row->spi;
		spis[i].began += (uint32_t)row->after;
		spis[i].total = row->total;
		spis[i].flags = row->flags | IPSEC_UNCLAIMED_BEGAN;
		check_judged(row->place, BY(RESUMED));
		spis[i].spi = 0;
	}
}
END_TEST

/* One received each 600 ms, and either SPI may go on with that: this one is due
 * in time, the other so much later. */
static const struct due_row {
	uint32_t after;
	unsigned place;
} due_rows[] = {
	{ 0, 0 },   { 24, 0 },	{ 25, 1 },  { 26, 1 },
	{ 499, 1 }, { 501, 1 },
};

START_TEST(an_spi_that_fits_less_is_no_rival)
{
	const struct due_row *row = &due_rows[_i];

	places[1] = shown(BUSY, 1);
	places[1].gap = 600;
	places[1].received = BEGAN - 605;
	places[2] = shown(IDLE, 2);
	spis[5] = *w;
	spis[5].began += row->after - 5;
	blocks.now = BEGAN + 1000;
	check_judged(row->place, BY(CONTINUED));
}
END_TEST

/* Packets come each 40 ms: the rhythm of a flow that has stopped is no evidence
 * for an SPI that began so long after this one. */
START_TEST(rivals_begin_within_half_a_second)
{
	places[1] = shown(BUSY, 1);
	places[1].gap = 2000;
	places[1].spread = 255;
	places[1].received = BEGAN - 2000;
	places[2] = shown(IDLE, 2);
	blocks.now = BEGAN + 2000;
	spis[3] = *w;
	spis[3].began = BEGAN + 255;
	check_judged(0, BY(CONTINUED));
	places[1].received = BEGAN - 1750;
	spis[3].began = BEGAN + 500;
	check_judged(0, BY(CONTINUED));
	spis[3].began = BEGAN + 501;
	check_judged(1, BY(CONTINUED));
}
END_TEST

/* Two hosts and two SPIs: the other SPI fits the second host so much better,
 * by when each was due. */
static const struct pair_row {
	uint32_t first_due, second_due, other_began;
	unsigned place;
} pair_rows[] = {
	/* The first fits this one, the second the other one. */
	{ 0, 40, 40, 1 },
	{ 0, 26, 26, 1 },
	{ 0, 10, 10, 0 },
	/* The second fits neither. */
	{ 0, 200, 10, 0 },
	/* Both fit the other one alike. */
	{ 0, 20, 10, 0 },
};

START_TEST(two_hosts_and_two_spis_are_distinguished_if_they_fit)
{
	const struct pair_row *row = &pair_rows[_i];

	places[1] = shown(BUSY, 1);
	places[1].received += row->first_due;
	places[2] = shown(BUSY, 2);
	places[2].received += row->second_due;
	spis[2] = *w;
	spis[2].began += row->other_began;
	blocks.now = BEGAN + 500;
	check_judged(row->place, BY(CONTINUED));
}
END_TEST

/* The first host resumed, and owns this SPI or the other one: the next host
 * fits both as well. How long ago the first one resumed; by how much that makes
 * the other SPI more surprising. */
static const struct gain_row {
	uint32_t before;
	unsigned place;
} gain_rows[] = {
	{ 110, 1 }, /* 288 */
	{ 107, 0 }, /* 248 */
	{ 70, 0 },  /* nothing */
};

START_TEST(two_hosts_fit_two_spis_better_so_than_the_other_way_round)
{
	places[1] = shown(RESUMED, 1);
	places[1].resumed = BEGAN - gain_rows[_i].before;
	/* It was held, and is answered by this SPI (52), or the other SPI
	 * continues what it received (0). */
	places[2] = shown(BUSY, 2);
	places[2].received = BEGAN - 230;
	places[2].gap = 362;
	places[2].released = 1;
	places[2].out_since = BEGAN - 218;
	spis[4] = *w;
	spis[4].began = BEGAN + 132;
	w->count = 3;
	check_judged(gain_rows[_i].place, BY(RESUMED));
}
END_TEST

/* It was answered by this SPI, or is about to go on to receive with the other,
 * which began too early for an answer. */
START_TEST(an_spi_that_may_be_the_next_of_a_flow_is_a_rival)
{
	places[1] = shown(BUSY, 1);
	places[1].received = BEGAN - 150;
	places[1].spread = 255;
	places[1].released = 1;
	places[1].out_since = BEGAN;
	places[2] = shown(IDLE, 2);
	check_judged(1, BY(RESUMED));
	spis[3] = *w;
	spis[3].began = BEGAN - 140;
	check_judged(0, BY(RESUMED));
}
END_TEST

/* One of two hosts has just made an exchange, and an unclaimed SPI has
 * ended. */
START_TEST(a_host_that_has_just_rekeyed_may_continue_an_unclaimed_flow)
{
	places[1] = shown(IDLE, 1);
	places[2] = shown(IDLE, 2);
	places[2].answered = 1;
	places[2].requested = BEGAN - 100;
	places[3] = shown(IDLE, 3);
	blocks.now = BEGAN + 250;
	check_judged(0, NONE);
	spis[4] = *w;
	spis[4].began -= 3000;
	spis[4].last = BEGAN - 30;
	spis[4].count = 6;
	check_judged(2, BY(CONTINUED));
	/* Another that begins with it does not follow it as well. */
	spis[5] = *w;
	check_judged(2, BY(CONTINUED));
	places[3].answered = 1;
	places[3].requested = BEGAN - 100;
	check_judged(0, BY(CONTINUED));
}
END_TEST

TCase *ipsec_rival_case(void)
{
	TCase *t = tcase_create("rivals");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_loop_test(t, an_spi_that_fits_as_well_leaves_both_undecided,
			    0, ROWS(rival_rows));
	tcase_add_loop_test(t, an_spi_that_fits_less_is_no_rival, 0,
			    ROWS(due_rows));
	tcase_add_test(t, rivals_begin_within_half_a_second);
	tcase_add_loop_test(
		t, two_hosts_and_two_spis_are_distinguished_if_they_fit, 0,
		ROWS(pair_rows));
	tcase_add_loop_test(
		t, two_hosts_fit_two_spis_better_so_than_the_other_way_round, 0,
		ROWS(gain_rows));
	tcase_add_test(t, an_spi_that_may_be_the_next_of_a_flow_is_a_rival);
	tcase_add_test(
		t, a_host_that_has_just_rekeyed_may_continue_an_unclaimed_flow);
	return t;
}

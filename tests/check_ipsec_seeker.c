/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts that seek an SPI, and the only one that is left. */
#include "ipsec_rank.h"

/* A host to which nothing is promised, and the evidence for others. */
static struct ipsec_candidate seeker(enum shows shows, unsigned place)
{
	struct ipsec_candidate c = shown(shows, place);

	c.seeking = 1;
	c.since = BEGAN + 100;
	return c;
}

START_TEST(a_seeker_gets_an_spi_with_the_second_packet_that_fits)
{
	places[4] = seeker(RESUMED, 4);
	check_judged(0, BY(RESUMED));
	w->total = 2;
	check_judged(4, BY(RESUMED));
	/* The same where all awaiting hosts keep receiving. */
	places[2] = shown(GOES_ON, 2);
	check_judged(4, BY(RESUMED));
	w->total = 1;
	check_judged(0, BY(RESUMED));
}
END_TEST

START_TEST(a_seeker_beside_others_shows_it_twice)
{
	places[1] = seeker(RESUMED, 1);
	places[2] = shown(IDLE, 2);
	w->total = 1;
	check_judged(0, BY(RESUMED));
	w->count = 2;
	w->total = 2;
	check_judged(0, BY(RESUMED));
	w->count = 1; /* it begins again */
	check_judged(1, BY(RESUMED));
}
END_TEST

/* Only some bits of its ID are remembered: here they are 0, as if it had been
 * seen before. */
START_TEST(a_seeker_shows_nothing_with_a_single_packet)
{
	places[1] = seeker(RESUMED, 1);
	places[1].id = 0x20;
	places[2] = shown(IDLE, 2);
	check_judged(0, BY(RESUMED));
	w->total = 2;
	check_judged(1, BY(RESUMED));
}
END_TEST

START_TEST(another_seeker_has_to_show_it_twice_as_well)
{
	places[6] = seeker(RESUMED, 6);
	places[2] = shown(IDLE, 2);
	check_judged(0, BY(RESUMED));
	w->total = 2;
	places[1] = seeker(RESUMED, 1);
	places[6] = shown(NO_HOST, 6);
	check_judged(0, BY(RESUMED));
	ck_assert_uint_eq(w->flags,
			  0x10 | IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN);
	check_judged(1, BY(RESUMED));
}
END_TEST

START_TEST(an_awaiting_host_ranks_before_a_seeker_that_fits_as_well)
{
	places[1] = seeker(RESUMED, 1);
	places[2] = shown(RESUMED, 2);
	check_judged(2, BY(RESUMED));
	/* By so much as makes one stand out, and 10 more. */
	places[2].resumed = BEGAN - 207;
	check_judged(2, BY(RESUMED));
	places[2].resumed = BEGAN - 208;
	check_judged(0, BY(RESUMED));
}
END_TEST

/* The number of hosts that receive nothing, the hosts that await an SPI, and
 * the number of packets. */
static const struct left_row {
	unsigned seekers;
	enum shows awaiting;
	uint8_t count, total;
	unsigned place;
} left_rows[] = {
	{ 1, NO_HOST, 1, 2, 0 },	 { 1, NO_HOST, 1, 3, 5 },
	{ 1, GOES_ON, 1, 3, 5 }, { 1, GOES_ON, 6, 6, 5 },
	{ 1, GOES_ON, 6, 2, 0 }, { 2, NO_HOST, 6, 6, 0 },
	{ 2, GOES_ON, 6, 6, 0 }, { 0, GOES_ON, 6, 6, 1 },
};

START_TEST(the_only_host_that_receives_nothing_is_left)
{
	const struct left_row *row = &left_rows[_i];
	unsigned i;

	places[1] = shown(row->awaiting, 1);
	for (i = 0; i < row->seekers; i++)
		places[5 + i] = seeker(IDLE, 5 + i);
	w->count = row->count;
	w->total = row->total;
	check_judged(row->place, row->place != 0 ? BY(LEFT) : NONE);
}
END_TEST

/* One host is awaiting, and silent: the SPI is its own. */
START_TEST(a_seeker_that_shows_nothing_gets_no_spi_of_others)
{
	places[1] = shown(IDLE, 1);
	places[2] = seeker(IDLE, 2);
	w->count = w->total = 6;
	check_judged(1, BY(EXPECTED));
}
END_TEST

START_TEST(an_spi_in_use_before_is_judged_from_its_second_packet_on)
{
	places[1] = shown(IDLE, 1);
	w->flags = 0;
	check_judged(0, NONE);
	w->total = 2;
	check_judged(1, BY(EXPECTED));
}
END_TEST

/* Candidates that cannot be the owner. */
START_TEST(a_host_that_cannot_own_an_spi_is_not_ranked)
{
	places[1] = shown(IDLE, 1);
	ck_assert(vpnalg_ipsec_judge_may_be_others(&blocks, 1, BEGAN));
	places[1].id = 0;
	ck_assert(!vpnalg_ipsec_judge_may_be_others(&blocks, 1, BEGAN));
	places[2] = shown(IDLE, 2);
	w->refused = places[2].id;
	check_judged(0, NONE);
	ck_assert(!vpnalg_ipsec_judge_may_be_others(&blocks, places[2].id, BEGAN));
	ck_assert(vpnalg_ipsec_judge_may_be_others(&blocks, 1, BEGAN));
	w->refused = 0;
	places[2].since = BEGAN + 50;
	check_judged(2, BY(EXPECTED));
	ck_assert(vpnalg_ipsec_judge_may_be_others(&blocks, 1, BEGAN));
	places[2].since = BEGAN + 51; /* promised after it began */
	check_judged(0, NONE);
	ck_assert(!vpnalg_ipsec_judge_may_be_others(&blocks, 1, BEGAN));
	w->flags = 0; /* it is older, whenever it was seen */
	w->total = 2;
	check_judged(2, BY(EXPECTED));
}
END_TEST

TCase *ipsec_seeker_case(void)
{
	TCase *t = tcase_create("seekers");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, a_seeker_shows_nothing_with_a_single_packet);
	tcase_add_test(t,
		       a_seeker_gets_an_spi_with_the_second_packet_that_fits);
	tcase_add_test(t, a_seeker_beside_others_shows_it_twice);
	tcase_add_test(t, another_seeker_has_to_show_it_twice_as_well);
	tcase_add_test(
		t, an_awaiting_host_ranks_before_a_seeker_that_fits_as_well);
	tcase_add_loop_test(t, the_only_host_that_receives_nothing_is_left, 0,
			    ROWS(left_rows));
	tcase_add_test(t, a_seeker_that_shows_nothing_gets_no_spi_of_others);
	tcase_add_test(
		t, an_spi_in_use_before_is_judged_from_its_second_packet_on);
	tcase_add_test(t, a_host_that_cannot_own_an_spi_is_not_ranked);
	return t;
}

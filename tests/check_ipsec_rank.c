/* SPDX-License-Identifier: BSD-2-Clause */
/* Which candidate gets an SPI, by the evidence for each of them. */
#include "cases.h"
#include "ipsec/evidence.h"
#include "ipsec/judge.h"

#include <string.h>

/* When the SPI began. */
#define BEGAN 5000000U

/* Of two blocks; place 0 of the first is no candidate's. */
#define PLACES (2 * IPSEC_CANDIDATES)

static struct ipsec_candidate places[PLACES];
static struct ipsec_unclaimed spis[2 * IPSEC_UNCLAIMED];
static struct ipsec_blocks blocks;
static struct ipsec_unclaimed *const w = &spis[1];

static void begin(void)
{
	memset(places, 0, sizeof(places));
	memset(spis, 0, sizeof(spis));
	blocks = (struct ipsec_blocks){
		.now = BEGAN,
		.candidates = PLACES,
		.unclaimed = 2 * IPSEC_UNCLAIMED,
		.candidate_blocks = { (void *)places,
				      (void *)&places[IPSEC_CANDIDATES] },
		.unclaimed_blocks = { (void *)spis,
				      (void *)&spis[IPSEC_UNCLAIMED] }
	};
	*w = (struct ipsec_unclaimed){ .spi = 0xb1,
				       .first = BEGAN,
				       .last = BEGAN,
				       .began = BEGAN,
				       .count = 1,
				       .total = 1,
				       .flags = IPSEC_UNCLAIMED_FRESH |
						IPSEC_UNCLAIMED_BEGAN };
}

/* The evidence for a candidate when the SPI begins. */
enum shows {
	NO_HOST,
	IDLE,
	SILENT,	 /* has connected long before, and has never sent */
	BUSY,	 /* receives until now, as the SPI would go on */
	GOES_ON, /* receives as before */
	RESUMED,	 /* has just begun to send */
	SURE,	 /* has stopped receiving, and keeps sending */
	CONNECTED, /* has just connected, and not sent */
	CONNECTED_AND_SENDS,
	SEEKS /* receives nothing; none is promised to it */
};

static struct ipsec_candidate shown(enum shows shows, unsigned place)
{
	struct ipsec_candidate c = { .id = 0x10 + place,
				     .since = BEGAN - 1000,
				     .gap = 100,
				     .spread = 8 };

	switch (shows) {
	case NO_HOST:
		c.id = 0;
		break;
	case IDLE:
		c.sends = 1;
		c.sent = c.out_since = BEGAN - 900;
		break;
	case SILENT:
		c.initial = 1;
		break;
	case BUSY:
		c.receives = 1;
		c.received = BEGAN - 100;
		break;
	case GOES_ON:
		c.receives = 1;
		c.received = BEGAN + 51;
		break;
	case RESUMED:
		c.has_resumed = 1;
		c.resumed = BEGAN;
		break;
	case SURE:
		c.receives = c.sends = 1;
		c.received = BEGAN - 100;
		c.sent = c.out_since = BEGAN + 200;
		break;
	case CONNECTED_AND_SENDS:
		c.sends = 1;
		/* Falls through. */
	case CONNECTED:
		c.initial = c.answered = 1;
		c.requested = c.out_since = BEGAN - 100;
		break;
	case SEEKS:
		c.seeking = 1;
		break;
	}
	return c;
}

/* Returns the place of the candidate that gets the SPI; 0: none. */
static unsigned judge(enum vpnalg_evidence *evidence)
{
	const struct ipsec_candidate *c =
		vpnalg_ipsec_judge(NULL, &blocks, w, evidence);

	return c == NULL ? 0 : (unsigned)(c - places);
}

static void check_judged(unsigned place, enum vpnalg_evidence expected)
{
	enum vpnalg_evidence evidence;

	ck_assert_uint_eq(judge(&evidence), place);
	ck_assert_int_eq(evidence, expected);
}

#define NONE VPNALG_EVIDENCE_NONE
#define BY(what) VPNALG_EVIDENCE_##what

/* Candidates in their places, how many packets came, and the host that gets the
 * SPI. */
static const struct rank_row {
	const char *name;
	enum shows shows[PLACES];
	uint8_t count;
	unsigned place;
	enum vpnalg_evidence evidence;
} rank_rows[] = {
	{ "no host awaits an SPI", { NO_HOST }, 6, 0, NONE },
	{ "the only one", { NO_HOST, IDLE }, 1, 1, BY(EXPECTED) },
	{ "the only one, elsewhere", { [6] = IDLE }, 1, 6, BY(EXPECTED) },
	{ "the only one has never sent", { [2] = SILENT }, 1, 2, BY(EXPECTED) },
	{ "the only one receives until now", { [3] = BUSY }, 1, 3,
	  BY(EXPECTED) },
	{ "two are alike", { [1] = IDLE, [2] = IDLE }, 6, 0, NONE },
	{ "two are alike in silence", { [1] = SILENT, [7] = SILENT }, 6, 0,
	  NONE },
	{ "the other goes on as before", { [1] = IDLE, [2] = GOES_ON }, 1, 1,
	  BY(EXPECTED) },
	{ "the first goes on as before", { [1] = GOES_ON, [7] = IDLE }, 1, 7,
	  BY(EXPECTED) },
	{ "one may go on with it", { [1] = IDLE, [2] = BUSY }, 2, 0,
	  BY(CONTINUED) },
	{ "one has not gone on with it", { [1] = IDLE, [2] = BUSY }, 3, 0,
	  NONE },
	{ "only one that keeps receiving", { [1] = GOES_ON }, 5, 0, NONE },
	{ "only one that seems to keep receiving", { [1] = GOES_ON }, 6, 1,
	  BY(LEFT) },
	{ "two go on", { [1] = GOES_ON, [2] = GOES_ON }, 6, 0, NONE },
	{ "one resumed alone", { [5] = RESUMED }, 1, 5, BY(RESUMED) },
	{ "one resumed first", { [1] = RESUMED, [2] = IDLE }, 1, 1, BY(RESUMED) },
	{ "one resumed last", { [1] = IDLE, [2] = RESUMED }, 1, 2, BY(RESUMED) },
	{ "one resumed beside one that goes on", { [1] = GOES_ON, [2] = RESUMED }, 1,
	  2, BY(RESUMED) },
	{ "two resumed", { [1] = RESUMED, [2] = RESUMED }, 6, 0, BY(RESUMED) },
	{ "one resumed, one may go on", { [1] = RESUMED, [2] = BUSY }, 2, 0,
	  BY(RESUMED) },
	{ "one resumed, one has not gone on", { [1] = RESUMED, [2] = BUSY }, 3, 1,
	  BY(RESUMED) },
	{ "one is surer than the other first", { [1] = SURE, [2] = RESUMED }, 3,
	  1, BY(CONTINUED) },
	{ "one is surer than the other last", { [1] = RESUMED, [2] = SURE }, 3, 2,
	  BY(CONTINUED) },
	{ "two are sure", { [1] = SURE, [2] = SURE }, 3, 0, BY(CONTINUED) },
	{ "one connected", { [1] = IDLE, [2] = CONNECTED }, 1, 2,
	  BY(CONNECTED) },
	{ "another connected before", { [1] = SILENT, [2] = CONNECTED }, 1, 2,
	  BY(CONNECTED) },
	{ "another connected before, and more follows",
	  { [1] = SILENT, [2] = CONNECTED }, 2, 2, BY(CONNECTED) },
	{ "another connected before, and this one sends",
	  { [1] = SILENT, [2] = CONNECTED_AND_SENDS }, 1, 2, BY(CONNECTED) },
	{ "another connected before, and this one resumed",
	  { [1] = SILENT, [2] = RESUMED }, 1, 2, BY(RESUMED) },
	{ "two resumed, and another receives nothing",
	  { [1] = RESUMED, [2] = RESUMED, [5] = SEEKS }, 6, 0, BY(RESUMED) },
	{ "two are alike, and another receives nothing",
	  { [1] = IDLE, [2] = IDLE, [5] = SEEKS }, 6, 0, NONE },
	{ "of two alike the first is named",
	  { [1] = CONNECTED_AND_SENDS, [2] = RESUMED }, 6, 0, BY(CONNECTED) },
	{ "both connected, and one sends",
	  { [1] = CONNECTED, [2] = CONNECTED_AND_SENDS }, 1, 2,
	  BY(CONNECTED) },
};

START_TEST(a_host_that_stands_out_gets_the_spi)
{
	const struct rank_row *row = &rank_rows[_i];
	enum vpnalg_evidence evidence;
	unsigned i, place;

	for (i = 1; i < PLACES; i++)
		places[i] = shown(row->shows[i], i);
	w->count = row->count;
	place = judge(&evidence);
	ck_assert_msg(place == row->place && evidence == row->evidence,
		      "%s: place %u, evidence %d", row->name, place,
		      (int)evidence);
}
END_TEST

/* Both have stopped receiving. Their packets were due so long before the SPI
 * began: 25 is by 300 more surprising than 5. */
static const struct margin_row {
	uint32_t due[2];
	unsigned place;
} margin_rows[] = {
	{ { 5, 25 }, 0 }, { { 5, 26 }, 1 }, { { 25, 5 }, 0 }, { { 26, 5 }, 2 },
	{ { 0, 0 }, 0 },  { { 200, 240 }, 0 },
};

static struct ipsec_candidate stopped(unsigned place, uint32_t due)
{
	struct ipsec_candidate c = shown(BUSY, place);

	c.received -= due;
	return c;
}

START_TEST(a_host_much_likelier_than_the_next_gets_the_spi)
{
	const struct margin_row *row = &margin_rows[_i];

	blocks.now = BEGAN + 300;
	places[1] = stopped(1, row->due[0]);
	places[2] = stopped(2, row->due[1]);
	check_judged(row->place, BY(CONTINUED));
	/* A third one that is behind both changes nothing, wherever it is. */
	places[3] = stopped(3, 249);
	check_judged(row->place, BY(CONTINUED));
	places[3] = places[2];
	places[2] = stopped(2, 249);
	check_judged(row->place == 2 ? 3 : row->place, BY(CONTINUED));
	/* One that is as likely does. */
	places[2] = places[3];
	places[2].received = places[1].received;
	places[3].received = places[1].received;
	check_judged(0, BY(CONTINUED));
}
END_TEST

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

START_TEST(two_hosts_and_two_spis_are_told_apart_if_they_fit)
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

/* How many hosts receive nothing, which hosts await an SPI, and how many
 * packets came. */
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

TCase *ipsec_rank_case(void)
{
	TCase *t = tcase_create("ranks");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_loop_test(t, a_host_that_stands_out_gets_the_spi, 0,
			    ROWS(rank_rows));
	tcase_add_loop_test(t, a_host_much_likelier_than_the_next_gets_the_spi,
			    0, ROWS(margin_rows));
	tcase_add_loop_test(t, an_spi_that_fits_as_well_leaves_both_undecided,
			    0, ROWS(rival_rows));
	tcase_add_loop_test(t, an_spi_that_fits_less_is_no_rival, 0,
			    ROWS(due_rows));
	tcase_add_test(t, rivals_begin_within_half_a_second);
	tcase_add_loop_test(t,
			    two_hosts_and_two_spis_are_told_apart_if_they_fit,
			    0, ROWS(pair_rows));
	tcase_add_loop_test(
		t, two_hosts_fit_two_spis_better_so_than_the_other_way_round, 0,
		ROWS(gain_rows));
	tcase_add_test(t, an_spi_that_may_be_the_next_of_a_flow_is_a_rival);
	tcase_add_test(t, a_host_that_has_just_rekeyed_may_continue_an_unclaimed_flow);
	tcase_add_test(t, a_seeker_shows_nothing_with_a_single_packet);
	tcase_add_test(
		t, a_seeker_gets_an_spi_with_the_second_packet_that_fits);
	tcase_add_test(t, a_seeker_beside_others_shows_it_twice);
	tcase_add_test(t, another_seeker_has_to_show_it_twice_as_well);
	tcase_add_test(t,
		       an_awaiting_host_ranks_before_a_seeker_that_fits_as_well);
	tcase_add_loop_test(t, the_only_host_that_receives_nothing_is_left, 0,
			    ROWS(left_rows));
	tcase_add_test(t, a_seeker_that_shows_nothing_gets_no_spi_of_others);
	tcase_add_test(
		t, an_spi_in_use_before_is_judged_from_its_second_packet_on);
	tcase_add_test(t, a_host_that_cannot_own_an_spi_is_not_ranked);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The candidate that gets an SPI, by the evidence for each of them. */
#include "ipsec_rank.h"

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

TCase *ipsec_rank_case(void)
{
	TCase *t = tcase_create("ranks");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_loop_test(t, a_host_that_stands_out_gets_the_spi, 0,
			    ROWS(rank_rows));
	tcase_add_loop_test(t, a_host_much_likelier_than_the_next_gets_the_spi,
			    0, ROWS(margin_rows));
	return t;
}

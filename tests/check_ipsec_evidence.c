/* SPDX-License-Identifier: BSD-2-Clause */
/* The likelihood that an SPI is a host's: each kind of evidence at its
 * boundaries. The figures follow from normal distributions, in hundredths of
 * the logarithm. */
#include "ipsec_evidence.h"

/* It began to send so many milliseconds before the SPI began. */
static const struct begun_row {
	int32_t before;
	bool likely;
	uint32_t surprise;
} begun_rows[] = {
	{ -131, false, 0 }, { -130, true, 1000 }, { -112, true, 1000 },
	{ -111, true, 985 }, { -20, true, 32 },	  { -5, true, 2 },
	{ -1, true, 0 },    { 0, true, 0 },	  { 1, true, 0 },
	{ 100, true, 0 },   { 200, true, 0 },	  { 203, true, 1 },
	{ 214, true, 32 },  { 278, true, 993 },	  { 279, true, 1000 },
	{ 349, true, 1000 }, { 350, false, 0 },	  { 2000, false, 0 },
};

static void check_begun(const struct begun_row *row,
			const struct ipsec_candidate *c)
{
	struct ipsec_likelihood l = likelihood_at(BEGAN, c, false);

	ck_assert_int_eq(l.evidence, VPNALG_EVIDENCE_RESUMED);
	if (row->likely)
		check_likely(l, VPNALG_EVIDENCE_RESUMED, row->surprise);
	else
		ck_assert_int_eq(l.rank, IPSEC_RANK_IDLE);
}

START_TEST(a_host_that_begins_to_send_is_answered_or_was_sent_to)
{
	const struct begun_row *row = &begun_rows[_i];
	uint32_t at = BEGAN - (uint32_t)row->before;

	check_begun(row, &(struct ipsec_candidate){ .has_resumed = 1,
						    .resumed = at });
	check_begun(row, &(struct ipsec_candidate){ .released = 1,
						    .out_since = at });
	/* When it last did both says nothing by itself. */
	ck_assert_int_eq(
		likelihood_at(BEGAN,
			      &(struct ipsec_candidate){ .resumed = at,
							 .out_since = at },
			      false)
			.rank,
		IPSEC_RANK_IDLE);
}
END_TEST

/* The host resumed, and was released: the time that fits better counts. */
static const struct twice_row {
	uint32_t resumed, released, surprise;
} twice_rows[] = {
	{ 203, 214, 1 }, { 214, 203, 1 }, { 214, 900, 32 }, { 900, 214, 32 },
};

START_TEST(the_likelier_of_two_beginnings_counts)
{
	const struct twice_row *row = &twice_rows[_i];
	const struct ipsec_candidate c = { .has_resumed = 1,
					   .released = 1,
					   .resumed = BEGAN - row->resumed,
					   .out_since =
						   BEGAN - row->released };

	check_likely(likelihood_at(BEGAN, &c, false), VPNALG_EVIDENCE_RESUMED,
		     row->surprise);
}
END_TEST

/* It received until so long before, in that rhythm, and it is later now. */
static const struct busy_row {
	int32_t before;
	uint32_t gap, spread, later;
	enum ipsec_rank rank;
	uint32_t surprise;
} busy_rows[] = {
	/* It keeps receiving. */
	{ -51, 100, 10, 60, IPSEC_RANK_NONE, 1000 },
	{ -50, 100, 10, 60, IPSEC_RANK_SOON, 1000 },
	/* Too long ago: it was idle. */
	{ 349, 100, 10, 0, IPSEC_RANK_LIKELY, 1000 },
	{ 350, 100, 10, 0, IPSEC_RANK_IDLE, 0 },
	{ 49, 0, 10, 0, IPSEC_RANK_SOON, 768 },
	{ 50, 0, 10, 0, IPSEC_RANK_IDLE, 0 },
	/* The next packet is late. */
	{ 100, 100, 10, 0, IPSEC_RANK_SOON, 0 },
	{ 100, 100, 10, 100, IPSEC_RANK_SOON, 0 },
	{ 100, 100, 10, 101, IPSEC_RANK_LIKELY, 0 },
	{ 3, 3, 10, 51, IPSEC_RANK_SOON, 0 },
	{ 3, 3, 10, 52, IPSEC_RANK_LIKELY, 0 },
	/* How well it fits. */
	{ 83, 100, 10, 0, IPSEC_RANK_SOON, 92 },
	{ 117, 100, 10, 0, IPSEC_RANK_SOON, 92 },
	{ 110, 100, 0, 0, IPSEC_RANK_SOON, 128 },
	{ 110, 100, 4, 0, IPSEC_RANK_SOON, 128 },
	{ 110, 100, 5, 0, IPSEC_RANK_SOON, 128 },
	{ 110, 100, 6, 0, IPSEC_RANK_SOON, 88 },
	{ 127, 100, 5, 0, IPSEC_RANK_SOON, 933 },
	{ 128, 100, 5, 0, IPSEC_RANK_SOON, 1000 },
	{ 155, 100, 8, 0, IPSEC_RANK_SOON, 1000 },
	{ 1255, 1000, 255, 0, IPSEC_RANK_SOON, 32 },
	{ 1256, 1000, 255, 0, IPSEC_RANK_SOON, 1000 },
};

START_TEST(a_host_that_stops_receiving_may_continue_with_the_spi)
{
	const struct busy_row *row = &busy_rows[_i];
	const struct ipsec_candidate c = { .receives = 1,
					   .received = BEGAN -
						       (uint32_t)row->before,
					   .gap = row->gap & 0x7ff,
					   .spread = row->spread & 0xff };
	struct ipsec_likelihood l =
		likelihood_at(BEGAN + row->later, &c, false);

	ck_assert_int_eq(l.rank, row->rank);
	if (row->rank == IPSEC_RANK_IDLE)
		return;
	ck_assert_int_eq(l.evidence, VPNALG_EVIDENCE_CONTINUED);
	ck_assert_uint_eq(l.surprise, row->surprise);
}
END_TEST

/* It received last 100 ms before the SPI began, and each 100 ms before that.
 * Times are counted from then on; a host that has not done something has 0. */
#define RECEIVED (BEGAN - 100)

static const struct sends_row {
	const char *name;
	uint32_t sent, resumed, released;
	enum ipsec_rank rank;
} sends_rows[] = {
	{ "it has never sent", 0, 0, 0, IPSEC_RANK_LIKELY },
	{ "it may have stopped, too", 250, 0, 0, IPSEC_RANK_LIKELY },
	{ "it goes on", 251, 0, 0, IPSEC_RANK_SURE },
	{ "it began long before", 251, (uint32_t)-500, 0, IPSEC_RANK_SURE },
	{ "it had just begun", 251, (uint32_t)-499, 0, IPSEC_RANK_LIKELY },
	{ "it was held back before", 251, 0, (uint32_t)-1, IPSEC_RANK_SURE },
	{ "it was held back since", 451, 0, 1, IPSEC_RANK_LIKELY },
	{ "it was held back since, and goes on", 452, 0, 1, IPSEC_RANK_SURE },
};

START_TEST(a_host_that_keeps_sending_keeps_receiving)
{
	const struct sends_row *row = &sends_rows[_i];
	const struct ipsec_candidate c = {
		.receives = 1,
		.received = RECEIVED,
		.gap = 100,
		.spread = 10,
		.sends = row->sent != 0,
		.sent = RECEIVED + (row->sent != 0 ? row->sent : 251),
		.has_resumed = row->resumed != 0,
		.resumed = RECEIVED + row->resumed,
		.released = row->released != 0,
		.out_since = RECEIVED + row->released
	};
	struct ipsec_likelihood l = likelihood_at(RECEIVED + 460, &c, false);

	ck_assert_msg(l.rank == row->rank, "%s: %d", row->name, (int)l.rank);
	ck_assert_int_eq(l.evidence, VPNALG_EVIDENCE_CONTINUED);
	ck_assert_uint_eq(l.surprise, 0);
}
END_TEST

/* The host received with another SPI. This SPI answers the packets that were
 * held. */
static const struct answered_row {
	uint32_t received, released, later;
	bool sends;
	enum ipsec_rank rank;
	enum vpnalg_evidence evidence;
	uint32_t surprise;
} answered_rows[] = {
	{ 130, 120, 0, false, IPSEC_RANK_LIKELY, VPNALG_EVIDENCE_RESUMED, 0 },
	{ 130, 130, 0, false, IPSEC_RANK_SOON, VPNALG_EVIDENCE_CONTINUED, 288 },
	{ 100, 90, 0, false, IPSEC_RANK_LIKELY, VPNALG_EVIDENCE_RESUMED, 0 },
	{ 100, 90, 200, false, IPSEC_RANK_LIKELY, VPNALG_EVIDENCE_CONTINUED,
	  0 },
	{ 130, 120, 900, true, IPSEC_RANK_SURE, VPNALG_EVIDENCE_RESUMED, 0 },
};

START_TEST(a_host_that_was_released_may_be_answered)
{
	const struct answered_row *row = &answered_rows[_i];
	const struct ipsec_candidate c = { .receives = 1,
					   .received = BEGAN - row->received,
					   .gap = 100,
					   .spread = 10,
					   .sends = row->sends,
					   .sent = BEGAN + row->later,
					   .released = 1,
					   .out_since =
						   BEGAN - row->released };
	struct ipsec_likelihood l =
		likelihood_at(BEGAN + row->later, &c, false);

	ck_assert_int_eq(l.rank, row->rank);
	ck_assert_int_eq(l.evidence, row->evidence);
	ck_assert_uint_eq(l.surprise, row->surprise);
}
END_TEST

TCase *ipsec_evidence_case(void)
{
	TCase *t = tcase_create("evidence");

	tcase_add_loop_test(
		t, a_host_that_begins_to_send_is_answered_or_was_sent_to, 0,
		ROWS(begun_rows));
	tcase_add_loop_test(t, the_likelier_of_two_beginnings_counts, 0,
			    ROWS(twice_rows));
	tcase_add_loop_test(
		t, a_host_that_stops_receiving_may_continue_with_the_spi, 0,
		ROWS(busy_rows));
	tcase_add_loop_test(t, a_host_that_keeps_sending_keeps_receiving,
			    0, ROWS(sends_rows));
	tcase_add_loop_test(t, a_host_that_was_released_may_be_answered, 0,
			    ROWS(answered_rows));
	return t;
}

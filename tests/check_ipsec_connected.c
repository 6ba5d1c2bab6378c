/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence for SPIs: hosts that have connected or rekeyed, and SPIs that follow
 * others. */
#include "ipsec_evidence.h"

/* Its exchange ended so long before. */
static const struct connected_row {
	int32_t before;
	bool likely;
	uint32_t surprise;
} connected_rows[] = {
	{ -51, false, 0 },  { -50, true, 0 },  { 0, true, 0 },
	{ 200, true, 0 },   { 203, true, 1 },  { 214, true, 32 },
	{ 399, true, 1000 }, { 400, false, 0 },
};

START_TEST(a_host_that_has_just_connected_has_an_spi)
{
	const struct connected_row *row = &connected_rows[_i];
	struct ipsec_candidate c = { .initial = 1,
				     .answered = 1,
				     .requested = BEGAN - (uint32_t)row->before,
				     .sends = 1 };
	struct ipsec_likelihood l;

	c.out_since = c.requested;
	l = likelihood_at(BEGAN, &c, false);
	if (!row->likely) {
		ck_assert_int_eq(l.rank, IPSEC_RANK_IDLE);
		return;
	}
	check_likely(l, VPNALG_EVIDENCE_CONNECTED, row->surprise);
	/* It has not used its own SA. */
	c.out_since--;
	check_likely(likelihood_at(BEGAN, &c, false),
		     VPNALG_EVIDENCE_CONNECTED, row->surprise + 310);
	c.out_since++;
	c.sends = 0;
	check_likely(likelihood_at(BEGAN, &c, false),
		     VPNALG_EVIDENCE_CONNECTED, row->surprise + 310);
	c.answered = 0;
	ck_assert_int_eq(likelihood_at(BEGAN, &c, false).rank,
			 IPSEC_RANK_IDLE);
}
END_TEST

/* The exchange ended too long ago for a remote that speaks first, and not for
 * one that answers. */
START_TEST(a_host_that_has_connected_and_begins_to_send_is_answered)
{
	struct ipsec_candidate c = { .initial = 1,
				     .answered = 1,
				     .requested = BEGAN - 359,
				     .sends = 1,
				     .out_since = BEGAN - 1,
				     .resumed = BEGAN - 1,
				     .has_resumed = 1 };

	check_likely(likelihood_at(BEGAN, &c, false), VPNALG_EVIDENCE_RESUMED,
		     0);
	c.has_resumed = 0;
	check_likely(likelihood_at(BEGAN, &c, false),
		     VPNALG_EVIDENCE_CONNECTED, 1000);
}
END_TEST

/* The host has an SPI already. The unclaimed SPI that ended may have been the
 * host's. */
START_TEST(a_host_that_has_rekeyed_may_own_the_next_of_an_unclaimed_spi)
{
	struct ipsec_candidate c = { .answered = 1, .requested = BEGAN - 499 };

	check_likely(likelihood_at(BEGAN, &c, true), VPNALG_EVIDENCE_CONTINUED,
		     600);
	ck_assert_int_eq(likelihood_at(BEGAN, &c, false).rank,
			 IPSEC_RANK_IDLE);
	ck_assert_int_eq(likelihood_at(BEGAN, &c, false).evidence,
			 VPNALG_EVIDENCE_RESUMED);
	c.requested--;
	ck_assert_int_eq(likelihood_at(BEGAN, &c, true).rank, IPSEC_RANK_IDLE);
	c.requested = BEGAN + 50;
	check_likely(likelihood_at(BEGAN, &c, true), VPNALG_EVIDENCE_CONTINUED,
		     600);
	c.requested++;
	ck_assert_int_eq(likelihood_at(BEGAN, &c, true).rank, IPSEC_RANK_IDLE);
}
END_TEST

/* The SPI was in use before. Only one time is evidence: the host keeps
 * receiving. */
START_TEST(the_start_of_an_spi_may_be_unknown)
{
	struct ipsec_unclaimed w = spi;
	struct ipsec_candidate c = { .has_resumed = 1,
				     .resumed = BEGAN,
				     .received = BEGAN - 250,
				     .gap = 100,
				     .initial = 1,
				     .answered = 1,
				     .requested = BEGAN };
	struct ipsec_likelihood l = { .surprise = 77 };

	w.flags = 0;
	vpnalg_ipsec_evidence(BEGAN, &c, &w, true, &l);
	ck_assert_int_eq(l.rank, IPSEC_RANK_IDLE);
	ck_assert_int_eq(l.evidence, VPNALG_EVIDENCE_RESUMED);
	ck_assert_uint_eq(l.surprise, 0);
	c.receives = 1;
	vpnalg_ipsec_evidence(BEGAN, &c, &w, true, &l);
	ck_assert_int_eq(l.rank, IPSEC_RANK_NONE);
	vpnalg_ipsec_evidence(BEGAN + 1, &c, &w, true, &l);
	ck_assert_int_eq(l.rank, IPSEC_RANK_IDLE);
}
END_TEST

/* Another unclaimed SPI ended so long before the first one began. It began long
 * before that and was seen so often. */
static const struct other_row {
	const char *name;
	uint32_t ended, older, later;
	uint8_t count;
	bool unused, follows;
} other_rows[] = {
	{ "just before", 0, 3000, 500, 6, false, true },
	{ "too few packets", 0, 3000, 500, 5, false, false },
	{ "too young", 0, 500, 500, 6, false, false },
	{ "old enough", 0, 501, 500, 6, false, true },
	{ "not long before", 349, 3000, 500, 6, false, true },
	{ "too long before", 350, 3000, 500, 6, false, false },
	{ "it may not have ended", 0, 3000, 200, 6, false, false },
	{ "it has ended", 0, 3000, 201, 6, false, true },
	{ "no other", 0, 3000, 500, 6, true, false },
};

START_TEST(an_spi_may_begin_when_another_ended)
{
	const struct other_row *row = &other_rows[_i];
	struct ipsec_unclaimed places[IPSEC_UNCLAIMED] = { [1] = spi };
	struct ipsec_blocks blocks = {
		.now = BEGAN - row->ended + row->later,
		.unclaimed = IPSEC_UNCLAIMED,
		.unclaimed_blocks = { (struct vpnalg_record *)(void *)places }
	};

	places[2] = spi;
	places[2].spi = row->unused ? 0 : 0xb2;
	places[2].began = BEGAN - row->older;
	places[2].last = BEGAN - row->ended;
	places[2].count = row->count;
	ck_assert_msg(vpnalg_ipsec_evidence_follows(&blocks, &places[1]) ==
			      row->follows,
		      "%s", row->name);
}
END_TEST

/* It follows another one, not itself. */
START_TEST(an_spi_does_not_follow_itself)
{
	struct ipsec_unclaimed places[IPSEC_UNCLAIMED] = { spi };
	struct ipsec_blocks blocks = {
		.now = BEGAN + 500,
		.unclaimed = IPSEC_UNCLAIMED,
		.unclaimed_blocks = { (struct vpnalg_record *)(void *)places }
	};
	struct ipsec_unclaimed later = spi;

	places[0].began = BEGAN - 3000;
	places[0].count = 6;
	later.spi = 0xb2;
	ck_assert(vpnalg_ipsec_evidence_follows(&blocks, &later));
	places[0].began = BEGAN;
	places[0].last = BEGAN - 1;
	ck_assert(!vpnalg_ipsec_evidence_follows(&blocks, &places[0]));
}
END_TEST

TCase *ipsec_connected_case(void)
{
	TCase *t = tcase_create("connected");

	tcase_add_loop_test(t, a_host_that_has_just_connected_has_an_spi, 0,
			    ROWS(connected_rows));
	tcase_add_test(
		t, a_host_that_has_connected_and_begins_to_send_is_answered);
	tcase_add_test(
		t,
		a_host_that_has_rekeyed_may_own_the_next_of_an_unclaimed_spi);
	tcase_add_test(t, the_start_of_an_spi_may_be_unknown);
	tcase_add_loop_test(t, an_spi_may_begin_when_another_ended, 0,
			    ROWS(other_rows));
	tcase_add_test(t, an_spi_does_not_follow_itself);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SPIs that answer a host's packets, judged by time alone. */
#include "support_records.h"
#include "ipsec/answers.h"
#include "cases.h"

static struct world w;
static struct esp a;
static struct ipsec_answers answers;
static vpnalg_time sent, last;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	ipsec_answers_begin(&answers, 1, 0);
	sent = last = w.now;
}

static void end(void)
{
	world_end(&w);
}

static struct vpnalg_record *outbound(void)
{
	return vpnalg_ipsec_host_outbound(w.alg, host_of(&w, CLIENT_A));
}

/* Gaps between the host's packets, and the times after which they are answered,
 * take turns. After so many packets it is shown that they are answered; 0:
 * never. */
static const struct rhythm_row {
	const char *name;
	uint32_t gaps[2], delays[2];
	unsigned shown;
} rhythm_rows[] = {
	{ "ten a second", { 91, 109 }, { 50, 50 }, 15 },
	{ "as regular as a clock", { 100, 100 }, { 50, 50 }, 0 },
	{ "as regular as a path", { 96, 104 }, { 50, 50 }, 0 },
	{ "a little less regular", { 95, 104 }, { 50, 50 }, 15 },
	{ "the path varies", { 90, 110 }, { 50, 58 }, 15 },
	{ "the path varies too much", { 90, 110 }, { 50, 64 }, 0 },
	{ "an answer to the packet before the last", { 90, 110 }, { 150, 150 },
	  16 },
	{ "the longest time that an answer takes", { 900, 1100 }, { 254, 254 },
	  5 },
	{ "it takes too long", { 900, 1100 }, { 255, 255 }, 0 },
	{ "too many packets to tell", { 30, 39 }, { 10, 10 }, 0 },
	{ "just few enough", { 40, 50 }, { 10, 10 }, 15 },
	{ "two a second", { 400, 600 }, { 50, 50 }, 6 },
	{ "one in two seconds", { 1700, 2300 }, { 50, 50 }, 5 },
	{ "one in four seconds", { 3000, 5000 }, { 50, 50 }, 4 },
	{ "one in ten seconds", { 8000, 12000 }, { 50, 50 }, 4 },
};

/* The host sends, and the SPI brings an answer, to this packet or to the one
 * before. Returns whether it may be one. */
static bool is_answer(uint32_t gap, uint32_t delay)
{
	uint32_t since;

	sent += gap;
	w.now = sent;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	world_wait(&w, delay % gap);
	since = (uint32_t)(w.now - last);
	last = w.now;
	return vpnalg_ipsec_answers(w.alg, outbound(), &answers, since);
}

START_TEST(an_spi_that_answers_a_host_is_known_by_its_rhythm)
{
	const struct rhythm_row *row = &rhythm_rows[_i];
	unsigned i, shown = 0;

	for (i = 1; i <= 60 && shown == 0; i++) {
		is_answer(row->gaps[i % 2], row->delays[i % 2]);
		if (answers.score >= IPSEC_ANSWERS_SHOWN)
			shown = i;
	}
	ck_assert_msg(shown == row->shown, "%s: %u, not %u", row->name, shown,
		      row->shown);
}
END_TEST

/* What an SPI brings beside its answers breaks the rhythm, and so does a lost
 * one; it is found again. */
START_TEST(a_rhythm_that_breaks_begins_anew)
{
	unsigned i;

	for (i = 1; i < 10; i++)
		is_answer(i % 2 ? 91 : 109, 50);
	ck_assert_uint_gt(answers.score, 10);
	ck_assert(ipsec_answers_goes_on(&answers));
	ck_assert(!is_answer(100, 80));
	ck_assert_uint_eq(answers.score, 0);
	ck_assert(ipsec_answers_goes_on(&answers));
	for (i = 1; i < 20; i++)
		is_answer(i % 2 ? 91 : 109, 50);
	ck_assert_uint_ge(answers.score, IPSEC_ANSWERS_SHOWN);
}
END_TEST

/* It sends two packets for each that it receives, at irregular times: they are
 * no questions and answers. */
START_TEST(a_host_that_sends_more_than_it_receives_is_not_answered)
{
	unsigned i;

	for (i = 0; i < 60; i++) {
		sent += 400;
		w.now = sent;
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		is_answer(i % 2 ? 300 : 500, 50);
	}
	ck_assert_uint_lt(answers.score, IPSEC_ANSWERS_SHOWN);
}
END_TEST

/* Both are as regular as a clock, and pause at the same times. */
START_TEST(flows_that_pause_together_prove_nothing)
{
	unsigned i;

	for (i = 0; i < 60; i++)
		is_answer(i % 5 == 4 ? 3000 : 100, 50);
	ck_assert(ipsec_answers_goes_on(&answers));
	ck_assert_uint_eq(answers.score, 0);
}
END_TEST

/* Nothing is known of an SA that is gone, or has not sent. */
START_TEST(an_sa_without_packets_is_not_answered)
{
	is_answer(100, 50);
	ck_assert(!vpnalg_ipsec_answers(w.alg, NULL, &answers, 100));
	ck_assert(!ipsec_answers_goes_on(&answers));
	ck_assert(is_answer(1000, 50));
	world_wait(&w, 1000);
	ck_assert(!vpnalg_ipsec_answers(w.alg, outbound(), &answers, 1000));
	ck_assert(!ipsec_answers_goes_on(&answers));
	ck_assert_uint_eq(answers.id, 1);
}
END_TEST

/* A gap takes a byte: long ones in steps. */
static const struct gap_row {
	uint32_t gap, kept;
} gap_rows[] = {
	{ 0, 0 }, { 1, 1 }, { 149, 149 }, { 150, 150 }, { 213, 150 },
	{ 214, 214 }, { 6869, 6806 }, { 6870, 6870 }, { 6933, 6870 },
	{ 6934, 6870 }, { UINT32_MAX, 6870 },
};

START_TEST(a_long_gap_is_kept_in_steps)
{
	const struct gap_row *row = &gap_rows[_i];

	ck_assert_uint_eq(ipsec_out_gap(ipsec_out_shorten(row->gap)),
			  row->kept);
}
END_TEST

TCase *ipsec_answers_case(void)
{
	TCase *t = tcase_create("answers");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t,
			    an_spi_that_answers_a_host_is_known_by_its_rhythm,
			    0, ROWS(rhythm_rows));
	tcase_add_test(t, a_rhythm_that_breaks_begins_anew);
	tcase_add_test(t,
		       a_host_that_sends_more_than_it_receives_is_not_answered);
	tcase_add_test(t, flows_that_pause_together_prove_nothing);
	tcase_add_test(t, an_sa_without_packets_is_not_answered);
	tcase_add_loop_test(t, a_long_gap_is_kept_in_steps, 0, ROWS(gap_rows));
	return t;
}

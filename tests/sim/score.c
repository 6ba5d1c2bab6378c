/* SPDX-License-Identifier: BSD-2-Clause */
#include "score.h"

/* A longer silence is a pause and no traffic. */
#define PAUSE 1000000

void times_add(struct times *times, uint64_t microseconds)
{
	uint64_t step = microseconds / 1000;

	times->steps[step < STEPS ? step : STEPS - 1]++;
	times->count++;
	if (times->most < microseconds)
		times->most = microseconds;
}

double times_quantile(const struct times *times, double share)
{
	double rank = share * (double)(times->count + times->never);
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < STEPS; i++) {
		sum += times->steps[i];
		if (sum > 0 && (double)sum >= rank)
			return i;
	}
	return -1;
}

/* Counts the traffic of a spell of wrong packets up to this one. */
static void go_on(struct score *score, struct verdicts *v,
		  enum verdict verdict, uint64_t now)
{
	uint64_t silence = now - v->last;

	if (v->wrong)
		v->wrong_traffic += silence < PAUSE ? silence : PAUSE;
	if (verdict == VERDICT_WRONG && !v->wrong) {
		v->wrong_traffic = 0;
		v->wrong_since = now;
		v->wrong = v->was_wrong = true;
	} else if (verdict == VERDICT_RIGHT && v->wrong) {
		times_add(&score->repair, v->wrong_traffic);
		v->wrong = false;
	}
}

void score_esp(struct score *score, struct verdicts *v, enum verdict verdict,
	       uint64_t now)
{
	score->in[verdict]++;
	if (!v->seen) {
		v->seen = true;
		v->first = v->last = now;
		score->spis++;
		score->at_once += verdict == VERDICT_RIGHT;
	}
	go_on(score, v, verdict, now);
	v->was_nobody |= verdict == VERDICT_NOBODY;
	if (verdict == VERDICT_RIGHT && !v->was_right) {
		v->was_right = true;
		times_add(&score->pairing, now - v->first);
	}
	v->last = now;
}

void score_outage(struct outage *outage, enum owner owner, uint64_t since,
		  uint64_t now)
{
	uint64_t begin = outage->last > since ? outage->last : since;

	if (!outage->on)
		*outage = (struct outage){ .on = true, .first = now };
	else
		outage->length[owner] += now - begin;
	outage->seen[owner] = true;
	outage->packets++;
	outage->last = now;
}

void score_outage_ends(struct score *score, struct outage *outage)
{
	unsigned i;

	if (!outage->on)
		return;
	for (i = 0; i < OWNERS; i++)
		if (outage->seen[i])
			times_add(&score->outages[i],
				  outage->length[i] / OUTAGE_STEP);
	outage->on = false;
}

void score_spi_ends(struct score *score, const struct verdicts *v)
{
	if (!v->seen)
		return;
	score->wrong_spis += v->was_wrong;
	score->nobody_spis += v->was_nobody;
	score->pairing.never += !v->was_right;
	score->repair.never += v->wrong;
}

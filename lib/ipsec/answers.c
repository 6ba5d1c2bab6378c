/* SPDX-License-Identifier: BSD-2-Clause */
#include "answers.h"

/* Two answers take times that differ by at most this: a path delays no two
 * packets equally. */
#define SAME_MS 8

/* Two times between packets that differ by no more are the same: that between
 * packets that were sent, and that between their answers. */
#define SAME_GAP_MS 16

/* The score of a packet that comes when it is due, by how far the packet that
 * it answers is from other ones: the less often the host sends, the less likely
 * it is that it just has. */
static const struct score {
	uint16_t distance;
	uint8_t points;
} scores[] = { { 5000, 14 }, { 2500, 13 }, { 1500, 12 },
	       { 900, 10 },  { 200, 7 },   { 40, 2 } };

/* The last packets that were sent, the last one first: how long ago, and how
 * long after the one before. */
struct sent {
	uint32_t delays[IPSEC_SENT];
	uint32_t gaps[IPSEC_SENT];
	unsigned count;
};

/* Fills *sent with what can be answered now. */
static void read_sent(struct vpnalg *translator, struct vpnalg_record *sa,
		      struct sent *sent)
{
	const struct ipsec_out *out;
	uint32_t delay;
	unsigned i;

	sent->count = 0;
	if (sa == NULL)
		return;
	out = vpnalg_session_body(translator, sa);
	delay = ipsec_now(translator) - out->seen;
	for (i = 0; i < IPSEC_SENT && delay < IPSEC_NO_DELAY; i++) {
		sent->delays[i] = delay;
		sent->gaps[i] = ipsec_out_gap(out->gaps[i]);
		sent->count = i + 1;
		delay += sent->gaps[i];
	}
}

_Static_assert(IPSEC_ANSWERS_GAP_MS + SAME_GAP_MS == 40,
	       "packets that may score are compared");

static uint8_t points(const struct sent *sent, unsigned i)
{
	uint32_t distance = sent->gaps[i];
	unsigned s;

	if (i > 0 && sent->gaps[i - 1] < distance)
		distance = sent->gaps[i - 1];
	for (s = 0; s < sizeof(scores) / sizeof(scores[0]); s++)
		if (distance >= scores[s].distance)
			return scores[s].points;
	return 0;
}

/* Returns whether the host sent nothing between two packets that were answered
 * with that gap. */
static bool is_next(const struct sent *sent, unsigned i, uint32_t gap)
{
	uint32_t kept = ipsec_out_gap(ipsec_out_shorten(gap));
	uint32_t off = ipsec_off_by(kept, sent->gaps[i]);

	if (kept >= IPSEC_GAP_EXACT_MS || sent->gaps[i] >= IPSEC_GAP_EXACT_MS)
		return off <= SAME_GAP_MS + IPSEC_GAP_STEP_MS;
	return off <= SAME_GAP_MS;
}

/* Scores a packet that comes when it is due. One that any regular flow would
 * send then proves nothing; nor does one before which the host has sent more
 * packets, or fewer. */
static void score(struct ipsec_answers *answers, const struct sent *sent,
		  unsigned i, uint32_t gap)
{
	unsigned sum = answers->score;

	if (!is_next(sent, i, gap) || ipsec_answers_is_pause(answers, gap))
		return;
	if (answers->gap != 0 && ipsec_off_by(gap, answers->gap) > SAME_MS)
		sum += points(sent, i);
	answers->score = (uint8_t)(sum < UINT8_MAX ? sum : UINT8_MAX);
	answers->gap = (uint16_t)(gap < UINT16_MAX ? gap : UINT16_MAX);
}

/* Returns the number of the packet that was sent that long ago; the count if
 * there is none. */
static unsigned find(const struct sent *sent, uint32_t delay)
{
	unsigned i;

	for (i = 0; i < sent->count; i++)
		if (ipsec_off_by(sent->delays[i], delay) <= SAME_MS)
			break;
	return i;
}

/* Begins with this packet. Returns whether the host sent one after the same
 * time as this one came after the one before: else it answers somebody else.
 * Before an SPI's first packet there is none: gap is 0. */
static bool begin(struct ipsec_answers *answers, const struct sent *sent,
		  uint32_t gap)
{
	bool may_be = gap == 0 && sent->count > 0;
	unsigned i;

	ipsec_answers_begin(answers, answers->id, answers->number);
	for (i = 0; i < sent->count; i++) {
		answers->delays[i] = (uint8_t)sent->delays[i];
		may_be = may_be || is_next(sent, i, gap);
	}
	if (may_be)
		answers->gap = (uint16_t)(gap < UINT16_MAX ? gap : UINT16_MAX);
	return may_be;
}

/* Follows each delay of the first packet, as long as it recurs. Returns whether
 * any does. */
static bool recurs(struct ipsec_answers *answers, const struct sent *sent,
		   uint32_t gap)
{
	bool any = false;
	unsigned i, found;
	uint8_t *delay;

	for (i = 0; i < IPSEC_SENT; i++) {
		delay = &answers->delays[i];
		if (*delay == IPSEC_NO_DELAY)
			continue;
		found = find(sent, *delay);
		if (found == sent->count) {
			*delay = IPSEC_NO_DELAY;
			continue;
		}
		*delay = (uint8_t)((3U * *delay + sent->delays[found] + 2) / 4);
		if (!any)
			score(answers, sent, found, gap);
		any = true;
	}
	return any;
}

bool vpnalg_ipsec_answers(struct vpnalg *translator, struct vpnalg_record *sa,
			  struct ipsec_answers *answers, uint32_t gap)
{
	bool begun = ipsec_answers_goes_on(answers);
	struct sent sent;

	read_sent(translator, sa, &sent);
	if (begun && recurs(answers, &sent, gap))
		return true;
	return begin(answers, &sent, gap) && !begun;
}

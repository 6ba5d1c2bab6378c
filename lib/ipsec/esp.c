/* SPDX-License-Identifier: BSD-2-Clause */
#include "esp.h"

#include "answers.h"
#include "candidate.h"
#include "host.h"
#include "owner.h"
#include "pair.h"
#include "review.h"
#include "suspect.h"

/* Longer gaps are silence, and say nothing of the usual one. */
#define GAP_MAX_MS 2000

/* A pair is reviewed once in the one time until it is confirmed, and once in
 * the other until it is trusted fully. */
#define REVIEW_UNCONFIRMED_MS 128
#define REVIEW_MS 512

/* Learns the usual gap between packets, and its deviation, as TCP learns a
 * round-trip time by RFC 6298 2. */
static void learn_gap(struct ipsec_in *in, uint32_t gap)
{
	uint32_t off = gap > in->gap ? gap - in->gap : in->gap - gap;

	if (gap >= GAP_MAX_MS)
		return;
	if (off > UINT8_MAX)
		off = UINT8_MAX;
	in->spread = ((7U * in->spread + off + 4) / 8) & 0xff;
	in->gap = ((7U * in->gap + gap + 4) / 8) & 0x7ff;
}

static void count(struct vpnalg_step *step, struct ipsec_in *in, uint32_t now)
{
	learn_gap(in, now - in->seen);
	in->seen = now;
	vpnalg_session_changed(step->translator, step->record);
}

/* Returns how long an inbound SA lives without its host. */
static uint32_t life_of(const struct vpnalg_step *step,
			const struct ipsec_in *in)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);

	return in->confirmed ? timers->esp_idle : timers->esp_unpaired;
}

/* Returns whether an inbound SA ends so soon that its host is asked about. */
static bool is_ending(const struct vpnalg_step *step, const struct ipsec_in *in)
{
	uint32_t life = life_of(step, in);

	return step->record->deadline - step->now <= life;
}

/* Moves the deadline of an inbound SA that is ending: it lives as long as its
 * host sends (RFC 4787 REQ-6). `host` is NULL if it has not been looked up yet.
 */
static void follow_host(struct vpnalg_step *step, const struct ipsec_in *in,
			struct vpnalg_record *host)
{
	uint32_t life = life_of(step, in);
	vpnalg_time left;

	life += life / IPSEC_SLACK_PART;
	if (host == NULL)
		host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (host == NULL || host->deadline <= step->record->deadline)
		return;
	left = host->deadline - step->now;
	vpnalg_session_set_lifetime(step->translator, step->record,
				    left < life ? left : life);
}

static void notify_candidate(struct vpnalg_step *step, struct ipsec_in *in)
{
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(step->translator, step->record);

	if (host != NULL)
		vpnalg_ipsec_candidate_received(step->translator, host, in);
	vpnalg_session_changed(step->translator, step->record);
}

static bool is_due(const struct ipsec_in *in, uint32_t now, uint32_t before)
{
	return in->confirmed ? now / REVIEW_MS != before / REVIEW_MS
			     : now / REVIEW_UNCONFIRMED_MS !=
				       before / REVIEW_UNCONFIRMED_MS;
}

/* Returns whether a packet is compared with what other hosts send: one that may
 * prove something, and of a flow without pauses one that is not reviewed, once
 * its pair is confirmed. */
static bool is_compared(const struct ipsec_in *in, bool due, uint32_t before)
{
	uint32_t gap = in->seen - before;

	return gap >= IPSEC_ANSWERS_GAP_MS &&
	       (!due || !in->confirmed || gap > IPSEC_SILENCE_MS);
}

/* Returns whether a packet may show that its pair is wrong. */
static bool is_looked_at(const struct ipsec_in *in, uint32_t before)
{
	return in->trust != IPSEC_TRUST_FULL &&
	       (in->seen - before >= IPSEC_ANSWERS_GAP_MS ||
		is_due(in, in->seen, before));
}

/* Returns the result of a packet that another host has got: it is left alone if
 * that host is the router. */
static enum vpnalg_result leave_to_router(const struct vpnalg_step *step)
{
	return vpnalg_record_is_routers(step->record) ? VPNALG_UNTOUCHED
						      : VPNALG_TRANSLATED;
}

/* Checks whether a pair is wrong. Returns VPNALG_TRANSLATED, step->record being
 * the pair or another host's, or why the packet is dropped. */
static enum vpnalg_result look(struct vpnalg_step *step,
			       const struct ipsec_in *in, uint32_t before)
{
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(step->translator, step->record);
	bool due = is_due(in, in->seen, before);

	if (host == NULL)
		return VPNALG_TRANSLATED;
	if (due && vpnalg_ipsec_review(step, host, before))
		return VPNALG_DROP_UNPAIRED;
	if (is_compared(in, due, before) &&
	    vpnalg_ipsec_owner_paired(step, host, in, before))
		return leave_to_router(step);
	if (is_ending(step, in))
		follow_host(step, in, host);
	return VPNALG_TRANSLATED;
}

/* Does what is due by one of the marks of an inbound SA. Returns false if its
 * host has not received its packets. */
static bool is_right(struct vpnalg_step *step, struct ipsec_in *in)
{
	if (in->copied)
		notify_candidate(step, in);
	if (in->old)
		vpnalg_ipsec_suspect_successor(step);
	return !in->suspect || !vpnalg_ipsec_suspect_persists(step);
}

static enum vpnalg_result seen_inward(struct vpnalg_step *step)
{
	struct ipsec_in *in =
		vpnalg_session_body(step->translator, step->record);
	uint32_t before = in->seen;

	count(step, in, ipsec_step_now(step));
	if ((in->copied || in->old || in->suspect) && !is_right(step, in))
		return VPNALG_DROP_UNPAIRED;
	if (is_looked_at(in, before))
		return look(step, in, before);
	if (is_ending(step, in))
		follow_host(step, in, NULL);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result pair_unclaimed(struct vpnalg_step *step)
{
	enum vpnalg_result result = vpnalg_ipsec_pair_unclaimed(step);

	return result == VPNALG_TRANSLATED ? leave_to_router(step) : result;
}

enum vpnalg_result vpnalg_ipsec_esp_in(struct vpnalg_step *step)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record == NULL)
		result = vpnalg_ipsec_pair_shown(step);
	else if (step->kind == IPSEC_KIND_IN)
		result = seen_inward(step);
	else
		result = pair_unclaimed(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_ipsec_esp_quote(struct vpnalg_step *step)
{
	const struct vpnalg_record *sa = step->record;

	if (sa->kind != (step->parsed->inward ? IPSEC_KIND_IN : IPSEC_KIND_OUT))
		return VPNALG_UNTOUCHED;
	if (!step->parsed->inward && !step->parsed->inside &&
	    sa->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

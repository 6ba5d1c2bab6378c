/* SPDX-License-Identifier: BSD-2-Clause */
#include "esp.h"

#include "candidate.h"
#include "host.h"
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

/* Moves the deadline of an inbound SA: it lives as long as its host sends (RFC
 * 4787 REQ-6). */
static void follow_host(struct vpnalg_step *step, const struct ipsec_in *in)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	uint32_t life = in->confirmed ? timers->esp_idle : timers->esp_unpaired;
	vpnalg_time left = step->record->deadline - step->now;
	struct vpnalg_record *host;

	if (left > life)
		return;
	life += life / IPSEC_SLACK_PART;
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
	if (in->trust == IPSEC_TRUST_FULL)
		return false;
	return in->confirmed ? now / REVIEW_MS != before / REVIEW_MS
			     : now / REVIEW_UNCONFIRMED_MS !=
				       before / REVIEW_UNCONFIRMED_MS;
}

static enum vpnalg_result seen_inward(struct vpnalg_step *step)
{
	struct ipsec_in *in =
		vpnalg_session_body(step->translator, step->record);
	uint32_t before = in->seen, now = ipsec_step_now(step);

	count(step, in, now);
	if (in->copied)
		notify_candidate(step, in);
	if (in->old)
		vpnalg_ipsec_suspect_successor(step);
	if (in->suspect && vpnalg_ipsec_suspect_persists(step))
		return VPNALG_DROP_UNPAIRED;
	if (is_due(in, now, before) && vpnalg_ipsec_review(step, before))
		return VPNALG_DROP_UNPAIRED;
	follow_host(step, in);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_ipsec_esp_in(struct vpnalg_step *step)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record == NULL)
		result = vpnalg_ipsec_pair_shown(step);
	else if (step->kind == IPSEC_KIND_IN)
		result = seen_inward(step);
	else
		result = vpnalg_ipsec_pair_unclaimed(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence.h"

#include "blocks.h"

/* A host that resumes sending is answered within the one time, or the remote
 * has begun at most the other time before it. */
#define RESUMED_BEFORE_MS 350
#define RESUMED_AFTER_MS 130

/* The time within which most answers come. */
#define ANSWERED_MS 200

/* Mean deviation of answers that take longer, and of hosts that begin after the
 * remote. */
#define ANSWER_SPREAD_MS 14
#define RESUMED_SPREAD_MS 20

/* No time is more surprising than this: packets are lost. */
#define SURPRISE_MOST 1000

/* No flow is more regular than this. */
#define SPREAD_LEAST_MS 5

/* A remote that has something to send to a new host begins within this time. */
#define CONNECTED_MS 400

/* A host that has not sent yet on its new SA ranks below one that has just
 * resumed sending. */
#define SILENT_SURPRISE (IPSEC_MARGIN + 10)

/* An SPI that began within this time after another ended may follow it. */
#define ENDED_MS 400

/* The end of an SPI without a host is weaker evidence, by this surprise, than
 * that of an SPI with a known host. */
#define UNCLAIMED_SURPRISE 600

/* Traffic that lasted this long at both ends was traffic in both directions. */
#define BOTH_WAYS_MS 500

/* Returns the negative log-likelihood of a deviation, in hundredths, under a
 * normal distribution with the spread as its mean deviation. */
static uint32_t surprise(uint32_t off, uint32_t spread)
{
	uint32_t s;

	if (spread < SPREAD_LEAST_MS)
		spread = SPREAD_LEAST_MS;
	if (off > UINT8_MAX)
		return SURPRISE_MOST;
	s = 32 * off * off / (spread * spread);
	return s < SURPRISE_MOST ? s : SURPRISE_MOST;
}

/* Ranks a candidate that began to send at a time near that of the SPI; leaves
 * its rank as it is if that is more likely, or the times are far apart. */
static void rank_resumed(uint32_t begun, const struct ipsec_unclaimed *u,
			 struct ipsec_likelihood *likelihood)
{
	uint32_t found = 0;

	if (u->began + RESUMED_AFTER_MS - begun >=
	    RESUMED_BEFORE_MS + RESUMED_AFTER_MS)
		return;
	if (ipsec_is_after(begun, u->began))
		found = surprise(begun - u->began, RESUMED_SPREAD_MS);
	else if (u->began - begun > ANSWERED_MS)
		found = surprise(u->began - begun - ANSWERED_MS,
				 ANSWER_SPREAD_MS);
	if (likelihood->rank >= IPSEC_RANK_LIKELY &&
	    likelihood->surprise <= found)
		return;
	if (likelihood->rank < IPSEC_RANK_LIKELY)
		likelihood->rank = IPSEC_RANK_LIKELY;
	likelihood->evidence = VPNALG_EVIDENCE_RESUMED;
	likelihood->surprise = found;
}

/* Ranks a candidate that was receiving nothing. */
static void rank_idle(const struct ipsec_candidate *c,
		      const struct ipsec_unclaimed *u,
		      struct ipsec_likelihood *likelihood)
{
	likelihood->evidence = VPNALG_EVIDENCE_RESUMED;
	likelihood->rank = IPSEC_RANK_IDLE;
	if (c->has_resumed)
		rank_resumed(c->resumed, u, likelihood);
	if (c->released)
		rank_resumed(c->out_since, u, likelihood);
}

/* Returns whether the first packets of its newest SA were held when it received
 * last. */
static bool was_released_since(const struct ipsec_candidate *c)
{
	return c->released && ipsec_is_after(c->out_since, c->received);
}

/* Returns whether the candidate has gone on sending for longer than it has been
 * without an answer. Traffic in both directions begins and ends at both ends: a
 * host that goes on sending, and has not just begun, goes on receiving. Nothing
 * could be answered while its packets were held. */
static bool keeps_sending(const struct ipsec_candidate *c)
{
	uint32_t silent = c->received;

	if (!c->sends ||
	    (c->has_resumed &&
	     ipsec_is_after(c->resumed + BOTH_WAYS_MS, c->received)))
		return false;
	if (was_released_since(c))
		silent = c->out_since + ANSWERED_MS;
	return ipsec_is_after(c->sent,
			      silent + 2U * c->gap + IPSEC_REORDERED_MS);
}

/* Ranks a candidate that was receiving with another SA when the SPI began. */
static void rank_busy(uint32_t now, const struct ipsec_candidate *c,
		      const struct ipsec_unclaimed *u,
		      struct ipsec_likelihood *likelihood)
{
	uint32_t patience = c->gap + c->gap / 2U + IPSEC_REORDERED_MS;

	likelihood->evidence = VPNALG_EVIDENCE_CONTINUED;
	likelihood->rank = IPSEC_RANK_SOON;
	likelihood->surprise = surprise(
		ipsec_off_by(u->began, c->received + c->gap), c->spread);
	if (ipsec_is_after(c->received, u->began + IPSEC_REORDERED_MS)) {
		likelihood->rank = IPSEC_RANK_NONE;
		return;
	}
	if (keeps_sending(c))
		likelihood->rank = IPSEC_RANK_SURE;
	else if (now - c->received > patience)
		likelihood->rank = IPSEC_RANK_LIKELY;
	if (was_released_since(c))
		rank_resumed(c->out_since, u, likelihood);
}

/* Returns whether the candidate was receiving when the SPI began. */
static bool was_busy(const struct ipsec_candidate *c,
		     const struct ipsec_unclaimed *u)
{
	uint32_t before = u->began - c->received;

	return c->receives && (ipsec_is_after(c->received, u->began) ||
			       before < 3U * c->gap + IPSEC_REORDERED_MS);
}

/* Ranks a candidate that has just connected, and returns true: the remote had
 * no SA with it before and has one now. */
static bool rank_connected(const struct ipsec_candidate *c,
			   const struct ipsec_unclaimed *u,
			   struct ipsec_likelihood *likelihood)
{
	if (!c->initial || !ipsec_unclaimed_follows_request(u, c, CONNECTED_MS))
		return false;
	likelihood->evidence = VPNALG_EVIDENCE_CONNECTED;
	likelihood->rank = IPSEC_RANK_LIKELY;
	likelihood->surprise = 0;
	if (ipsec_is_after(u->began, c->requested + ANSWERED_MS))
		likelihood->surprise =
			surprise(u->began - c->requested - ANSWERED_MS,
				 ANSWER_SPREAD_MS);
	if (!c->sends || ipsec_is_after(c->requested, c->out_since))
		likelihood->surprise += SILENT_SURPRISE;
	else if (c->has_resumed)
		rank_resumed(c->resumed, u, likelihood);
	return true;
}

bool vpnalg_ipsec_evidence_follows(const struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *u)
{
	uint32_t now = blocks->now;
	const struct ipsec_unclaimed *other;
	unsigned place;

	for (place = 0; place < blocks->unclaimed; place++) {
		other = ipsec_blocks_unclaimed(blocks, place);
		if (other->spi != 0 && other != u &&
		    other->count >= IPSEC_COUNT_LAST &&
		    ipsec_is_after(u->began, other->began + IPSEC_RIVAL_MS) &&
		    u->began + IPSEC_REORDERED_MS - other->last < ENDED_MS &&
		    now - other->last > ENDED_MS / 2)
			return true;
	}
	return false;
}

/* Ranks a candidate just after its exchange, for an SPI that began when another
 * unclaimed one ended, and returns true. */
static bool rank_following(const struct ipsec_candidate *c,
			   const struct ipsec_unclaimed *u, bool follows,
			   struct ipsec_likelihood *likelihood)
{
	if (!ipsec_unclaimed_follows_request(u, c, IPSEC_SWITCH_MS))
		return false;
	likelihood->evidence = VPNALG_EVIDENCE_CONTINUED;
	likelihood->rank = IPSEC_RANK_LIKELY;
	likelihood->surprise = UNCLAIMED_SURPRISE;
	return follows;
}

/* Ranks a candidate for an SPI of which it is not known when it began: no time
 * is evidence. */
static void rank_unknown_start(uint32_t now, const struct ipsec_candidate *c,
			       struct ipsec_likelihood *likelihood)
{
	likelihood->evidence = VPNALG_EVIDENCE_RESUMED;
	likelihood->rank = IPSEC_RANK_IDLE;
	likelihood->surprise = 0;
	if (c->receives &&
	    now - c->received <= 2U * c->gap + IPSEC_REORDERED_MS)
		likelihood->rank = IPSEC_RANK_NONE;
}

void vpnalg_ipsec_evidence(uint32_t now, const struct ipsec_candidate *c,
			   const struct ipsec_unclaimed *u, bool follows,
			   struct ipsec_likelihood *likelihood)
{
	if (!(u->flags & IPSEC_UNCLAIMED_BEGAN))
		rank_unknown_start(now, c, likelihood);
	else if (was_busy(c, u))
		rank_busy(now, c, u, likelihood);
	else if (!rank_connected(c, u, likelihood) &&
		 !rank_following(c, u, follows, likelihood))
		rank_idle(c, u, likelihood);
}

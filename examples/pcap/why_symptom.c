/* SPDX-License-Identifier: BSD-2-Clause */
/* Symptoms that any protocol may have. */
#include "why_symptom.h"

#include "why_ike.h"
#include "why_l2tp.h"
#include "why_pptp.h"
#include "why_step.h"

/* Packets, and milliseconds, without any answer that make an end silent. */
#define SILENT_PACKETS 6
#define SILENT_TIME 8000
#define PAUSE_PACKETS 2

/* Large packets of one size without any answer that make it likely that they
 * do not arrive. */
#define LARGE_UNANSWERED 4
#define LARGE_BACKOFF 3
#define LARGE_SEGMENTS 2
#define LARGE_ECHOES 2

/* Gaps that are too many for a capture that was thinned out, and the size that
 * none of the packets has. */
#define GAPS_MANY 6
#define UNSEEN_MANY 6
#define UNSEEN_SEGMENTS 3
#define SMALL 1000
#define FULL 1420

static bool any(const struct why_attempt *attempt, enum why_icmp error)
{
	return attempt->errors.about[CLIENT][error] ||
	       attempt->errors.about[SERVER][error];
}

bool why_anything(const struct why_attempt *attempt)
{
	(void)attempt;
	return true;
}

bool why_ah_lost(const struct why_attempt *attempt)
{
	return (attempt->ah[CLIENT] != 0) != (attempt->ah[SERVER] != 0);
}

bool why_ah_passes(const struct why_attempt *attempt)
{
	return attempt->ah[CLIENT] && attempt->ah[SERVER];
}

bool why_answer_misled(const struct why_attempt *attempt)
{
	return attempt->misled != 0;
}

bool why_answer_elsewhere(const struct why_attempt *attempt)
{
	return attempt->elsewhere != 0;
}

/* The client takes no notice of the answer: it goes on asking. */
bool why_answer_other_port(const struct why_attempt *attempt)
{
	return attempt->other_port != 0;
}

bool why_is_prohibited(const struct why_attempt *attempt)
{
	return any(attempt, ERROR_PROHIBITED);
}

/* The client itself does not want what the server sends. */
bool why_client_refuses(const struct why_attempt *attempt)
{
	return (attempt->errors.about[SERVER][ERROR_PORT] ||
		attempt->errors.about[SERVER][ERROR_PROTOCOL]) &&
	       attempt->errors.from[SERVER] == attempt->client;
}

bool why_protocol_refused(const struct why_attempt *attempt)
{
	return attempt->errors.about[CLIENT][ERROR_PROTOCOL];
}

bool why_port_refused(const struct why_attempt *attempt)
{
	return any(attempt, ERROR_PORT);
}

bool why_is_unreachable(const struct why_attempt *attempt)
{
	return any(attempt, ERROR_UNREACHABLE);
}

bool why_has_expired(const struct why_attempt *attempt)
{
	return any(attempt, ERROR_EXPIRED);
}

/* Returns whether a message of IKE that an end has sent in parts is not
 * whole. */
static bool parts_lost(const struct why_attempt *attempt, enum why_end end)
{
	uint32_t parts = attempt->ike.parts[end];
	uint32_t bits = attempt->ike.part_bits[end];

	return parts > 1 && parts < 32 && bits != (1U << parts) - 1;
}

static bool fragments_lost(const struct why_attempt *attempt, enum why_end end)
{
	/* IKE's, of which none came whole; or more than half of the data's. */
	if (attempt->udp_lost[end] && !attempt->udp_whole[end])
		return true;
	if (attempt->lost[end] >= 2 &&
	    attempt->lost[end] >= attempt->whole[end])
		return true;
	return !attempt->works &&
	       (attempt->lost[end] || parts_lost(attempt, end) ||
		attempt->errors.about[end][ERROR_REASSEMBLY]);
}

/* Whole as captured, but never answered: lost behind that. */
static bool fragments_unanswered(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return attempt->udp_whole[CLIENT] && ike->messages[CLIENT][IKE_AUTH] &&
	       why_init_done(attempt) && !ike->messages[SERVER][IKE_AUTH];
}

bool why_fragments_lost(const struct why_attempt *attempt)
{
	return fragments_lost(attempt, CLIENT) ||
	       fragments_lost(attempt, SERVER) || fragments_unanswered(attempt);
}

/* If both ends' checksums are wrong, the capture was made before they were
 * filled in. */
bool why_checksum_wrong(const struct why_attempt *attempt)
{
	return (attempt->bad_checksums[CLIENT] != 0) !=
	       (attempt->bad_checksums[SERVER] != 0);
}

/* An end was notified, and goes on with too large packets, or does not go on.
 */
bool why_too_big_ignored(const struct why_attempt *attempt)
{
	const struct why_errors *errors = &attempt->errors;

	return any(attempt, ERROR_TOO_BIG) &&
	       (!attempt->works || errors->too_big_again >= 2 ||
		attempt->last <= errors->too_big_packet + 16);
}

bool why_too_big_told(const struct why_attempt *attempt)
{
	return any(attempt, ERROR_TOO_BIG);
}

static bool is_encrypted(const struct why_attempt *attempt)
{
	return attempt->protocol == WHY_IS_IPSEC ||
	       attempt->ppp[CLIENT][PPP_ENCRYPTED];
}

/* The contents of PPP in clear say more than sizes. */
static bool large_unanswered(const struct why_attempt *attempt,
			     enum why_end end)
{
	const struct why_large *large = &attempt->flow.large[end];
	enum why_end other = end == CLIENT ? SERVER : CLIENT;
	const struct why_large *back = &attempt->flow.large[other];

	if (is_encrypted(attempt))
		return large->unanswered_most >= LARGE_UNANSWERED ||
		       large->backoff_most >= LARGE_BACKOFF;
	return large->again_most >= LARGE_SEGMENTS ||
	       (large->echo >= LARGE_ECHOES && !back->echo_reply &&
		back->small_reply);
}

/* Large packets are not in the capture at all, and something is missing. */
static bool large_missing(const struct why_attempt *attempt, enum why_end end)
{
	const struct why_flow *flow = &attempt->flow;

	if (flow->largest[end] >= FULL)
		return false;
	if (is_encrypted(attempt))
		return flow->unseen[end] >= UNSEEN_MANY ||
		       (flow->gaps[end] >= GAPS_MANY &&
			flow->largest[end] < SMALL);
	return flow->large[end].unseen >= UNSEEN_SEGMENTS;
}

/* A message of IKE that fills a packet, repeated in vain. */
static bool large_ike(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return !attempt->works && ike->auth_size[CLIENT] >= SMALL &&
	       ike->messages[CLIENT][IKE_AUTH] >= 2 &&
	       !ike->messages[SERVER][IKE_AUTH];
}

bool why_large_lost(const struct why_attempt *attempt)
{
	return large_ike(attempt) || large_unanswered(attempt, CLIENT) ||
	       large_unanswered(attempt, SERVER) ||
	       large_missing(attempt, CLIENT) || large_missing(attempt, SERVER);
}

static bool forgets(const struct why_silence *silence)
{
	return silence->behind_pause[CLIENT] >= PAUSE_PACKETS ||
	       silence->behind_pause[SERVER] >= PAUSE_PACKETS + 1;
}

bool why_silent_after_pause(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) &&
	       (forgets(&attempt->silence) ||
		forgets(&attempt->flow.silence));
}

static bool lasts(const struct why_silence *silence, enum why_end to)
{
	return silence->alone[to] >= SILENT_PACKETS &&
	       silence->last[to] - silence->alone_since[to] >= SILENT_TIME;
}

static bool is_silent(const struct why_attempt *attempt, enum why_end to)
{
	return why_both_ways(attempt) && !why_was_ended(attempt) &&
	       (lasts(&attempt->silence, to) ||
		lasts(&attempt->flow.silence, to));
}

bool why_server_silent(const struct why_attempt *attempt)
{
	return is_silent(attempt, CLIENT);
}

bool why_client_silent(const struct why_attempt *attempt)
{
	return is_silent(attempt, SERVER) || why_client_unheard(attempt);
}

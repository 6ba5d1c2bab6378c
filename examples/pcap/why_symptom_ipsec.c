/* SPDX-License-Identifier: BSD-2-Clause */
/* Symptoms of IPsec. */
#include "why_ike.h"
#include "why_step.h"
#include "why_symptom.h"

/* Notify Message Types: RFC 7296 3.10.1, and RFC 2408 3.14.1. */
#define NO_PROPOSAL_CHOSEN 14
#define V2_INVALID_KE_PAYLOAD 17

/* The longest IKE_AUTH response that holds an error or EAP's failure alone;
 * one that goes on names an identity and proves it. */
#define AUTH_ERROR_LONGEST 100

/* The number of packets without an answer that is no chance. */
#define TAKEN_PACKETS 4

/* The number of packets from the new port, without any of the server's to it.
 */
#define CHANGED_PACKETS 3

static bool is_in(uint32_t type, const uint8_t *types)
{
	for (; *types; types++)
		if (*types == type)
			return true;
	return false;
}

static bool refused_by(const struct why_attempt *attempt, uint32_t type)
{
	return attempt->ike.notify[SERVER] == type ||
	       attempt->ike.notify[CLIENT] == type;
}

bool why_ike_misled(const struct why_attempt *attempt)
{
	return attempt->misled && !why_ike_done(attempt);
}

bool why_proposal_refused(const struct why_attempt *attempt)
{
	return refused_by(attempt, NO_PROPOSAL_CHOSEN);
}

bool why_group_refused(const struct why_attempt *attempt)
{
	return attempt->ike.version == 2 &&
	       refused_by(attempt, V2_INVALID_KE_PAYLOAD);
}

/* INVALID-MAJOR-VERSION, INVALID-MINOR-VERSION, INVALID-EXCHANGE-TYPE;
 * version 2 has the first one only. */
bool why_version_refused(const struct why_attempt *attempt)
{
	static const uint8_t old[] = { 5, 6, 7, 0 }, new[] = { 5, 0 };
	const uint8_t *types = attempt->ike.version == 1 ? old : new;

	return is_in(attempt->ike.notify[SERVER], types) ||
	       is_in(attempt->ike.notify[CLIENT], types);
}

/* Returns whether authentication failed. In version 1 a wrong key shows as
 * PAYLOAD-MALFORMED, since it does not decrypt; INVALID-KEY-INFORMATION,
 * INVALID-ID-INFORMATION, INVALID-HASH-INFORMATION, AUTHENTICATION-FAILED,
 * INVALID-SIGNATURE; or an encrypted Informational instead of the last message.
 * In version 2 the error is encrypted; its size shows it. */
bool why_ike_auth_failed(const struct why_attempt *attempt)
{
	static const uint8_t types[] = { 16, 17, 18, 23, 24, 25, 0 };
	const struct why_ike *ike = &attempt->ike;

	if (ike->version == 2)
		return refused_by(attempt, 24) ||
		       (ike->messages[SERVER][IKE_AUTH] && ike->auth_last &&
			ike->auth_last <= AUTH_ERROR_LONGEST &&
			!attempt->flow.packets[CLIENT] &&
			!attempt->flow.packets[SERVER]);
	return is_in(ike->notify[SERVER], types) ||
	       is_in(ike->notify[CLIENT], types) ||
	       (ike->messages[CLIENT][IKE_AUTH] && ike->inform_early[SERVER] &&
		!ike->messages[CLIENT][IKE_CHILD]);
}

bool why_ike_refused(const struct why_attempt *attempt)
{
	return attempt->ike.notify[SERVER] != WHY_NONE ||
	       attempt->ike.notify[CLIENT] != WHY_NONE;
}

bool why_cookie_again(const struct why_attempt *attempt)
{
	return attempt->ike.cookies >= 2 && !why_init_done(attempt);
}

static bool has_asked(const struct why_attempt *attempt)
{
	return attempt->ike.messages[CLIENT][IKE_INIT] != 0;
}

static bool is_answered(const struct why_attempt *attempt)
{
	return attempt->ike.messages[SERVER][IKE_INIT] != 0;
}

/* Many servers ignore Aggressive Mode with an unknown identity, or all of it.
 * So silence says nothing about a port, unless the server knows this client
 * from before, or the other one has the same identity, as of a group. */
static bool is_known(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;
	const struct why_ike *other = &attempt->neighbour->ike;

	return !ike->aggressive ||
	       (attempt->older && attempt->older->ike.aggressive) ||
	       (other->aggressive && ike->identity &&
		ike->identity == other->identity);
}

/* Another client with this server keeps port 500, and gets answers. */
bool why_port_frozen(const struct why_attempt *attempt)
{
	const struct why_attempt *neighbour = attempt->neighbour;

	return has_asked(attempt) && !is_answered(attempt) && neighbour &&
	       attempt->client_port == WHY_IKE_PORT &&
	       (neighbour->client_port == WHY_IKE_PORT ||
		!neighbour->ike.version) &&
	       is_known(attempt);
}

bool why_ike_unanswered(const struct why_attempt *attempt)
{
	return has_asked(attempt) && !is_answered(attempt);
}

/* The same question again, although it was answered. */
bool why_ike_answer_lost(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return is_answered(attempt) && !ike->messages[CLIENT][IKE_AUTH] &&
	       ike->messages[CLIENT][IKE_INIT] >
		       ike->different[CLIENT][IKE_INIT] &&
	       ike->different[CLIENT][IKE_INIT] <=
		       ike->different[SERVER][IKE_INIT];
}

bool why_ike_init_stopped(const struct why_attempt *attempt)
{
	return has_asked(attempt) && !why_init_done(attempt);
}

/* Both ends know NAT-T, and after the first exchange there is nothing more:
 * what goes to port 4500 was lost before it came here. */
static bool ends_before_4500(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return ike->offers_nat_t[CLIENT] && ike->offers_nat_t[SERVER] &&
	       why_init_done(attempt) && !ike->messages[CLIENT][IKE_AUTH] &&
	       !ike->messages[SERVER][IKE_AUTH];
}

bool why_4500_blocked(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	if (ends_before_4500(attempt))
		return true;
	return (ike->on_4500[CLIENT] && !ike->on_4500[SERVER] &&
		(is_answered(attempt) || ike->messages[SERVER][IKE_AUTH]) &&
		!attempt->esp_udp[SERVER]) ||
	       (ike->on_4500[SERVER] && !ike->on_4500[CLIENT] &&
		ike->messages[CLIENT][IKE_INIT]);
}

bool why_ike_auth_unanswered(const struct why_attempt *attempt)
{
	return !why_auth_done(attempt) && attempt->ike.version;
}

bool why_child_refused(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return ike->version == 1 && ike->messages[CLIENT][IKE_CHILD] &&
	       !why_ike_done(attempt) &&
	       (ike->inform_early[SERVER] || ike->notify[SERVER] != WHY_NONE);
}

bool why_child_unanswered(const struct why_attempt *attempt)
{
	return attempt->ike.version && !why_ike_done(attempt);
}

static bool lacks(const struct why_attempt *attempt, enum why_end end)
{
	enum why_end other = end == CLIENT ? SERVER : CLIENT;

	return attempt->flow.packets[other] && !attempt->flow.packets[end];
}

bool why_esp_second(const struct why_attempt *attempt)
{
	return lacks(attempt, SERVER) && attempt->esp[CLIENT] &&
	       attempt->neighbour && attempt->neighbour->esp[SERVER];
}

/* It got ESP until the other one began; since then it is not answered. */
bool why_esp_taken(const struct why_attempt *attempt)
{
	const struct why_flow *flow = &attempt->flow;
	const struct why_attempt *neighbour = attempt->neighbour;

	return attempt->esp[SERVER] && neighbour && neighbour->esp[SERVER] &&
	       flow->silence.alone[CLIENT] >= TAKEN_PACKETS &&
	       neighbour->flow.begun[SERVER] >= flow->silence.last[SERVER];
}

bool why_port_changed(const struct why_attempt *attempt)
{
	return attempt->port_changed >= CHANGED_PACKETS;
}

bool why_esp_udp_second(const struct why_attempt *attempt)
{
	return lacks(attempt, SERVER) && attempt->esp_udp[CLIENT] &&
	       attempt->neighbour && attempt->neighbour->esp_udp[SERVER];
}

bool why_esp_not_in(const struct why_attempt *attempt)
{
	return lacks(attempt, SERVER);
}

bool why_esp_not_out(const struct why_attempt *attempt)
{
	return lacks(attempt, CLIENT);
}

bool why_esp_none(const struct why_attempt *attempt)
{
	return why_ike_done(attempt) && !attempt->flow.packets[CLIENT] &&
	       !attempt->flow.packets[SERVER];
}

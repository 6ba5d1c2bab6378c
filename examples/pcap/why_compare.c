/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparisons among the attempts of a capture. */
#include "why_attempt.h"
#include "why_cause.h"
#include "why_pptp.h"
#include "why_step.h"

/* The time within which data follows control messages, in milliseconds. */
#define HALVES_MOST 10000

static bool same_server(const struct why_attempt *attempt,
			const struct why_attempt *other)
{
	return attempt != other && attempt->protocol == other->protocol &&
	       attempt->server == other->server;
}

/* Behind a public address there may be several clients: ports tell them
 * apart, but those of IKE and L2TP that a NAT may leave to all. */
static bool same_client(const struct why_attempt *attempt,
			const struct why_attempt *other)
{
	if (attempt->client != other->client)
		return false;
	if (why_is_private(attempt->client))
		return true;
	return attempt->client_port == other->client_port ||
	       (attempt->port_4500 && attempt->port_4500 == other->port_4500);
}

/* Returns whether the server has answered an attempt. */
static bool is_answered(const struct why_attempt *attempt)
{
	return attempt->works || why_tunnel_done(attempt) ||
	       (attempt->protocol == WHY_IS_IPSEC && why_init_done(attempt));
}

static bool share_call_id(const struct why_attempt *attempt,
			  const struct why_attempt *other)
{
	return attempt->protocol == WHY_IS_PPTP &&
	       attempt->client == other->client &&
	       attempt->client_port != other->client_port &&
	       attempt->pptp.call_id[CLIENT] != WHY_NONE &&
	       attempt->pptp.call_id[CLIENT] == other->pptp.call_id[CLIENT] &&
	       attempt->begun <= other->ended && other->begun <= attempt->ended;
}

/* Returns whether the one lacks what the other one has: GRE or ESP, or IKE's
 * second half at port 4500. */
static bool lacks(const struct why_attempt *control,
		  const struct why_attempt *data)
{
	if (data->flow.packets[CLIENT])
		return !control->flow.packets[CLIENT];
	return data->ike.messages[CLIENT][IKE_AUTH] &&
	       !control->ike.messages[CLIENT][IKE_AUTH];
}

static bool overlap(const struct why_attempt *control,
		    const struct why_attempt *data)
{
	return control->begun <= data->ended &&
	       data->begun <= control->ended + HALVES_MOST;
}

/* Returns whether these are control messages and data of one client, which
 * leave from two outside addresses; the server answers none of the data. */
static bool is_other_half(const struct why_attempt *control,
			  const struct why_attempt *data)
{
	return control->client != data->client &&
	       !why_is_private(control->client) &&
	       !why_is_private(data->client) &&
	       (control->pptp.messages[CLIENT][PPTP_CALL] ||
		control->ike.messages[CLIENT][IKE_INIT]) &&
	       !data->pptp.messages[CLIENT][PPTP_CALL] && !data->tcp.syn &&
	       !data->ike.messages[CLIENT][IKE_INIT] &&
	       !data->flow.packets[SERVER] && lacks(control, data) &&
	       overlap(control, data);
}

/* A neighbour that works says more than one that is answered only. */
static void compare(struct why_attempt *attempt,
		    const struct why_attempt *other, bool before)
{
	bool twin = share_call_id(attempt, other);
	bool apart = attempt->client != other->client ||
		     !why_is_private(attempt->client);

	if (before && other->works && same_client(attempt, other))
		attempt->older = other;
	if (apart && is_answered(other) &&
	    (!attempt->neighbour || !attempt->neighbour->works))
		attempt->neighbour = other;
	if (twin)
		attempt->twin = other;
	if (is_other_half(attempt, other) || is_other_half(other, attempt))
		attempt->uplink = other;
}

/* Returns whether IKE alone was renewed, and its ESP goes on: what came behind
 * that was counted for the newer attempt, if anything came. */
static bool renews(const struct why_attempt *attempt)
{
	return attempt->protocol == WHY_IS_IPSEC && attempt->older &&
	       why_auth_done(attempt) && !attempt->flow.packets[CLIENT] &&
	       !attempt->flow.packets[SERVER];
}

void why_compare(struct why_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		struct why_attempt *attempt = facts->attempts[i];

		attempt->works = why_works(attempt);
		attempt->rest = facts->end - attempt->ended;
	}
	for (size_t i = 0; i < facts->count; i++)
		for (size_t k = 0; k < facts->count; k++)
			if (same_server(facts->attempts[i], facts->attempts[k]))
				compare(facts->attempts[i], facts->attempts[k],
					k < i);
	for (size_t i = 0; i < facts->count; i++)
		if (renews(facts->attempts[i]) ||
		    why_esp_later(facts->attempts[i]) ||
		    why_end_only(facts->attempts[i]))
			facts->attempts[i]->works = true;
}

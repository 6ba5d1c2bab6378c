/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP and AH, for --why. */
#include "why_attempt.h"
#include "why_ike.h"
#include "why_order.h"

#define KEEPALIVE 0xff

/* Returns whether its IKE has set up ESP, or there was none. */
static bool is_ready(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return !ike->version || ike->messages[SERVER][IKE_CHILD] ||
	       (ike->version == 2 && ike->messages[SERVER][IKE_AUTH]);
}

/* Returns the oldest attempt of a public address that waits for its first ESP
 * from this end: several clients may be behind that address. NULL if none
 * does. */
static struct why_attempt *find_waiting(const struct why_facts *facts,
					const struct why_packet *packet)
{
	struct why_attempt *attempt, *found = NULL;

	attempt = why_last_of(facts, WHY_IS_IPSEC, packet);
	for (; attempt; attempt = attempt->next)
		if (attempt->protocol == WHY_IS_IPSEC &&
		    why_is_of(attempt, packet) && is_ready(attempt) &&
		    !attempt->esp[why_end_of(attempt, packet)])
			found = attempt;
	return found;
}

static struct why_attempt *find(struct why_facts *facts,
				const struct why_packet *packet, uint32_t spi)
{
	struct why_attempt *last = why_last_of(facts, WHY_IS_IPSEC, packet);
	struct why_attempt *found;

	if (!last)
		return why_begin_unknown(facts, WHY_IS_IPSEC, packet);
	if (why_is_private(last->client))
		return last;
	found = why_order_find(facts, packet, spi);
	if (!found)
		found = find_waiting(facts, packet);
	return found ? found : last;
}

/* Returns whether its IKE came from there, too, or its ESP from nowhere. */
static bool may_be_from(const struct why_attempt *attempt, uint32_t address)
{
	if (attempt->elsewhere && attempt->elsewhere_address == address)
		return true;
	return attempt->ike.version && is_ready(attempt) &&
	       !attempt->flow.packets[SERVER];
}

/* Notes what comes from another address than a client's server, with which it
 * has set up ESP. Returns whether it does. */
static bool note_elsewhere(struct why_facts *facts,
			   const struct why_packet *packet)
{
	if (why_last_of(facts, WHY_IS_IPSEC, packet))
		return false;
	for (size_t i = facts->count; i-- > 0;) {
		struct why_attempt *attempt = facts->attempts[i];

		if (attempt->protocol != WHY_IS_IPSEC ||
		    attempt->client != packet->destination ||
		    !may_be_from(attempt, packet->source))
			continue;
		attempt->elsewhere++;
		attempt->elsewhere_address = packet->source;
		return true;
	}
	return false;
}

void why_esp(struct why_facts *facts, const struct why_packet *packet)
{
	bool ah = packet->protocol == WHY_AH;
	uint32_t spi = why_get(&packet->body, ah ? 4 : 0, 4);
	struct why_attempt *attempt;
	enum why_end end;

	if (note_elsewhere(facts, packet))
		return;
	attempt = find(facts, packet, spi);
	if (!attempt)
		return;
	end = why_note(attempt, packet);
	attempt->ah[end] += ah;
	attempt->esp[end] += !ah;
	if (packet->body.length >= 12)
		why_order_count(facts, attempt, packet, spi,
				why_get(&packet->body, ah ? 8 : 4, 4));
	why_count_data(attempt, end, packet);
}

/* The attempt with this port of the client's, or the last one of a client
 * that has an address of its own. */
static struct why_attempt *find_udp(struct why_facts *facts,
				    const struct why_packet *packet)
{
	struct why_attempt *last = why_last_of(facts, WHY_IS_IPSEC, packet);
	struct why_attempt *attempt = last;
	uint16_t port;

	for (; attempt; attempt = attempt->next) {
		if (attempt->protocol != WHY_IS_IPSEC ||
		    !why_is_of(attempt, packet))
			continue;
		port = why_end_of(attempt, packet) == CLIENT
			       ? packet->source_port
			       : packet->destination_port;
		if (attempt->port_4500 == port)
			return attempt;
	}
	if (last && why_is_private(last->client))
		return last;
	return NULL;
}

static struct why_attempt *begin_udp(struct why_facts *facts,
				     const struct why_packet *packet)
{
	struct why_attempt *attempt =
		why_begin_unknown(facts, WHY_IS_IPSEC, packet);

	if (!attempt)
		return NULL;
	attempt->port_4500 = why_end_of(attempt, packet) == CLIENT
				     ? packet->source_port
				     : packet->destination_port;
	attempt->server_port = WHY_NAT_T_PORT;
	return attempt;
}

/* Notes from which port the client sends, and whether the server follows. */
static void note_port(struct why_attempt *attempt, enum why_end end,
		      const struct why_packet *packet)
{
	uint16_t port = end == CLIENT ? packet->source_port
				      : packet->destination_port;

	if (!attempt->port_4500)
		attempt->port_4500 = port;
	if (port == attempt->port_4500)
		return;
	if (end == CLIENT) {
		attempt->port_changed++;
		attempt->changed_port = port;
	} else {
		attempt->port_4500 = port;
		attempt->port_changed = 0;
	}
}

void why_esp_udp(struct why_facts *facts, const struct why_packet *packet)
{
	struct why_attempt *attempt = find_udp(facts, packet);
	enum why_end end;

	if (!attempt)
		attempt = why_order_find(facts, packet,
					 why_get(&packet->payload, 0, 4));
	if (!attempt && note_elsewhere(facts, packet))
		return;
	if (!attempt)
		attempt = begin_udp(facts, packet);
	if (!attempt)
		return;
	end = why_note(attempt, packet);
	if (packet->payload_size == 1 &&
	    why_get(&packet->payload, 0, 1) == KEEPALIVE) {
		attempt->ike.keepalives[end]++;
		return;
	}
	note_port(attempt, end, packet);
	attempt->esp_udp[end]++;
	if (packet->payload.length >= 8)
		why_order_count(facts, attempt, packet,
				why_get(&packet->payload, 0, 4),
				why_get(&packet->payload, 4, 4));
	why_count_data(attempt, end, packet);
}

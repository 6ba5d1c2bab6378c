/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_fragment.h"

#include <stdlib.h>

#include "why_attempt.h"

/* Bounds the datagrams that are watched at a time. The oldest one that is not
 * whole is evicted, and counted as lost. */
#define WATCHED 512

struct datagram {
	uint32_t source, destination;
	uint16_t id;
	uint8_t protocol; /* 0 if the place is free */
	uint32_t bytes;   /* that have come, without their repetitions */
	uint32_t length;  /* of all, 0 until the last one has come */
	uint32_t offsets[8]; /* of those that have come */
	unsigned count;
};

struct why_fragments {
	struct datagram list[WATCHED];
	unsigned oldest;
};

/* Returns whether fragments of a protocol can belong to an attempt. */
static bool carries(const struct why_attempt *attempt, uint8_t protocol)
{
	switch (protocol) {
	case WHY_UDP:
		return attempt->protocol == WHY_IS_IPSEC ||
		       attempt->protocol == WHY_IS_L2TP;
	case WHY_GRE:
		return attempt->protocol == WHY_IS_PPTP ||
		       attempt->protocol == WHY_IS_GRE;
	default:
		return attempt->protocol == WHY_IS_IPSEC;
	}
}

/* Counts a datagram that has become whole or will not, if it is of an
 * attempt's. */
static void count(struct why_facts *facts, struct datagram *datagram,
		  bool whole)
{
	struct why_attempt *attempt = why_of_pair(facts, datagram->source,
						  datagram->destination);
	bool udp = datagram->protocol == WHY_UDP;
	enum why_end end;

	while (attempt && (!carries(attempt, datagram->protocol) ||
			   (attempt->client != datagram->source &&
			    attempt->client != datagram->destination)))
		attempt = attempt->next;
	datagram->protocol = 0;
	if (!attempt)
		return;
	end = attempt->client == datagram->source ? CLIENT : SERVER;
	attempt->whole[end] += whole;
	attempt->lost[end] += !whole;
	attempt->udp_whole[end] += udp && whole;
	attempt->udp_lost[end] += udp && !whole;
}

static struct datagram *find(struct why_facts *facts,
			     const struct why_packet *packet)
{
	struct why_fragments *fragments = facts->fragments;
	struct datagram *datagram;

	for (unsigned i = 0; i < WATCHED; i++) {
		datagram = &fragments->list[i];
		if (datagram->protocol == packet->protocol &&
		    datagram->id == packet->id &&
		    datagram->source == packet->source &&
		    datagram->destination == packet->destination)
			return datagram;
	}
	datagram = &fragments->list[fragments->oldest++ % WATCHED];
	if (datagram->protocol)
		count(facts, datagram, false);
	*datagram = (struct datagram){ packet->source, packet->destination,
				       packet->id, packet->protocol, 0, 0,
				       { 0 }, 0 };
	return datagram;
}

/* Returns whether the same fragment has come before. */
static bool is_repeated(struct datagram *datagram, uint32_t offset)
{
	for (unsigned i = 0; i < datagram->count; i++)
		if (datagram->offsets[i] == offset)
			return true;
	if (datagram->count < 8)
		datagram->offsets[datagram->count++] = offset;
	return false;
}

void why_fragment(struct why_facts *facts, const struct why_packet *packet)
{
	struct datagram *datagram;

	if (!facts->fragments)
		facts->fragments = calloc(1, sizeof(*facts->fragments));
	facts->memory = facts->memory && facts->fragments;
	if (!facts->fragments)
		return;
	datagram = find(facts, packet);
	if (!is_repeated(datagram, packet->offset))
		datagram->bytes += packet->body_size;
	if (!packet->more)
		datagram->length = packet->offset + packet->body_size;
	if (datagram->length && datagram->bytes >= datagram->length)
		count(facts, datagram, true);
}

void why_fragment_end(struct why_facts *facts)
{
	for (unsigned i = 0; facts->fragments && i < WATCHED; i++)
		if (facts->fragments->list[i].protocol)
			count(facts, &facts->fragments->list[i], false);
}

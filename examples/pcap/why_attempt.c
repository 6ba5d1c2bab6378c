/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_attempt.h"

#include <stdlib.h>

#include "why_large.h"

/* The most clients that are reported; the others are only counted. A capture of
 * forged packets costs no more than that. */
#define ATTEMPTS_MOST 1024

/* The least pause, in milliseconds, in which a NAT may forget a session. */
#define PAUSE_LEAST 15000

/* A NAT-keepalive is one byte (RFC 3948 2.3), and is not answered. */
#define KEEPALIVE_SIZE 1

#define PAIRS (sizeof(((struct why_facts *)0)->pairs) / \
	       sizeof(((struct why_facts *)0)->pairs[0]))

bool why_is_private(uint32_t address)
{
	return address >> 24 == 10 || address >> 20 == 0xac1 ||
	       address >> 16 == 0xc0a8 || address >> 22 == 0x64400000 >> 22;
}

bool why_is_outside_of(const struct why_attempt *attempt, uint32_t address)
{
	return why_is_private(attempt->client) && !why_is_private(address);
}

static size_t place_of(uint32_t one, uint32_t other)
{
	uint32_t mixed = (one ^ other) * 2654435761U;

	return (mixed ^ mixed >> 16) % PAIRS;
}

static bool has_pair(const struct why_attempt *attempt, uint32_t one,
		     uint32_t other)
{
	return (attempt->client == one && attempt->server == other) ||
	       (attempt->client == other && attempt->server == one);
}

/* The chain of a place holds all pairs that fall there; it is short. */
struct why_attempt *why_of_pair(const struct why_facts *facts, uint32_t one,
				uint32_t other)
{
	struct why_attempt *attempt = facts->pairs[place_of(one, other)];

	while (attempt && !has_pair(attempt, one, other))
		attempt = attempt->next;
	return attempt;
}

struct why_attempt *why_last_of(const struct why_facts *facts,
				enum why_protocol protocol,
				const struct why_packet *packet)
{
	struct why_attempt *attempt =
		why_of_pair(facts, packet->source, packet->destination);

	while (attempt && (attempt->protocol != protocol ||
			   !why_is_of(attempt, packet)))
		attempt = attempt->next;
	return attempt;
}

static bool grow(struct why_facts *facts)
{
	size_t room = facts->room ? facts->room * 2 : 64;
	struct why_attempt **list;

	if (facts->count < facts->room)
		return true;
	list = realloc(facts->attempts, room * sizeof(struct why_attempt *));
	if (!list)
		return false;
	facts->attempts = list;
	facts->room = room;
	return true;
}

/* Sets what is not 0 at the beginning. */
static void set_unknown(struct why_attempt *attempt)
{
	for (int end = CLIENT; end < WHY_ENDS; end++) {
		attempt->pptp.call_id[end] = WHY_NONE;
		attempt->ike.notify[end] = WHY_NONE;
		attempt->l2tp.tunnel[end] = WHY_NONE;
	}
	attempt->pptp.peer_call_id = WHY_NONE;
}

struct why_attempt *why_begin(struct why_facts *facts,
			      enum why_protocol protocol, uint32_t client,
			      uint32_t server, const struct why_packet *packet)
{
	struct why_attempt *attempt;
	size_t place = place_of(client, server);

	if (facts->count >= ATTEMPTS_MOST) {
		facts->ignored++;
		return NULL;
	}
	attempt = calloc(1, sizeof(*attempt));
	if (!attempt || !grow(facts)) {
		free(attempt);
		facts->memory = false;
		return NULL;
	}
	attempt->protocol = protocol;
	attempt->client = client;
	attempt->server = server;
	attempt->first = packet->number;
	attempt->begun = packet->time;
	set_unknown(attempt);
	attempt->next = facts->pairs[place];
	facts->pairs[place] = attempt;
	facts->attempts[facts->count++] = attempt;
	return attempt;
}

/* Returns whether an address is known as a server. */
static bool is_server(const struct why_facts *facts, uint32_t address)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->attempts[i]->server == address)
			return true;
	return false;
}

struct why_attempt *why_begin_unknown(struct why_facts *facts,
				      enum why_protocol protocol,
				      const struct why_packet *packet)
{
	bool turned = (why_is_private(packet->destination) &&
		       !why_is_private(packet->source)) ||
		      (is_server(facts, packet->source) &&
		       !is_server(facts, packet->destination));

	return turned ? why_begin(facts, protocol, packet->destination,
				  packet->source, packet)
		      : why_begin(facts, protocol, packet->source,
				  packet->destination, packet);
}

bool why_is_of(const struct why_attempt *attempt,
	       const struct why_packet *packet)
{
	return has_pair(attempt, packet->source, packet->destination);
}

enum why_end why_other(enum why_end end)
{
	return end == CLIENT ? SERVER : CLIENT;
}

enum why_end why_end_of(const struct why_attempt *attempt,
			const struct why_packet *packet)
{
	return packet->source == attempt->client ? CLIENT : SERVER;
}

/* Counts a packet that the other end has not answered yet. */
static void count_alone(struct why_silence *silence, enum why_end end,
			uint64_t time)
{
	enum why_end other = why_other(end);
	uint64_t before = silence->last[end] > silence->last[other]
				  ? silence->last[end]
				  : silence->last[other];
	uint64_t pause = before && time > before ? time - before : 0;

	silence->last[end] = time;
	silence->alone[other] = silence->behind_pause[other] = 0;
	silence->pause[other] = 0;
	if (silence->alone[end]++ == 0)
		silence->alone_since[end] = time;
	if (pause >= PAUSE_LEAST && pause >= silence->pause[end]) {
		silence->pause[end] = pause;
		silence->behind_pause[end] = 0;
	}
	silence->behind_pause[end] += silence->pause[end] != 0;
}

enum why_end why_note(struct why_attempt *attempt,
		      const struct why_packet *packet)
{
	enum why_end end = why_end_of(attempt, packet);

	if (packet->payload_size != KEEPALIVE_SIZE ||
	    packet->protocol != WHY_UDP)
		count_alone(&attempt->silence, end, packet->time);
	attempt->last = packet->number;
	attempt->ended = packet->time;
	attempt->bad_checksums[end] += packet->bad_checksum;
	attempt->fragments[end] += packet->first || packet->later;
	if (attempt->errors.mtu && packet->size > attempt->errors.mtu &&
	    attempt->errors.about[end][ERROR_TOO_BIG])
		attempt->errors.too_big_again++;
	return end;
}

void why_count_data(struct why_attempt *attempt, enum why_end end,
		    const struct why_packet *packet)
{
	struct why_flow *flow = &attempt->flow;

	count_alone(&flow->silence, end, packet->time);
	why_large_count(flow, end, packet);
	if (flow->packets[end]++ == 0)
		flow->begun[end] = packet->time;
	if (packet->size > flow->largest[end])
		flow->largest[end] = packet->size;
}

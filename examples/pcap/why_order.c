/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_order.h"

#include <stdlib.h>

#include "why_attempt.h"

/* Bounds the streams that are followed; others are not counted. */
#define PLACES 16384
#define TRIES 16

struct order {
	uint32_t source, destination, id, highest;
	uint32_t gaps, packets;
	uint8_t protocol;
	struct why_attempt *attempt; /* NULL if the place is free */
};

struct why_orders {
	struct order places[PLACES];
};

static bool is_same(const struct order *order, const struct why_packet *packet,
		    uint32_t id)
{
	return order->id == id && order->protocol == packet->protocol &&
	       order->source == packet->source &&
	       order->destination == packet->destination;
}

/* Returns the place of these packets, or a free one, or NULL. */
static struct order *find(struct why_orders *orders,
			  const struct why_packet *packet, uint32_t id)
{
	uint32_t at = (packet->source ^ packet->destination * 3 ^ id * 7) *
		      2654435761U >> 7;
	struct order *order;

	for (unsigned i = 0; orders && i < TRIES; i++) {
		order = &orders->places[(at + i) % PLACES];
		if (!order->attempt || is_same(order, packet, id))
			return order;
	}
	return NULL;
}

struct why_attempt *why_order_find(const struct why_facts *facts,
				   const struct why_packet *packet,
				   uint32_t id)
{
	const struct order *order = find(facts->orders, packet, id);

	return order ? order->attempt : NULL;
}

/* A packet that comes late was not missing after all. */
static void count(struct order *order, struct why_flow *flow,
		  enum why_end end, uint32_t sequence)
{
	uint32_t others = flow->silence.alone[why_other(end)];
	uint32_t ahead = sequence - order->highest;

	order->packets++;
	if (ahead > UINT32_MAX / 2) {
		order->gaps -= order->gaps > 0;
		return;
	}
	order->gaps += ahead > 1;
	order->highest = sequence;
	if (ahead > 1 && others > flow->unseen[end])
		flow->unseen[end] = others;
	if (order->gaps > flow->gaps[end]) {
		flow->gaps[end] = order->gaps;
		flow->of[end] = order->packets;
	}
}

void why_order_count(struct why_facts *facts, struct why_attempt *attempt,
		     const struct why_packet *packet, uint32_t id,
		     uint32_t sequence)
{
	enum why_end end = why_end_of(attempt, packet);
	struct order *order;

	if (!facts->orders)
		facts->orders = calloc(1, sizeof(*facts->orders));
	facts->memory = facts->memory && facts->orders;
	order = find(facts->orders, packet, id);
	if (!order)
		return;
	if (order->attempt != attempt)
		*order = (struct order){ packet->source, packet->destination,
					 id, sequence, 0, 0,
					 packet->protocol, attempt };
	count(order, &attempt->flow, end, sequence);
}

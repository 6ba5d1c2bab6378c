/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking until there is an answer, one thing at a time (RFC 7296 2.3). */
#include "messages.h"
#include "world.h"

#define SLOT_OWN 0

/* What a timer's data says. */
static uint32_t timer_data(const struct request *request, unsigned slot,
			   unsigned from)
{
	return request->number << 2 | slot << 1 | from;
}

void request_repeat(struct world *world, unsigned from, unsigned slot,
		    const struct message *message)
{
	struct tunnel *t = &world->tunnels[message->tunnel];
	struct end *end = &t->ends[from];
	struct request *r = &end->requests[slot];

	r->active = true;
	r->tries = 0;
	r->number = t->requests++ & 0xfffffff;
	r->message = *message;
	queue_add(&world->queue,
		  world->now + end->flavour->retransmit[0] * MILLISECOND,
		  EVENT_RETRANSMIT, message->tunnel,
		  timer_data(r, slot, from));
	path_send_ike(world, from, &r->message);
}

/* The number of the next request, and the IKE SA. */
static void set_identity(struct world *world, unsigned from,
			 struct message *message)
{
	struct tunnel *t = &world->tunnels[message->tunnel];
	struct end *end = &t->ends[from];

	if (message->kind == KIND_DELETE_IKE)
		return; /* the old IKE SA, and its next number */
	message->ike = end->ike;
	if (!t->v1)
		message->id = end->next_id++;
	else if (message->kind < KIND_AUTH)
		message->id = 0;
	else
		message->id = (uint32_t)dice_roll(&t->dice) | 1;
}

void request_begin(struct world *world, unsigned from,
		   const struct message *message)
{
	struct tunnel *t = &world->tunnels[message->tunnel];
	struct end *end = &t->ends[from];
	struct message m = *message;

	if (end->requests[SLOT_OWN].active) {
		if (end->todo_count < TODO_MAX)
			end->todo[end->todo_count++] = m;
		return;
	}
	set_identity(world, from, &m);
	m.part = PART_REQUEST;
	m.to = (uint8_t)!from;
	m.life = end->life;
	m.address = t->address;
	m.port = t->port;
	if (message_is_one_way(&m, t->v1))
		path_send_ike(world, from, &m);
	else
		request_repeat(world, from, SLOT_OWN, &m);
}

void request_ask(struct world *world, uint32_t tunnel, unsigned from,
		 enum kind kind)
{
	struct message m = { .kind = (uint8_t)kind,
			     .tunnel = (uint16_t)tunnel,
			     .sa = NONE,
			     .old = NONE };

	if (kind == KIND_AUTH)
		m.sa = sa_add(world, tunnel);
	request_begin(world, from, &m);
}

void request_timer(struct world *world, uint32_t tunnel, uint32_t data)
{
	unsigned from = data & 1, slot = data >> 1 & 1;
	struct end *end = &world->tunnels[tunnel].ends[from];
	struct request *r = &end->requests[slot];
	uint32_t wait;

	if (!r->active || r->number != data >> 2)
		return;
	wait = end->flavour->retransmit[++r->tries];
	if (wait == 0) {
		r->active = false;
		if (slot == SLOT_OWN)
			daemon_fails(world, tunnel, from);
		return;
	}
	queue_add(&world->queue, world->now + wait * MILLISECOND,
		  EVENT_RETRANSMIT, tunnel, data);
	path_send_ike(world, from, &r->message);
}

void request_end(struct world *world, uint32_t tunnel, unsigned from)
{
	struct end *end = &world->tunnels[tunnel].ends[from];
	struct message next;
	unsigned i;

	while (!end->requests[SLOT_OWN].active && end->todo_count > 0) {
		next = end->todo[0];
		end->todo_count--;
		for (i = 0; i < end->todo_count; i++)
			end->todo[i] = end->todo[i + 1];
		request_begin(world, from, &next);
	}
}

void request_forget(struct end *end)
{
	end->requests[0].active = end->requests[1].active = false;
	end->todo_count = 0;
	end->answered.tunnel = UINT16_MAX;
}

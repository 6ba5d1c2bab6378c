/* SPDX-License-Identifier: BSD-2-Clause */
/* What daemons do from time to time. */
#include "world.h"

/* Of a rekey's time, with jitter: strongSwan's rand_time. */
#define JITTER_PERCENT 10
#define BUSY_RETRY (500 * MILLISECOND)

/* Either side's clock may run out first. */
static unsigned any_end(struct tunnel *t)
{
	return (unsigned)dice_below(&t->dice, 2);
}

static uint64_t interval(const struct world *world, struct tunnel *t,
			 unsigned seconds)
{
	uint64_t whole = seconds * SECOND;

	if (!world->jitter)
		return whole;
	return whole - dice_below(&t->dice, whole * JITTER_PERCENT / 100);
}

void rekey_plan(struct world *world, uint32_t sa)
{
	struct tunnel *t = &world->tunnels[world->sas[sa].tunnel];
	unsigned seconds = world->settings->scenario.rekey, end;
	uint64_t after;

	if (seconds == 0)
		return;
	/* Not as arguments, whose order is the compiler's. */
	after = interval(world, t, seconds);
	end = any_end(t);
	queue_add(&world->queue, world->now + after, EVENT_REKEY, sa, end);
}

void rekey_notice(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	unsigned seconds = world->settings->scenario.rekey;
	const struct end *client = &t->ends[CLIENT];

	if (seconds == 0 || client->liveness > 0 || client->sending == NONE)
		return;
	queue_add(&world->queue, world->now + interval(world, t, seconds),
		  EVENT_REKEY, client->sending, CLIENT);
}

void rekey_child(struct world *world, uint32_t sa, unsigned from)
{
	const struct sa *s = &world->sas[sa];
	const struct tunnel *lead = lead_of(world, s->tunnel);
	const struct end *end = &lead->ends[from];
	const struct end *sender = end_of(world, sa, from);
	struct message m = { .kind = KIND_CHILD,
			     .tunnel = (uint16_t)world->tunnels[s->tunnel].lead,
			     .old = sa };

	if (!end->up || end->life != s->life ||
	    (sender->sending != sa && sender->pending != sa))
		return;
	if (end->requests[0].active) {
		queue_add(&world->queue, world->now + BUSY_RETRY, EVENT_REKEY,
			  sa, from);
		return;
	}
	m.sa = sa_add(world, s->tunnel);
	request_begin(world, from, &m);
}

void rekey_delete(struct world *world, uint32_t sa, unsigned from)
{
	const struct sa *s = &world->sas[sa];
	const struct end *end = &lead_of(world, s->tunnel)->ends[from];
	struct message m = { .kind = KIND_DELETE,
			     .tunnel = (uint16_t)world->tunnels[s->tunnel].lead,
			     .sa = NONE,
			     .old = sa };

	if (end->up && end->life == s->life)
		request_begin(world, from, &m);
}

void rekey_plan_ike(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	unsigned seconds = world->settings->scenario.rekey_ike, end;
	uint64_t after;

	if (seconds == 0 || t->v1)
		return;
	after = interval(world, t, seconds);
	end = any_end(t);
	queue_add(&world->queue, world->now + after, EVENT_REKEY_IKE, tunnel,
		  t->ends[CLIENT].life * 2U + end);
}

void rekey_ike(struct world *world, uint32_t tunnel, uint32_t data)
{
	struct tunnel *t = &world->tunnels[tunnel];
	struct end *end = &t->ends[data & 1];
	struct message m = { .kind = KIND_REKEY_IKE,
			     .tunnel = (uint16_t)tunnel,
			     .sa = NONE,
			     .old = NONE };

	if (!end->up || end->life != data >> 1)
		return;
	if (end->requests[0].active) {
		queue_add(&world->queue, world->now + BUSY_RETRY,
			  EVENT_REKEY_IKE, tunnel, data);
		return;
	}
	m.new_ike = ike_choose(&t->dice, data & 1);
	request_begin(world, data & 1, &m);
}

void rekey_plan_liveness(struct world *world, uint32_t tunnel, unsigned end)
{
	struct end *e = &world->tunnels[tunnel].ends[end];

	if (e->liveness == 0)
		return;
	queue_add(&world->queue, world->now + e->liveness, EVENT_LIVENESS,
		  tunnel, e->life * 2U + end);
}

void rekey_liveness(struct world *world, uint32_t tunnel, uint32_t data)
{
	struct end *end = &world->tunnels[tunnel].ends[data & 1];
	uint64_t next = end->heard + end->liveness;

	if (!end->up || end->life != data >> 1)
		return;
	if (next <= world->now) {
		next = world->now + end->liveness;
		if (!end->requests[0].active)
			request_ask(world, tunnel, data & 1, KIND_LIVENESS);
	}
	queue_add(&world->queue, next, EVENT_LIVENESS, tunnel, data);
}

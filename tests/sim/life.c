/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients begin and die, and the server forgets them. */
#include "world.h"

/* A client that gave up or died begins anew after that long. */
#define AGAIN_LEAST SECOND
#define AGAIN_MOST (20 * SECOND)
/* So many of them say good-bye (percent). */
#define POLITE 25

static void plan_death(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	uint64_t mean = world->settings->scenario.life * SECOND;

	if (mean > 0)
		queue_add(&world->queue,
			  world->now + dice_waiting(&t->fate, mean), EVENT_DIE,
			  tunnel, t->ends[CLIENT].life);
}

/* Nothing is sent with the SAs of this end any more. */
static void drop_sas(struct world *world, uint32_t lead, unsigned end)
{
	struct tunnel *t = &world->tunnels[lead], *more;

	t->ends[end].sending = t->ends[end].pending = NONE;
	for (more = &world->tunnels[t->more];
	     more < &world->tunnels[t->more + t->more_count]; more++)
		more->ends[end].sending = more->ends[end].pending = NONE;
}

/* A flow that begins or ends with its connection misses nothing of it. */
static void renew_flows(struct world *world, uint32_t lead)
{
	struct tunnel *t = &world->tunnels[lead];
	uint32_t i;

	t->traffic.first = 0;
	traffic_outage_ends(world, lead);
	for (i = t->more; i < t->more + t->more_count; i++) {
		world->tunnels[i].traffic.first = 0;
		traffic_outage_ends(world, i);
	}
}

void daemon_start(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	struct end *end = &t->ends[CLIENT];

	end->up = true;
	end->ike = ike_choose(&t->dice, CLIENT);
	end->next_id = 0;
	drop_sas(world, tunnel, CLIENT);
	request_forget(end);
	renew_flows(world, tunnel);
	t->began = world->now;
	plan_death(world, tunnel);
	request_ask(world, tunnel, CLIENT, KIND_INIT);
}

static void stop(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	struct end *end = &t->ends[CLIENT];

	renew_flows(world, tunnel);
	end->up = false;
	end->life++;
	drop_sas(world, tunnel, CLIENT);
	request_forget(end);
	queue_add(&world->queue,
		  world->now +
			  dice_between(&t->fate, AGAIN_LEAST, AGAIN_MOST),
		  EVENT_START, tunnel, 0);
}

void daemon_die(struct world *world, uint32_t tunnel, unsigned life)
{
	struct tunnel *t = &world->tunnels[tunnel];
	struct end *end = &t->ends[CLIENT];

	if (!end->up || end->life != life)
		return;
	if (dice_percent(&t->fate, POLITE) && end->sending != NONE) {
		end->requests[0].active = false;
		end->todo_count = 0;
		request_ask(world, tunnel, CLIENT, KIND_BYE);
	}
	stop(world, tunnel);
}

void daemon_forgets(struct world *world, uint32_t tunnel)
{
	struct end *end = &world->tunnels[tunnel].ends[SERVER];

	end->up = false;
	drop_sas(world, tunnel, SERVER);
	request_forget(end);
}

void daemon_fails(struct world *world, uint32_t tunnel, unsigned end)
{
	if (end == CLIENT) {
		stop(world, tunnel);
	} else {
		daemon_forgets(world, tunnel);
		rekey_notice(world, tunnel);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients and their tunnels at the beginning of a run. */
#include <string.h>

#include "basics.h"
#include "world.h"

/*
 * Retransmissions: those of libreswan as in our lab's captures, those of
 * strongSwan by its manual (4 s x 1.8^n, five times). Which SA a responder
 * sends with after a rekey: the kernel's newest with the first; with the
 * second the old one until it is deleted, as RFC 7296 2.8 says.
 */
static const struct flavour flavours[] = {
	{ "libreswan", true, 1000,
	  { 500, 500, 1000, 2000, 4000, 8000, 16000, 32000, 0 } },
	{ "strongSwan", false, 0, { 4000, 7200, 12960, 23328, 41990, 75582,
				    0 } },
	{ "others", true, 200, { 1000, 2000, 4000, 8000, 16000, 0 } },
};

#define FLAVOURS (sizeof(flavours) / sizeof(flavours[0]))
#define EAGER 0
#define PATIENT 1

/* One after the other, so that the SPIs are the same whatever compiles this. */
struct ike ike_choose(struct dice *dice, unsigned initiator)
{
	struct ike ike = { .initiator = (uint8_t)initiator };

	ike.spi[0] = dice_roll(dice);
	ike.spi[1] = dice_roll(dice);
	return ike;
}

uint32_t sa_add(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	struct sa *sa;
	unsigned end;

	if (world->sa_count == world->sa_room) {
		world->sa_room = world->sa_room * 2 + 256;
		world->sas = basics_grow(world->sas, world->sa_room,
					 sizeof(*world->sas));
	}
	sa = &world->sas[world->sa_count];
	memset(sa, 0, sizeof(*sa));
	sa->tunnel = tunnel;
	sa->life = lead_of(world, tunnel)->ends[CLIENT].life;
	for (end = CLIENT; end <= SERVER; end++)
		sa->spi[end] = (uint32_t)dice_between(&t->dice, 256,
						      UINT32_MAX - 1);
	t->newest = world->sa_count;
	return world->sa_count++;
}

static void open_end(struct end *end, struct dice *dice,
		     const struct flavour *flavour, unsigned dpd)
{
	end->flavour = flavour;
	end->sending = end->pending = NONE;
	end->liveness = dice_between(dice, 1, 3) * dpd * SECOND;
	request_forget(end);
}

/* A share of the tunnels has no liveness checks. */
static void choose_liveness(const struct scenario *s, struct tunnel *t,
			    struct dice dice)
{
	bool none = dice_percent(&dice, s->without_dpd);
	unsigned end;

	for (end = CLIENT; end <= SERVER && none; end++)
		t->ends[end].liveness = 0;
}

static void open_tunnel(struct world *world, uint32_t i, unsigned server)
{
	const struct scenario *s = &world->settings->scenario;
	struct tunnel *t = &world->tunnels[i];
	struct dice answers = dice_for(world->seed, i, 'a');
	uint64_t start = world->settings->together ? SECOND : 10 * SECOND;

	t->dice = dice_for(world->seed, i, 'd');
	t->fate = dice_for(world->seed, i, 'f');
	t->path[CLIENT] = dice_for(world->seed, i, 'c');
	t->path[SERVER] = dice_for(world->seed, i, 's');
	t->newest = NONE;
	t->lead = i;
	t->v1 = dice_percent(&t->fate, s->v1);
	t->rtt = (uint32_t)(dice_between(&t->fate, s->rtt[0], s->rtt[1]) *
			    MILLISECOND);
	open_end(&t->ends[CLIENT], &t->fate,
		 &flavours[dice_below(&t->fate, FLAVOURS)], s->dpd);
	open_end(&t->ends[SERVER], &t->fate, &flavours[server], s->dpd);
	choose_liveness(s, t, dice_for(world->seed, i, 'v'));
	/* A server knows no client of life 0. */
	t->ends[CLIENT].life = 1;
	queue_add(&world->queue, dice_below(&t->fate, start), EVENT_START, i,
		  0);
	t->answers = dice_percent(&answers, s->answers);
	traffic_open(world, i);
}

/* One of several of a site's gateway; all of them use one path. */
static void open_more(struct world *world, uint32_t lead, uint32_t i)
{
	struct tunnel *t = &world->tunnels[i];
	const struct tunnel *first = &world->tunnels[lead];
	struct dice answers = dice_for(world->seed, i, 'a');
	unsigned end;

	t->lead = lead;
	t->dice = dice_for(world->seed, i, 'd');
	t->newest = NONE;
	t->v1 = first->v1;
	t->rtt = first->rtt;
	for (end = CLIENT; end <= SERVER; end++) {
		t->path[end] = dice_for(world->seed, i, end ? 's' : 'c');
		t->ends[end].flavour = first->ends[end].flavour;
		t->ends[end].sending = t->ends[end].pending = NONE;
	}
	t->answers = dice_percent(&answers,
				  world->settings->scenario.answers);
	traffic_open(world, i);
}

/* Returns how many tunnels a client has besides the first; counts sites. */
static unsigned more_of(const struct world *world, uint32_t client,
			unsigned *sites)
{
	const struct scenario *s = &world->settings->scenario;
	struct dice dice = dice_for(world->seed, client, 'n');

	if (*sites == s->sites_most || !dice_percent(&dice, s->sites))
		return 0;
	++*sites;
	return (unsigned)dice_between(&dice, s->children[0], s->children[1]) -
	       1;
}

/* How the one server of all clients behaves as a responder. */
static unsigned choose_server(const struct world *world)
{
	struct dice dice = dice_for(world->seed, 0, 'w');

	return dice_percent(&dice, world->settings->scenario.eager) ? EAGER
								     : PATIENT;
}

void tunnels_open(struct world *world)
{
	unsigned server = choose_server(world);
	uint32_t i, j, next = world->count;
	unsigned sites = 0;

	for (i = 0; i < world->count; i++)
		next += more_of(world, i, &sites);
	world->tunnel_count = next;
	world->tunnels = basics_memory(next, sizeof(struct tunnel));
	next = world->count;
	sites = 0;
	for (i = 0; i < world->count; i++) {
		struct tunnel *t = &world->tunnels[i];

		open_tunnel(world, i, server);
		t->more = next;
		t->more_count = more_of(world, i, &sites);
		for (j = 0; j < t->more_count; j++)
			open_more(world, i, next++);
	}
}

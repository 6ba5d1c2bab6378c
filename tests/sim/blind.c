/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What nobody could know who sees the wire only: an SPI whose client shows
 * nothing, while another client's new SPI has not come either. README tells
 * what is left out.
 */
#include "world.h"

/* A client that has sent so shortly before may have begun it. */
#define BEFORE (SECOND / 2)

/* What came so shortly before may have ended with it. */
#define ENDED (SECOND / 2)

/* The server may send to the client with an SA that has not been seen. */
static bool awaits(const struct world *world, const struct tunnel *t)
{
	const struct end *server = &t->ends[SERVER];

	return t->newest != NONE && !world->sas[t->newest].verdicts.seen &&
	       (server->sending == t->newest || server->pending == t->newest);
}

/* The first packet of an SPI comes. */
void blind_begin(const struct world *world, struct sa *sa)
{
	uint64_t last = world->tunnels[sa->tunnel].sent[SERVER];

	sa->follows = last > 0 && world->now - last < ENDED;
}

bool blind_is(const struct world *world, const struct sa *sa)
{
	uint32_t i;

	if (sa->follows ||
	    world->tunnels[sa->tunnel].sent[CLIENT] + BEFORE >
		    sa->verdicts.first)
		return false;
	for (i = 0; i < world->tunnel_count; i++)
		if (world->tunnels[i].lead != world->tunnels[sa->tunnel].lead &&
		    awaits(world, &world->tunnels[i]))
			return true;
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP flows: each port of a host talks to some remotes. */
#include "world.h"

#include <string.h>

#define REMOTE_PORT 4433

/* Hosts have so many ports each, from the first on. */
#define PORTS_PER_HOST 64
#define PORT_FIRST 30000

static void make_flow(const struct world *world, uint32_t flow,
		      struct call *call)
{
	uint32_t endpoint = flow / world->shape.calls_per_client;
	uint32_t remote = flow % world->shape.calls_per_client;

	memset(call, 0, sizeof(*call));
	bench_put32(call->inside, 10U << 24 | endpoint / PORTS_PER_HOST);
	bench_put32(call->remote,
		    (198U << 24 | 18U << 16) +
			    (endpoint + remote) % world->shape.remotes);
	call->own = PORT_FIRST + endpoint % PORTS_PER_HOST;
	call->peer = REMOTE_PORT + remote;
}

static bool open_flow(struct world *world, struct call *call)
{
	uint8_t packet[FRAME_UDP_LEN];

	traffic_make(TRAFFIC_UDP, call, false, false, packet);
	if (!world_send(world, packet, FRAME_UDP_LEN, false))
		return false;
	memcpy(call->outside, packet + FRAME_SOURCE, 4);
	call->outside_own = bench_get16(packet + FRAME_UDP_SOURCE);
	return true;
}

bool world_fill_flows(struct world *world, uint32_t flows)
{
	struct call call;

	for (; world->opened < flows; world->opened++) {
		make_flow(world, world->opened, &call);
		if (!open_flow(world, &call))
			return false;
		if (world->calls != NULL)
			world->calls[world->opened] = call;
	}
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: a pair of ESP SAs, or a NAT-T session, of each host. */
#include "world.h"

#include <string.h>

#define NAT_T_PORT 4500

static void make_session(const struct world *world, uint32_t host,
			 struct call *call)
{
	memset(call, 0, sizeof(*call));
	bench_put32(call->inside, 10U << 24 | host);
	bench_put32(call->remote, (198U << 24 | 18U << 16) +
					  host % world->shape.remotes);
	call->own = call->peer = NAT_T_PORT;
	if (world->shape.traffic == TRAFFIC_ESP) {
		call->own = 0x20000000 + host;
		call->peer = 0x10000000 + host;
	}
	call->outside_own = call->own;
}

/* Shows whose the inbound SPI is, so that nothing has to be guessed. */
static bool show(struct world *world, const struct call *call)
{
	uint8_t bytes[FRAME_GRE_LEN];
	struct vpnalg_packet packet = { .data = bytes,
					.caplen = sizeof(bytes),
					.len = sizeof(bytes),
					.direction = VPNALG_IN_UNDO };

	traffic_make(TRAFFIC_ESP, call, true, false, bytes);
	vpnalg_process(world->translator, &packet, 1, world->now);
	return packet.result == VPNALG_TRANSLATED;
}

static bool open_session(struct world *world, struct call *call)
{
	uint8_t packet[FRAME_GRE_LEN];

	traffic_make(world->shape.traffic, call, false, false, packet);
	if (!world_send(world, packet, sizeof(packet), false))
		return false;
	memcpy(call->outside, packet + FRAME_SOURCE, 4);
	if (world->shape.traffic == TRAFFIC_ESP)
		return show(world, call);
	call->outside_own = bench_get16(packet + FRAME_UDP_SOURCE);
	return true;
}

bool world_fill_ipsec(struct world *world, uint32_t sessions)
{
	struct call call;

	for (; world->opened < sessions; world->opened++) {
		make_session(world, world->opened, &call);
		if (!open_session(world, &call))
			return false;
		if (world->calls != NULL)
			world->calls[world->opened] = call;
	}
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <vpnalg/protocols.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESSES_MAX 16

/* Any time but zero will do. */
#define BEGINNING 1000000

static uint32_t roll(void *context)
{
	struct world *world = context;

	return dice_roll(&world->dice);
}

/* For all_differ: the Call ID or UDP port that the host chose is refused. An
 * SPI cannot be changed. */
static enum vpnalg_choice differ(void *context, struct vpnalg_binding *binding)
{
	(void)context;
	if (binding->protocol != 6 && binding->protocol != 50 &&
	    binding->outside_id == binding->inside_id)
		return VPNALG_CHOICE_NEXT;
	return VPNALG_CHOICE_TAKE;
}

uint32_t world_units(uint32_t calls, uint32_t clients, uint32_t remotes)
{
	return (2 * calls + 2 * clients + 2 * remotes) / 4 * 5 + 64;
}

/* A host 3, its SAs 1 each; and a remote up to 16, and as much again for room
 * that records of 3 leave between them. */
uint32_t world_units_esp(uint32_t pairs, uint32_t remotes)
{
	return (5 * pairs + 32 * remotes) / 4 * 5 + 64;
}

/* All of them, whatever the traffic is. */
static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};

static void configure(struct world *world, struct vpnalg_config *config,
		      struct vpnalg_addr *addresses)
{
	uint32_t i;

	for (i = 0; i < world->shape.addresses; i++)
		addresses[i] = (struct vpnalg_addr){
			VPNALG_IPV4, { 203, 0, 113, (uint8_t)(i + 1) }
		};
	*config = (struct vpnalg_config){
		.size = sizeof(*config),
		.protocols = protocols,
		.protocol_count = sizeof(protocols) / sizeof(protocols[0]),
		.addresses = addresses,
		.address_count = world->shape.addresses,
		.store = &world->store,
		.context = world,
		.random = roll,
		.choose = world->shape.all_differ ? differ : NULL,
		.passive = true,
		.account = world->shape.account,
	};
}

static void give_up(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(EXIT_FAILURE);
}

void world_reset(struct world *world)
{
	struct vpnalg_addr addresses[ADDRESSES_MAX];
	struct vpnalg_config config;

	world->dice.state = 1;
	world->client = 0;
	world->opened = 0;
	world->now = BEGINNING;
	world->table = vpnalg_table_init(world->table_memory,
					 world->table_size, VPNALG_KEY_IPV4,
					 &world->store);
	if (world->table == NULL)
		give_up("vpnalg_table_init failed");
	configure(world, &config, addresses);
	world->translator_size = vpnalg_size(&config);
	if (world->translator_memory == NULL)
		world->translator_memory =
			basics_memory(world->translator_size);
	if (vpnalg_init(&world->translator, world->translator_memory,
			world->translator_size, &config) != 0)
		give_up("vpnalg_init failed");
}

void world_open(struct world *world, const struct shape_of_world *shape)
{
	memset(world, 0, sizeof(*world));
	world->shape = *shape;
	world->table_size = vpnalg_table_size(shape->units);
	world->table_memory = basics_memory(world->table_size);
	if (shape->remember)
		world->calls =
			basics_memory(shape->calls * sizeof(struct call));
	world_reset(world);
}

void world_close(struct world *world)
{
	basics_free(world->calls);
	basics_free(world->table_memory);
	basics_free(world->translator_memory);
}

BENCH_NOINLINE void world_process(struct world *world,
				  struct vpnalg_packet *packets, size_t count)
{
	vpnalg_process(world->translator, packets, count, world->now);
}

BENCH_NOINLINE vpnalg_time world_expire(struct world *world, unsigned budget)
{
	return vpnalg_expire(world->translator, world->now, budget);
}

/* How often a host sends again, for which no ID was found in a bounded
 * search. */
#define SENT_AGAIN 10000

bool world_send(struct world *world, uint8_t *bytes, uint32_t length,
		bool inward)
{
	unsigned times = 0;
	struct vpnalg_packet packet = { .data = bytes,
					.caplen = length,
					.len = length,
					.direction = inward ? VPNALG_IN
							    : VPNALG_OUT };

	do
		vpnalg_process(world->translator, &packet, 1, world->now);
	while (packet.result == VPNALG_DROP_NO_ID && ++times < SENT_AGAIN);
	if (packet.result == VPNALG_TRANSLATED)
		return true;
	if (!world->shape.may_fail)
		basics_fault("set-up, %s: %s", inward ? "in" : "out",
			     vpnalg_result_text(packet.result));
	return false;
}

/* Hosts are 10.0.0.0/8, remotes 198.18.0.0/15 (RFC 2544 C.2.2). */
void world_next_client(struct world *world, struct dialog *dialog)
{
	uint32_t client = world->client++;
	uint32_t remote = client % world->shape.remotes;

	*dialog = (struct dialog){
		.outside = { 203, 0, 113, 1 },
		.inside_port =
			(uint16_t)(1024 + dice_below(&world->dice, 64512)),
		.sequence = { dice_roll(&world->dice),
			      dice_roll(&world->dice) },
	};
	bench_put32(dialog->inside, 10U << 24 | client);
	bench_put32(dialog->remote, (198U << 24 | 18U << 16) + remote);
	/* Those of one connection count up; the connections are spread. */
	dialog->own = (uint16_t)(client / world->shape.remotes * 67 *
				 world->shape.calls_per_client);
	/* No two calls of a remote have the same. */
	dialog->peer = (uint16_t)(client / world->shape.remotes *
				  world->shape.calls_per_client);
	dialog->outside_port = dialog->inside_port;
	dialog->outside_own = dialog->own;
}

/* What the remote sees, or false if the packet is not what it must be. A store
 * without room shows in a segment that was cut. */
static bool learn(struct dialog *dialog, enum frame frame,
		  const uint8_t *bytes, uint32_t length)
{
	if (!frame_tcp_sum_is_right(bytes, length))
		return false;
	if (frame == FRAME_SYN) {
		memcpy(dialog->outside, bytes + FRAME_SOURCE, 4);
		dialog->outside_port = bench_get16(bytes + FRAME_TCP_SOURCE);
	}
	if (frame == FRAME_CALL_REQUEST)
		dialog->outside_own = bench_get16(bytes + FRAME_CALL_ID);
	return frame != FRAME_CALL_REPLY ||
	       bench_get16(bytes + FRAME_PEER_CALL_ID) == dialog->own;
}

static bool send_frame(struct world *world, struct dialog *dialog,
		       enum frame frame)
{
	uint8_t bytes[FRAME_MAX];
	uint32_t length = frame_make(dialog, frame, bytes);

	if (!world_send(world, bytes, length, frame_is_inward(frame)))
		return false;
	if (learn(dialog, frame, bytes, length))
		return true;
	if (!world->shape.may_fail)
		basics_fault("set-up: packet %d of 0 to 6", (int)frame);
	return false;
}

static void remember(struct world *world, const struct dialog *dialog)
{
	struct call *call;

	if (world->calls == NULL)
		return;
	call = &world->calls[world->opened];
	memcpy(call->inside, dialog->inside, 4);
	memcpy(call->outside, dialog->outside, 4);
	memcpy(call->remote, dialog->remote, 4);
	call->own = dialog->own;
	call->outside_own = dialog->outside_own;
	call->peer = dialog->peer;
}

static bool fill_client(struct world *world, uint32_t calls)
{
	struct dialog dialog;
	unsigned frame;
	uint32_t i;

	world_next_client(world, &dialog);
	for (frame = FRAME_SYN; frame < FRAME_CALL_REQUEST; frame++)
		if (!send_frame(world, &dialog, frame))
			return false;
	for (i = 0; i < calls; i++) {
		if (!send_frame(world, &dialog, FRAME_CALL_REQUEST) ||
		    !send_frame(world, &dialog, FRAME_CALL_REPLY))
			return false;
		remember(world, &dialog);
		world->opened++;
		dialog.own++;
		dialog.peer++;
	}
	return true;
}

bool world_fill(struct world *world, uint32_t calls)
{
	uint32_t left;

	while (world->opened < calls) {
		left = calls - world->opened;
		if (left > world->shape.calls_per_client)
			left = world->shape.calls_per_client;
		if (!fill_client(world, left))
			return false;
	}
	return true;
}

bool world_fill_any(struct world *world, uint32_t calls)
{
	switch (world->shape.traffic) {
	case TRAFFIC_GRE:
		return world_fill(world, calls);
	case TRAFFIC_UDP:
		return world_fill_flows(world, calls);
	default:
		return world_fill_ipsec(world, calls);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "load.h"

#include <string.h>

/* How many packets there are before the first comes again: many where there
 * are many calls, few where their list should not fill the caches. */
#define MANY (1U << 20)
#define FEW (1U << 14)

static uint8_t *packet_at(const struct load *load, uint32_t i)
{
	return load->bytes + (size_t)i * LOAD_STRIDE;
}

/* A packet as it arrives, or as it must leave. */
static void make_packet(const struct load *load, const struct call *call,
			bool leaves, uint8_t *packet)
{
	traffic_make(load->traffic, call, load->inward,
		     load->inward != leaves, packet);
}

static void set_arrival(const struct load *load, struct arrival *arrival,
			const struct call *call)
{
	uint8_t packet[FRAME_GRE_LEN];

	make_packet(load, call, false, packet);
	memcpy(arrival->addresses, packet + FRAME_SOURCE, 8);
	memcpy(arrival->checksum, packet + FRAME_IP_CHECKSUM, 2);
	memcpy(arrival->l4, packet + FRAME_IP, 8);
}

static void open_packets(struct load *load, uint32_t count, bool inward,
			 enum traffic traffic)
{
	static const struct call none;
	uint32_t i;

	memset(load, 0, sizeof(*load));
	load->inward = inward;
	load->traffic = traffic;
	load->count = count;
	load->arrivals = basics_memory(count * sizeof(struct arrival));
	load->bytes = basics_memory((size_t)LOAD_BURST * LOAD_STRIDE);
	for (i = 0; i < LOAD_BURST; i++) {
		make_packet(load, &none, false, packet_at(load, i));
		load->packets[i].data = packet_at(load, i);
		load->packets[i].direction = inward ? VPNALG_IN : VPNALG_OUT;
	}
}

void load_open(struct load *load, const struct world *world, bool inward,
	       bool random)
{
	uint32_t calls = world->opened, i;
	struct dice dice = { 2 };

	open_packets(load, calls > FEW ? MANY : FEW, inward,
		     world->shape.traffic);
	for (i = 0; i < load->count; i++) {
		struct arrival *arrival = &load->arrivals[i];

		arrival->call = random ? dice_below(&dice, calls) : i % calls;
		set_arrival(load, arrival, &world->calls[arrival->call]);
	}
}

void load_open_floor(struct load *load, uint32_t entries, bool random)
{
	static const struct call call = { .inside = { 10, 0, 0, 1 },
					  .remote = { 198, 18, 0, 1 } };
	struct dice dice = { 3 };
	uint32_t i;

	open_packets(load, entries > FEW ? MANY : FEW, false,
		     TRAFFIC_GRE);
	for (i = 0; i < load->count; i++) {
		load->arrivals[i].call =
			random ? dice_below(&dice, entries) : i % entries;
		set_arrival(load, &load->arrivals[i], &call);
	}
}

void load_close(struct load *load)
{
	basics_free(load->arrivals);
	basics_free(load->bytes);
}

BENCH_NOINLINE void load_next(struct load *load)
{
	uint32_t i;

	load->current = &load->arrivals[load->next];
	for (i = 0; i < LOAD_BURST; i++) {
		const struct arrival *arrival = &load->current[i];
		uint8_t *packet = packet_at(load, i);

		memcpy(packet + FRAME_SOURCE, arrival->addresses, 8);
		memcpy(packet + FRAME_IP_CHECKSUM, arrival->checksum, 2);
		memcpy(packet + FRAME_IP, arrival->l4, 8);
		load->packets[i].caplen = FRAME_GRE_LEN;
		load->packets[i].len = FRAME_GRE_LEN;
		load->packets[i].zone = VPNALG_ZONE_DEFAULT;
	}
	load->next += LOAD_BURST;
	if (load->next == load->count)
		load->next = 0;
}

static void check_packet(const struct load *load, const struct call *call,
			 uint32_t i)
{
	const char *name = traffic_name(load->traffic);
	const char *way = load->inward ? "in" : "out";
	uint8_t expected[FRAME_GRE_LEN];

	make_packet(load, call, true, expected);
	if (load->packets[i].result != VPNALG_TRANSLATED)
		basics_fault("%s %s: %s", name, way,
			     vpnalg_result_text(load->packets[i].result));
	else if (memcmp(expected, packet_at(load, i), FRAME_GRE_LEN) != 0)
		basics_fault("%s %s: the packet is not what it must be", name,
			     way);
}

void load_check(const struct load *load, const struct world *world)
{
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++)
		check_packet(load, &world->calls[load->current[i].call], i);
}

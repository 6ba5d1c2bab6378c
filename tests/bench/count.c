/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs exactly so much, that a tool may count its instructions: those in
 * world_process(), l2tp_process() and world_expire(), to which the preparation
 * does not come in this mode. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "load.h"
#include "setup.h"

#define REMOTES 64

static void open_world(struct world *world, uint32_t calls, uint32_t spare,
		       uint32_t per_client)
{
	uint32_t all = calls + spare;
	struct shape_of_world shape = {
		.calls = all,
		.calls_per_client = per_client,
		.remotes = REMOTES,
		.addresses = 1,
		.units = world_units(all, all / per_client + 1, REMOTES),
		.all_differ = true,
		.remember = true,
	};

	world_open(world, &shape);
	world_fill(world, calls);
}

static void open_traffic(struct world *world, enum traffic traffic,
			 uint32_t calls, uint32_t remotes)
{
	struct shape_of_world shape = {
		.calls = calls,
		.calls_per_client = 16,
		.remotes = remotes,
		.addresses = 1,
		.units = world_units_esp(calls, remotes),
		.all_differ = true,
		.remember = true,
		.traffic = traffic,
	};

	world_open(world, &shape);
	world_fill_any(world, calls);
}

static void count_packets(const struct settings *settings, struct world *world,
			  bool inward)
{
	struct load load;
	uint32_t n, i, burst = settings->burst;

	if (burst > LOAD_BURST)
		burst = LOAD_BURST;
	load_open(&load, world, inward, true);
	for (n = 0; n < settings->count; n += LOAD_BURST) {
		load_next(&load);
		for (i = 0; i < LOAD_BURST; i += burst)
			world_process(world, &load.packets[i], burst);
		load_check(&load, world);
	}
	load_close(&load);
	world_close(world);
}

static void count_out(const struct settings *settings)
{
	struct world world;

	open_world(&world, settings->calls, 0, 16);
	count_packets(settings, &world, false);
}

static void count_in(const struct settings *settings)
{
	struct world world;

	open_world(&world, settings->calls, 0, 16);
	count_packets(settings, &world, true);
}

static void count_traffic(const struct settings *settings,
			  enum traffic traffic, bool inward)
{
	struct world world;

	open_traffic(&world, traffic, settings->calls, REMOTES);
	count_packets(settings, &world, inward);
}

static void count_udp_out(const struct settings *settings)
{
	count_traffic(settings, TRAFFIC_UDP, false);
}

static void count_udp_in(const struct settings *settings)
{
	count_traffic(settings, TRAFFIC_UDP, true);
}

static void count_esp_out(const struct settings *settings)
{
	count_traffic(settings, TRAFFIC_ESP, false);
}

static void count_esp_in(const struct settings *settings)
{
	count_traffic(settings, TRAFFIC_ESP, true);
}

static void count_nat_t_out(const struct settings *settings)
{
	count_traffic(settings, TRAFFIC_NAT_T, false);
}

static void count_nat_t_in(const struct settings *settings)
{
	count_traffic(settings, TRAFFIC_NAT_T, true);
}

static void count_l2tp_out(const struct settings *settings)
{
	bench_l2tp_count(settings, true, false);
}

static void count_l2tp_in(const struct settings *settings)
{
	bench_l2tp_count(settings, true, true);
}

/* Nobody's packets, one by one, from a server that is in use. */
static void count_flood(const struct settings *settings, uint32_t clients)
{
	uint8_t bytes[FRAME_GRE_LEN];
	struct dice dice = { 5 };
	struct world world;
	uint32_t n;

	open_traffic(&world, TRAFFIC_ESP, clients, 1);
	for (n = 0; n < settings->count; n++) {
		struct vpnalg_packet packet = { .data = bytes,
						.caplen = sizeof(bytes),
						.len = sizeof(bytes),
						.direction = VPNALG_IN };

		frame_make_esp(bytes, world.calls[0].remote,
			       world.calls[0].outside, dice_roll(&dice) | 1);
		world_process(&world, &packet, 1);
		world.now += n % 1024 == 0;
	}
	world_close(&world);
}

static void count_flood_1(const struct settings *settings)
{
	count_flood(settings, 1);
}

static void count_flood_3(const struct settings *settings)
{
	count_flood(settings, 3);
}

static void count_setup(const struct settings *settings)
{
	static struct setup setup;
	struct world world;
	uint32_t n;

	open_world(&world, settings->calls, settings->count + SETUP_BATCH, 1);
	for (n = 0; n < settings->count; n += SETUP_BATCH) {
		setup_prepare(&setup, &world);
		setup_send(&setup, &world, settings->burst);
		setup_check(&setup, &world);
	}
	world_close(&world);
}

/* Units of budget, all of them spent on sessions that are dead. */
static void count_expire(const struct settings *settings)
{
	struct world world;
	uint32_t n;

	open_world(&world, settings->calls, 0, 16);
	world.now += 20000000;
	for (n = 0; n < settings->count; n += settings->burst)
		world_expire(&world, settings->burst);
	world_close(&world);
}

static const struct {
	const char *name;
	void (*run)(const struct settings *settings);
} modes[] = {
	{ "out", count_out },
	{ "in", count_in },
	{ "udp-out", count_udp_out },
	{ "udp-in", count_udp_in },
	{ "esp-out", count_esp_out },
	{ "esp-in", count_esp_in },
	{ "nat-t-out", count_nat_t_out },
	{ "nat-t-in", count_nat_t_in },
	{ "l2tp-out", count_l2tp_out },
	{ "l2tp-in", count_l2tp_in },
	{ "flood-1", count_flood_1 },
	{ "flood-3", count_flood_3 },
	{ "setup", count_setup },
	{ "expire", count_expire },
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

bool bench_count(const struct settings *settings)
{
	size_t i;

	for (i = 0; i < MODES; i++)
		if (strcmp(settings->count_what, modes[i].name) == 0) {
			modes[i].run(settings);
			return true;
		}
	fprintf(stderr, "bench: --what %s: see 'bench --help'\n",
		settings->count_what);
	return false;
}

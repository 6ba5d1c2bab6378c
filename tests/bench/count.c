/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs exactly so much, that a tool may count its instructions: those in
 * world_process() and world_expire(), to which the preparation does not come
 * in this mode. */
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

static void open_flows(struct world *world, uint32_t flows)
{
	struct shape_of_world shape = {
		.calls = flows,
		.calls_per_client = 16,
		.remotes = REMOTES,
		.addresses = 1,
		.units = world_units(flows, flows / 16 + 1, REMOTES),
		.all_differ = true,
		.remember = true,
		.general = true,
	};

	world_open(world, &shape);
	world_fill_flows(world, flows);
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

static void count_udp_out(const struct settings *settings)
{
	struct world world;

	open_flows(&world, settings->calls);
	count_packets(settings, &world, false);
}

static void count_udp_in(const struct settings *settings)
{
	struct world world;

	open_flows(&world, settings->calls);
	count_packets(settings, &world, true);
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
	fprintf(stderr, "bench: --what %s: it is out, in, udp-out, udp-in, setup "
		"or expire\n",
		settings->count_what);
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* All memory that a call costs: what the table of the right size takes, without
 * and with vpnalg_config.account. */
#include "bench.h"

#include <stdio.h>

#include "report.h"
#include "world.h"

static const struct {
	const char *name;
	uint32_t calls_per_client;
	uint32_t remotes; /* 0: one for each client */
	uint32_t addresses;
	double target;
	enum traffic traffic;
} cases[] = {
	{ "call and control, 64 remotes", 1, 64, 1, 400, TRAFFIC_GRE },
	{ "call and control, own remote", 1, 0, 1, 400, TRAFFIC_GRE },
	{ "call and control, 4 addresses", 1, 64, 4, 400, TRAFFIC_GRE },
	{ "call, 16 of one control", 16, 64, 1, 400, TRAFFIC_GRE },
	{ "UDP flow, its mapping one more", 1, 64, 1, 256, TRAFFIC_UDP },
	{ "UDP flow, 25 of one mapping", 25, 64, 1, 128, TRAFFIC_UDP },
	{ "the same, 4 addresses", 25, 64, 4, 128, TRAFFIC_UDP },
	{ "ESP pair and its host", 1, 64, 1, 0, TRAFFIC_ESP },
	{ "ESP pair and its host, own remote", 1, 0, 1, 0, TRAFFIC_ESP },
	{ "NAT-T flow, 64 remotes", 1, 64, 1, 0, TRAFFIC_NAT_T },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

/* More units than any of these takes: an ESP pair of a remote of its own has 12
 * with accounts. */
#define UNITS_MOST 16

/* Returns whether they fit into a table of so many units. */
static bool fits(struct shape_of_world *shape, uint32_t units,
		 struct vpnalg_table_use *use)
{
	struct world world;
	bool fit;

	shape->units = units;
	world_open(&world, shape);
	fit = world_fill_any(&world, shape->calls);
	vpnalg_table_use(world.table, use);
	world_close(&world);
	return fit;
}

/* The smallest table in which they fit, to one in a hundred, shown by filling
 * it. */
static uint32_t units_needed(struct shape_of_world *shape)
{
	struct vpnalg_table_use use;
	uint32_t units = UNITS_MOST * shape->calls + 4096;

	if (!fits(shape, units, &use))
		basics_fault("memory: not even in %u units", (unsigned)units);
	units = use.units_used;
	while (!fits(shape, units, &use))
		units += units / 100;
	return units;
}

static void report(unsigned c, bool account, double bytes)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", cases[c].name,
		 account ? ", accounts" : "");
	report_line(&(struct line){ .name = name,
				    .unit = "bytes",
				    .value = { bytes, bytes, bytes },
				    .target = account ? 0 : cases[c].target });
}

static void measure(unsigned c, uint32_t calls, bool account)
{
	uint32_t clients = calls / cases[c].calls_per_client;
	struct shape_of_world shape = {
		.calls = calls,
		.calls_per_client = cases[c].calls_per_client,
		.remotes = cases[c].remotes ? cases[c].remotes : clients,
		.addresses = cases[c].addresses,
		.may_fail = true,
		.traffic = cases[c].traffic,
		.account = account,
	};
	uint32_t units = units_needed(&shape);

	report(c, account, (double)vpnalg_table_size(units) / calls);
}

void bench_memory(const struct settings *settings)
{
	uint32_t calls;
	unsigned c;

	for (c = 0; c < CASES; c++) {
		/* One address has ports for half as many mappings. */
		calls = settings->quick                   ? 4000
			: cases[c].traffic == TRAFFIC_UDP ? 50000
							  : 100000;
		measure(c, calls, false);
		measure(c, calls, true);
	}
}

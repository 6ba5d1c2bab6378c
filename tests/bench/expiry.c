/* SPDX-License-Identifier: BSD-2-Clause */
/* A great many sessions die at once and are swept, a bounded step after each
 * burst of 32 packets. */
#include "bench.h"

#include <stdlib.h>

#include "report.h"
#include "world.h"

#define BUDGET 64

/* A burst of 32 packets takes so long at a million a second. */
#define SECONDS_PER_STEP 32e-6

/* Beyond every timeout. */
#define LONG_AGO 20000000

#define STEPS_MAX 400000

struct sweep {
	double steps, ns;
	float *best; /* of each step, the least time in all rounds so far */
};

static bool is_empty(const struct world *world)
{
	struct vpnalg_table_use use;

	vpnalg_table_use(world->table, &use);
	return use.records == 0 && use.keys == 0;
}

static void note(struct sweep *sweep, float ns)
{
	size_t i = (size_t)sweep->steps;

	if (i < STEPS_MAX && (sweep->best[i] == 0 || ns < sweep->best[i]))
		sweep->best[i] = ns;
}

static void step(struct world *world, struct sweep *sweep)
{
	double begin = basics_cpu_time(), ns;

	world_expire(world, BUDGET);
	ns = basics_cpu_time() - begin;
	note(sweep, (float)ns);
	sweep->steps++;
	sweep->ns += ns;
}

static void sweep_all(struct world *world, struct sweep *sweep)
{
	vpnalg_time begin = world->now + LONG_AGO;

	sweep->steps = sweep->ns = 0;
	while (!is_empty(world) && sweep->steps * SECONDS_PER_STEP < 100) {
		world->now = begin + (vpnalg_time)(sweep->steps *
						   SECONDS_PER_STEP * 1e3);
		step(world, sweep);
	}
	if (!is_empty(world))
		basics_fault("expiry: something has stayed");
}

/* Every round takes the same steps, so a step is no longer than its shortest
 * run: what interrupts one of them is the machine's. */
static double longest_of(const struct sweep *sweep)
{
	float longest = 0;
	size_t i;

	for (i = 0; i < STEPS_MAX; i++)
		if (sweep->best[i] > longest)
			longest = sweep->best[i];
	return longest;
}

static void report(const char *name, const char *unit, const double *values,
		   unsigned rounds, double target)
{
	report_line(&(struct line){ .name = name,
				    .unit = unit,
				    .value = spread_of(values, rounds),
				    .target = target });
}

void bench_expiry(const struct settings *settings)
{
	uint32_t calls = settings->quick ? 10000 : 1000000;
	unsigned rounds = settings->rounds, i;
	struct shape_of_world shape = { .calls = calls,
					.calls_per_client = 16,
					.remotes = 64,
					.addresses = 1 };
	double all[ROUNDS_MAX], each[ROUNDS_MAX], longest;
	struct sweep sweep = { 0 };
	struct world world;

	sweep.best = calloc(STEPS_MAX, sizeof(*sweep.best));
	if (sweep.best == NULL)
		basics_fault("no memory");
	shape.units = world_units(calls, calls / 16 + 1, 64);
	world_open(&world, &shape);
	for (i = 0; i < rounds; i++) {
		world_reset(&world);
		world_fill(&world, calls);
		sweep_all(&world, &sweep);
		all[i] = sweep.steps * SECONDS_PER_STEP;
		each[i] = sweep.ns / sweep.steps / BUDGET;
	}
	report("expiry, until all are gone", "s", all, rounds, 10);
	report("expiry, per unit of budget", "ns", each, rounds, 0);
	longest = longest_of(&sweep) / 1e3;
	/* One round shows the longest interruption, not the longest step. */
	report("expiry, longest step of 64", "us", &longest, 1,
	       rounds < 3 ? 0 : 30);
	free(sweep.best);
	world_close(&world);
}

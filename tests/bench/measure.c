/* SPDX-License-Identifier: BSD-2-Clause */
/* The floors, the driver alone, and packets one by one or in bursts: runs each
 * and takes its time. */
#include "measure.h"

/* The clock advances by a millisecond with so many packets out, as at about a
 * million a second. (Packets in move no deadline.) */
#define PACKETS_PER_MS 1024

static void run_nothing(struct packet_bench *bench, struct load *load)
{
	(void)bench;
	(void)load;
}

static void run_rewrite(struct packet_bench *bench, struct load *load)
{
	floor_rewrite(&bench->floors, load);
}

static void run_access(struct packet_bench *bench, struct load *load)
{
	floor_access(&bench->floors, load);
}

static void run_floor_one(struct packet_bench *bench, struct load *load)
{
	floor_one(&bench->floors, load);
}

static void run_floor_batch(struct packet_bench *bench, struct load *load)
{
	floor_batch(&bench->floors, load);
}

static void tick(struct packet_bench *bench, const struct load *load)
{
	bench->sent += LOAD_BURST;
	if (!load->inward && bench->sent % PACKETS_PER_MS == 0)
		bench->world.now++;
}

static void run_one(struct packet_bench *bench, struct load *load)
{
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++)
		world_process(&bench->world, &load->packets[i], 1);
	tick(bench, load);
}

static void run_burst(struct packet_bench *bench, struct load *load)
{
	world_process(&bench->world, load->packets, LOAD_BURST);
	tick(bench, load);
}

const struct measure measures[MEASURES] = {
	[DRIVER_FLOOR] = { NULL, FLOOR, -1, 0, run_nothing },
	[FLOOR_I] = { "floor (i), rewrite", FLOOR, DRIVER_FLOOR, 0,
		      run_rewrite },
	[FLOOR_II] = { "floor (ii), access, by 32", FLOOR, DRIVER_FLOOR, 0,
		       run_access },
	[FLOOR_III_ONE] = { "floor (iii), lookup, one by one", FLOOR,
			    DRIVER_FLOOR, 0, run_floor_one },
	[FLOOR_III_BATCH] = { "floor (iii), lookup, by 32", FLOOR,
			      DRIVER_FLOOR, 0, run_floor_batch },
	[DRIVER_OUT] = { NULL, OUT, -1, 0, run_nothing },
	[OUT_ONE] = { "out, one by one", OUT, DRIVER_OUT, 1, run_one },
	[OUT_BURST] = { "out, bursts of 32", OUT, DRIVER_OUT, LOAD_BURST,
			run_burst },
	[DRIVER_IN] = { NULL, IN, -1, 0, run_nothing },
	[IN_ONE] = { "in, one by one", IN, DRIVER_IN, 1, run_one },
	[IN_BURST] = { "in, bursts of 32", IN, DRIVER_IN, LOAD_BURST,
		       run_burst },
};

static void run(struct packet_bench *bench, const struct measure *measure,
		uint32_t packets)
{
	struct load *load = &bench->loads[measure->load];

	for (; packets > 0; packets -= LOAD_BURST) {
		load_next(load);
		measure->run(bench, load);
	}
}

/* Returns nanoseconds per packet, after a while in which the caches fill. */
static double time_alone(struct packet_bench *bench,
			 const struct measure *measure)
{
	double begin;

	run(bench, measure, bench->packets / 8);
	begin = basics_cpu_time();
	run(bench, measure, bench->packets);
	return (basics_cpu_time() - begin) / bench->packets;
}

static uint64_t translated(const struct packet_bench *bench)
{
	struct vpnalg_counters counters;

	vpnalg_counters(bench->world.translator, &counters, sizeof(counters));
	return counters.results[VPNALG_TRANSLATED];
}

double measure_time(struct packet_bench *bench, const struct measure *measure)
{
	uint64_t before = translated(bench), sent = bench->sent;
	double ns = time_alone(bench, measure);

	if (translated(bench) - before != bench->sent - sent)
		basics_fault("%s: not every packet was translated",
			     traffic_name(bench->traffic));
	if (measure->burst > 0)
		load_check(&bench->loads[measure->load], &bench->world);
	return ns;
}

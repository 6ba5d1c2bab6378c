/* SPDX-License-Identifier: BSD-2-Clause */
/* Enhanced GRE packets of many calls, UDP packets of many flows or ESP packets
 * of many SAs, both ways, one by one and in bursts, beside the floors. All take
 * turns, round after round. */
#include "bench.h"

#include <stdio.h>

#include "measure.h"
#include "report.h"

/* The calls of a control connection, and the remotes: the 65,536 Call IDs of
 * each remote must do for all calls with it. */
#define CALLS_PER_CLIENT 16
#define REMOTES 64

/* The remotes of one port of a host. The flows of that port share one of the
 * 64,509 general ports that a single outside address has. */
#define FLOWS_PER_PORT 25

/* The time in which every call speaks once at the beginning, so that later on
 * they do not all renew their deadlines at the same time. */
#define SPREAD_MS 9000

/* The greatest ratio to a floor that is aimed at. */
struct goal {
	int floor;
	double target; /* or 0 */
};

static const struct config {
	uint32_t calls, quick_calls;
	struct goal one, burst;
	bool one_remote; /* for IPsec only */
} configs[] = {
	{ 1, 1, { FLOOR_I, 0 }, { FLOOR_I, 5 }, false },
	{ 1000, 100, { FLOOR_I, 0 }, { FLOOR_I, 6 }, false },
	{ 1000, 100, { FLOOR_I, 0 }, { FLOOR_I, 6 }, true },
	{ 100000, 1000, { FLOOR_III_ONE, 0 }, { FLOOR_III_BATCH, 0 }, false },
	{ 1000000, 10000, { FLOOR_III_ONE, 1.5 }, { FLOOR_III_BATCH, 1.2 },
	  false },
};

#define CONFIGS (sizeof(configs) / sizeof(configs[0]))

static void report_measure(const struct packet_bench *bench,
			   const struct config *config, unsigned m,
			   double ns[MEASURES][ROUNDS_MAX], unsigned rounds)
{
	bool one = measures[m].burst == 1;
	const struct goal *goal = one ? &config->one : &config->burst;
	char name[80];
	struct line line = { .name = name, .unit = "ns/packet",
			     .value = spread_of(ns[m], rounds) };

	if (measures[m].burst > 0) {
		snprintf(name, sizeof(name), "%s, %u %s, %s",
			 traffic_name(bench->traffic),
			 (unsigned)bench->world.opened,
			 config->one_remote ? "at one server"
					    : traffic_unit(bench->traffic),
			 measures[m].name);
		line.floor = goal->floor == FLOOR_I ? "(i)"
			     : one		    ? "(iii) one"
						    : "(iii) by 32";
		line.ratio = spread_of_ratio(ns[m], ns[goal->floor], rounds);
		line.target = goal->target;
	} else {
		snprintf(name, sizeof(name), "%s", measures[m].name);
	}
	report_line(&line);
}

static void measure_config(struct packet_bench *bench,
			   const struct config *config,
			   const struct settings *settings)
{
	static double ns[MEASURES][ROUNDS_MAX];
	unsigned round, m;

	for (round = 0; round < settings->rounds; round++)
		for (m = 0; m < MEASURES; m++) {
			ns[m][round] = measure_time(bench, &measures[m]);
			if (measures[m].driver >= 0)
				ns[m][round] -=
					ns[measures[m].driver][round];
		}
	for (m = 0; m < MEASURES; m++)
		if (measures[m].name != NULL)
			report_measure(bench, config, m, ns, settings->rounds);
}

/* Returns the calls or flows of one client, or of one port of it. */
static uint32_t per_client(enum traffic traffic)
{
	switch (traffic) {
	case TRAFFIC_GRE:
		return CALLS_PER_CLIENT;
	case TRAFFIC_UDP:
		return FLOWS_PER_PORT;
	default:
		return 1;
	}
}

static void open_world(struct packet_bench *bench, const struct config *config,
		       uint32_t calls)
{
	uint32_t per = per_client(bench->traffic);
	uint32_t clients = (calls + per - 1) / per;
	uint32_t remotes = config->one_remote ? 1 : REMOTES;
	struct shape_of_world shape = {
		.calls = calls,
		.calls_per_client = per,
		.remotes = remotes,
		.addresses = 1,
		.units = bench->traffic == TRAFFIC_ESP
				 ? world_units_esp(calls, remotes)
				 : world_units(calls, clients, remotes),
		.all_differ = true,
		.remember = true,
		.traffic = bench->traffic,
	};

	world_open(&bench->world, &shape);
	world_fill_any(&bench->world, calls);
}

static void let_all_speak(struct world *world)
{
	vpnalg_time begin = world->now;
	uint8_t packet[FRAME_GRE_LEN];
	uint32_t i;

	for (i = 0; i < world->opened; i++) {
		const struct call *call = &world->calls[i];

		world->now = begin + (uint64_t)SPREAD_MS * i / world->opened;
		traffic_make(world->shape.traffic, call, false, false, packet);
		world_send(world, packet, FRAME_GRE_LEN, false);
	}
}

static void measure_calls(struct packet_bench *bench,
			  const struct config *config,
			  const struct settings *settings)
{
	bool random = !settings->round_robin;

	open_world(bench, config,
		   settings->quick ? config->quick_calls : config->calls);
	let_all_speak(&bench->world);
	load_open(&bench->loads[OUT], &bench->world, false, random);
	load_open(&bench->loads[IN], &bench->world, true, random);
	bench->packets = settings->quick	     ? 1U << 12
		       : config->calls > 1000 ? 1U << 20
					      : 1U << 19;
	measure_config(bench, config, settings);
	load_close(&bench->loads[OUT]);
	load_close(&bench->loads[IN]);
	world_close(&bench->world);
}

static bool is_for(const struct config *config, enum traffic traffic)
{
	return !config->one_remote || traffic == TRAFFIC_ESP ||
	       traffic == TRAFFIC_NAT_T;
}

static void bench_packets(const struct settings *settings,
			  enum traffic traffic)
{
	uint32_t entries = settings->quick ? 1U << 14 : 1U << 20;
	struct packet_bench bench = { .traffic = traffic };
	size_t i;

	floors_open(&bench.floors, entries);
	load_open_floor(&bench.loads[FLOOR], entries, !settings->round_robin);
	for (i = 0; i < CONFIGS; i++)
		if (is_for(&configs[i], traffic))
			measure_calls(&bench, &configs[i], settings);
	load_close(&bench.loads[FLOOR]);
	floors_close(&bench.floors);
}

void bench_gre(const struct settings *settings)
{
	bench_packets(settings, TRAFFIC_GRE);
}

void bench_udp(const struct settings *settings)
{
	bench_packets(settings, TRAFFIC_UDP);
}

void bench_esp(const struct settings *settings)
{
	bench_packets(settings, TRAFFIC_ESP);
}

void bench_nat_t(const struct settings *settings)
{
	bench_packets(settings, TRAFFIC_NAT_T);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Enhanced GRE packets of many calls, UDP packets of many flows or ESP packets
 * of many SAs, both ways, one by one and in bursts, beside the floors. All take
 * turns, round after round. */
#include "bench.h"

#include <stdio.h>

#include "floors.h"
#include "report.h"

/* So many calls have one control connection, and there are so many remotes:
 * within a remote the Call IDs must do for all. */
#define CALLS_PER_CLIENT 16
#define REMOTES 64

/* So many remotes has one port of a host, for a single outside address has but
 * 64,509 general ports. */
#define FLOWS_PER_PORT 25

/* A millisecond goes by with so many packets out: about a million a second.
 * (Those in move no deadline.) */
#define PACKETS_PER_MS 1024

/* In the beginning every call speaks once, and that takes so long: so they do
 * not all renew their deadlines at the same time later on. */
#define SPREAD_MS 9000

enum { OUT, IN, FLOOR, LOADS };

struct gre {
	struct world world;
	struct floors floors;
	struct load loads[LOADS];
	uint64_t sent;
	uint32_t packets; /* per measure */
	enum traffic traffic;
};

static void run_nothing(struct gre *gre, struct load *load)
{
	(void)gre;
	(void)load;
}

static void run_rewrite(struct gre *gre, struct load *load)
{
	floor_rewrite(&gre->floors, load);
}

static void run_access(struct gre *gre, struct load *load)
{
	floor_access(&gre->floors, load);
}

static void run_floor_one(struct gre *gre, struct load *load)
{
	floor_one(&gre->floors, load);
}

static void run_floor_batch(struct gre *gre, struct load *load)
{
	floor_batch(&gre->floors, load);
}

static void tick(struct gre *gre, const struct load *load)
{
	gre->sent += LOAD_BURST;
	if (!load->inward && gre->sent % PACKETS_PER_MS == 0)
		gre->world.now++;
}

static void run_one(struct gre *gre, struct load *load)
{
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++)
		world_process(&gre->world, &load->packets[i], 1);
	tick(gre, load);
}

static void run_burst(struct gre *gre, struct load *load)
{
	world_process(&gre->world, load->packets, LOAD_BURST);
	tick(gre, load);
}

/* In the order in which they take turns. */
enum {
	DRIVER_FLOOR,
	FLOOR_I,
	FLOOR_II,
	FLOOR_III_ONE,
	FLOOR_III_BATCH,
	DRIVER_OUT,
	OUT_ONE,
	OUT_BURST,
	DRIVER_IN,
	IN_ONE,
	IN_BURST,
	MEASURES
};

static const struct measure {
	const char *name;
	int load, driver;
	void (*run)(struct gre *gre, struct load *load);
} measures[MEASURES] = {
	[DRIVER_FLOOR] = { NULL, FLOOR, -1, run_nothing },
	[FLOOR_I] = { "floor (i), rewrite", FLOOR, DRIVER_FLOOR, run_rewrite },
	[FLOOR_II] = { "floor (ii), access, by 32", FLOOR, DRIVER_FLOOR,
		       run_access },
	[FLOOR_III_ONE] = { "floor (iii), lookup, one by one", FLOOR,
			    DRIVER_FLOOR, run_floor_one },
	[FLOOR_III_BATCH] = { "floor (iii), lookup, by 32", FLOOR,
			      DRIVER_FLOOR, run_floor_batch },
	[DRIVER_OUT] = { NULL, OUT, -1, run_nothing },
	[OUT_ONE] = { "out, one by one", OUT, DRIVER_OUT, run_one },
	[OUT_BURST] = { "out, bursts of 32", OUT, DRIVER_OUT, run_burst },
	[DRIVER_IN] = { NULL, IN, -1, run_nothing },
	[IN_ONE] = { "in, one by one", IN, DRIVER_IN, run_one },
	[IN_BURST] = { "in, bursts of 32", IN, DRIVER_IN, run_burst },
};

/* What design.md asks for: of one by one, and of bursts. */
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

static void run(struct gre *gre, const struct measure *measure,
		uint32_t packets)
{
	struct load *load = &gre->loads[measure->load];

	for (; packets > 0; packets -= LOAD_BURST) {
		load_next(load);
		measure->run(gre, load);
	}
}

/* Nanoseconds per packet, after a while in which the caches fill. */
static double time_measure(struct gre *gre, const struct measure *measure)
{
	double begin;

	run(gre, measure, gre->packets / 8);
	begin = basics_cpu_time();
	run(gre, measure, gre->packets);
	return (basics_cpu_time() - begin) / gre->packets;
}

static bool is_translating(const struct measure *measure)
{
	return measure->run == run_one || measure->run == run_burst;
}

static uint64_t translated(const struct gre *gre)
{
	struct vpnalg_counters counters;

	vpnalg_counters(gre->world.translator, &counters, sizeof(counters));
	return counters.results[VPNALG_TRANSLATED];
}

/* That every packet was translated, and that those of the last 32 are right. */
static double time_and_check(struct gre *gre, const struct measure *measure)
{
	uint64_t before = translated(gre), sent = gre->sent;
	double ns = time_measure(gre, measure);

	if (translated(gre) - before != gre->sent - sent)
		basics_fault("%s: not every packet was translated",
			     traffic_name(gre->traffic));
	if (is_translating(measure))
		load_check(&gre->loads[measure->load], &gre->world);
	return ns;
}

static void report_measure(const struct gre *gre, const struct config *config,
			   unsigned m, double ns[MEASURES][ROUNDS_MAX],
			   unsigned rounds)
{
	bool one = measures[m].run == run_one;
	const struct goal *goal = one ? &config->one : &config->burst;
	char name[80];
	struct line line = { .name = name, .unit = "ns/packet",
			     .value = spread_of(ns[m], rounds) };

	if (is_translating(&measures[m])) {
		snprintf(name, sizeof(name), "%s, %u %s, %s",
			 traffic_name(gre->traffic),
			 (unsigned)gre->world.opened,
			 config->one_remote ? "at one server"
					    : traffic_unit(gre->traffic),
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

static void measure_config(struct gre *gre, const struct config *config,
			   const struct settings *settings)
{
	static double ns[MEASURES][ROUNDS_MAX];
	unsigned round, m;

	for (round = 0; round < settings->rounds; round++)
		for (m = 0; m < MEASURES; m++) {
			ns[m][round] = time_and_check(gre, &measures[m]);
			if (measures[m].driver >= 0)
				ns[m][round] -=
					ns[measures[m].driver][round];
		}
	for (m = 0; m < MEASURES; m++)
		if (measures[m].name != NULL)
			report_measure(gre, config, m, ns,
				       settings->rounds);
}

/* How many calls or flows have one client, or one port of it. */
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

static void open_world(struct gre *gre, const struct config *config,
		       uint32_t calls)
{
	uint32_t per = per_client(gre->traffic);
	uint32_t clients = (calls + per - 1) / per;
	uint32_t remotes = config->one_remote ? 1 : REMOTES;
	struct shape_of_world shape = {
		.calls = calls,
		.calls_per_client = per,
		.remotes = remotes,
		.addresses = 1,
		.units = gre->traffic == TRAFFIC_ESP
				 ? world_units_esp(calls, remotes)
				 : world_units(calls, clients, remotes),
		.all_differ = true,
		.remember = true,
		.traffic = gre->traffic,
	};

	world_open(&gre->world, &shape);
	world_fill_any(&gre->world, calls);
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

static void measure_calls(struct gre *gre, const struct config *config,
			  const struct settings *settings)
{
	bool random = !settings->round_robin;

	open_world(gre, config,
		   settings->quick ? config->quick_calls : config->calls);
	let_all_speak(&gre->world);
	load_open(&gre->loads[OUT], &gre->world, false, random);
	load_open(&gre->loads[IN], &gre->world, true, random);
	gre->packets = settings->quick	     ? 1U << 12
		       : config->calls > 1000 ? 1U << 20
					      : 1U << 19;
	measure_config(gre, config, settings);
	load_close(&gre->loads[OUT]);
	load_close(&gre->loads[IN]);
	world_close(&gre->world);
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
	struct gre gre = { .traffic = traffic };
	size_t i;

	floors_open(&gre.floors, entries);
	load_open_floor(&gre.loads[FLOOR], entries, !settings->round_robin);
	for (i = 0; i < CONFIGS; i++)
		if (is_for(&configs[i], traffic))
			measure_calls(&gre, &configs[i], settings);
	load_close(&gre.loads[FLOOR]);
	floors_close(&gre.floors);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several cores: each has a thread with a translator of its own. vpnalg_steer()
 * chooses the translator of a packet, and a management thread reaches the
 * translators by rings of commands, without a lock.
 *
 *     cc cores.c -o cores -pthread $(pkg-config --cflags --libs libvpnalg)
 *     ./cores
 *
 * lets a host talk to 100 remotes by GRE. On a router each thread would take
 * its packets from a queue of the network card; here they come as commands.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/gre.h>
#include <vpnalg/store.h>

#define CORES 4

/* [ring] */
struct core;

/* A command belongs to the management thread until it is posted, and again
 * once done is set. */
struct command {
	void (*run)(struct core *core, void *argument);
	void *argument;
	atomic_bool done;
};

/* One thread posts, one thread runs: neither ever waits for the other. */
struct ring {
	struct command *commands[16];
	atomic_uint posted, taken;
};
/* [ring] */

struct core {
	pthread_t thread;
	struct vpnalg *translator;
	struct vpnalg_store store;
	struct ring ring;
	FILE *random;
	bool over;
	uint64_t sessions[8192], memory[2048];
};

/* [post] */
/* For the management thread; false when the ring is full. */
static bool post(struct ring *ring, struct command *command)
{
	unsigned at = atomic_load_explicit(&ring->posted, memory_order_relaxed);
	unsigned taken =
		atomic_load_explicit(&ring->taken, memory_order_acquire);

	if (at - taken == 16)
		return false;
	atomic_store(&command->done, false);
	ring->commands[at % 16] = command;
	atomic_store_explicit(&ring->posted, at + 1, memory_order_release);
	return true;
}

/* For the translator's thread, between two bursts. */
static void run_commands(struct core *core)
{
	struct ring *ring = &core->ring;
	unsigned at = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	struct command *command;

	while (at != atomic_load_explicit(&ring->posted,
					  memory_order_acquire)) {
		command = ring->commands[at++ % 16];
		atomic_store_explicit(&ring->taken, at, memory_order_release);
		command->run(core, command->argument);
		atomic_store_explicit(&command->done, true,
				      memory_order_release);
	}
}
/* [post] */

static void *run_core(void *argument)
{
	struct core *core = argument;

	while (!core->over) {
		run_commands(core);
		sched_yield();
	}
	return NULL;
}

/* [command] */
static void read_counters(struct core *core, void *argument)
{
	vpnalg_counters(core->translator, argument,
			sizeof(struct vpnalg_counters));
}
/* [command] */

static void translate(struct core *core, void *argument)
{
	vpnalg_process(core->translator, argument, 1, 0);
}

static void stop(struct core *core, void *argument)
{
	(void)argument;
	core->over = true;
}

/* Has a core run a function, and waits until that is done. */
static void have_run(struct core *core,
		     void (*run)(struct core *core, void *argument),
		     void *argument)
{
	struct command command = { .run = run, .argument = argument };

	while (!post(&core->ring, &command))
		sched_yield();
	while (!atomic_load_explicit(&command.done, memory_order_acquire))
		sched_yield();
}

static uint32_t next_random(void *file)
{
	uint32_t bits;

	if (!file || fread(&bits, sizeof(bits), 1, file) != 1)
		abort();
	return bits;
}

/* [open] */
static const struct vpnalg_protocol protocols[] = { { vpnalg_gre, NULL } };

static void open_cores(struct core *cores, const struct vpnalg_addr *outside,
		       const uint64_t pool_key[2])
{
	for (unsigned i = 0; i < CORES; i++) {
		struct core *core = &cores[i];
		struct vpnalg_config config = {
			.size = sizeof(config),
			.protocols = protocols, .protocol_count = 1,
			.addresses = outside, .address_count = 1,
			.store = &core->store,
			.random = next_random,
			.pool_key = { pool_key[0], pool_key[1] },
		};

		core->random = fopen("/dev/urandom", "rb");
		config.context = core->random;
		if (!vpnalg_table_init(core->sessions, sizeof(core->sessions),
				       VPNALG_KEY_IPV4, &core->store) ||
		    vpnalg_init(&core->translator, core->memory,
				sizeof(core->memory), &config) != 0 ||
		    pthread_create(&core->thread, NULL, run_core, core) != 0)
			abort();
	}
}
/* [open] */

/* [steer] */
static void dispatch(const struct vpnalg_steer *steer, struct core *cores,
		     struct vpnalg_packet *packet)
{
	bool fragment; /* never set: there is no general traffic here */
	uint32_t core = vpnalg_steer(steer, packet, CORES, &fragment);

	have_run(&cores[core], translate, packet);
}
/* [steer] */

/* A packet of GRE out and one in, which meet in one translator. (The checksum
 * of IP is not checked here.) */
static void converse(const struct vpnalg_steer *steer, struct core *cores,
		     uint8_t last)
{
	uint8_t out[24] = { 69, 0, 0, 24, 0, 0, 0, 0, 64, 47, 0, 0,
			    192, 168, 77, 11, 203, 0, 113, last, 0, 0, 8, 0 };
	uint8_t in[24] = { 69, 0, 0, 24, 0, 0, 0, 0, 64, 47, 0, 0,
			   203, 0, 113, last, 203, 0, 113, 1, 0, 0, 8, 0 };
	struct vpnalg_packet packets[2] = {
		{ .data = out,
		  .caplen = 24,
		  .len = 24,
		  .direction = VPNALG_OUT },
		{ .data = in, .caplen = 24, .len = 24, .direction = VPNALG_IN },
	};

	dispatch(steer, cores, &packets[0]);
	dispatch(steer, cores, &packets[1]);
}

int main(void)
{
	static struct core cores[CORES];
	struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	FILE *random = fopen("/dev/urandom", "rb");
	uint64_t pool_key[2] = { next_random(random), next_random(random) };
	struct vpnalg_steer steer = {
		.size = sizeof(steer),
		.key = { next_random(random), next_random(random) },
		.addresses = &outside, .address_count = 1,
	};
	struct vpnalg_counters counters;
	uint64_t sum = 0;

	open_cores(cores, &outside, pool_key);
	for (uint8_t last = 100; last < 200; last++)
		converse(&steer, cores, last);
	for (unsigned i = 0; i < CORES; i++) {
		have_run(&cores[i], read_counters, &counters);
		printf("core %u: %s\n", i,
		       counters.results[VPNALG_TRANSLATED] > 0 ? "busy"
							       : "idle");
		sum += counters.results[VPNALG_TRANSLATED];
		have_run(&cores[i], stop, NULL);
		pthread_join(cores[i].thread, NULL);
		fclose(cores[i].random);
	}
	fclose(random);
	printf("%llu packets translated\n", (unsigned long long)sum);
	return 0;
}

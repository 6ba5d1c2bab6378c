/* SPDX-License-Identifier: BSD-2-Clause */
/* Several translators, each on a core of its own, and a management thread that
 * reaches them by command rings. Here one thread plays all the parts. */
#include <stdatomic.h>

#include "packets.h"

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
	struct vpnalg *translator;
	struct vpnalg_store store;
	struct ring ring;
	uint64_t sessions[4096], memory[2048];
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

/* [command] */
static void read_counters(struct core *core, void *argument)
{
	vpnalg_counters(core->translator, argument,
			sizeof(struct vpnalg_counters));
}
/* [command] */

/* [open] */
static const struct vpnalg_handler *const handlers[] = { &vpnalg_pptp };

static void open_cores(struct core *cores, const struct vpnalg_addr *addresses,
		       size_t address_count, FILE *random)
{
	struct vpnalg_config config = {
		.size = sizeof(config),
		.handlers = handlers,
		.handler_count = 1,
		.addresses = addresses,
		.address_count = address_count,
		.random = next_random,
		.context = random, /* shared only because one thread runs */
		/* The same for all of them. */
		.pool_key = { next_random(random), next_random(random) },
	};
	unsigned i;

	for (i = 0; i < CORES; i++) {
		struct core *core = &cores[i];

		config.store = &core->store;
		CHECK(vpnalg_table_init(core->sessions, sizeof(core->sessions),
					VPNALG_KEY_IPV4, &core->store));
		CHECK(vpnalg_init(&core->translator, core->memory,
				  sizeof(core->memory), &config) == 0);
	}
}
/* [open] */

/* [steer] */
static void dispatch(const struct vpnalg_steer *steer, struct core *cores,
		     struct vpnalg_packet *packet)
{
	uint32_t core = vpnalg_steer(steer, packet, CORES);

	/* A router hands the packet to the thread of that core here. */
	vpnalg_process(cores[core].translator, packet, 1, 0);
}
/* [steer] */

static uint64_t count_translated(struct core *cores)
{
	struct vpnalg_counters counters;
	struct command command = { .run = read_counters,
				   .argument = &counters };
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < CORES; i++) {
		CHECK(post(&cores[i].ring, &command));
		run_commands(&cores[i]); /* the other thread's part */
		CHECK(atomic_load(&command.done));
		sum += counters.results[VPNALG_TRANSLATED];
	}
	return sum;
}

/* The SYN and the SYN-ACK meet in one translator, whichever it is. */
static void converse(const struct vpnalg_steer *steer, struct core *cores,
		     uint8_t last)
{
	uint8_t remote[4] = { 203, 0, 113, last }, bytes[40];
	struct vpnalg_packet packet =
		tcp(bytes, inside_host, 50000, remote, 1723, TCP_SYN);

	dispatch(steer, cores, &packet);
	CHECK(packet.result == VPNALG_TRANSLATED);
	tcp(bytes, remote, 1723, outside_address, 50000, TCP_SYN | TCP_ACK);
	packet.direction = VPNALG_IN;
	dispatch(steer, cores, &packet);
	CHECK(packet.result == VPNALG_TRANSLATED);
}

int main(void)
{
	static struct core cores[CORES];
	FILE *random = fopen("/dev/urandom", "rb");
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct vpnalg_steer steer = {
		.size = sizeof(steer),
		.key = { next_random(random), next_random(random) },
		.addresses = &address,
		.address_count = 1,
	};
	uint8_t last;

	memcpy(address.octets, outside_address, 4);
	open_cores(cores, &address, 1, random);
	for (last = 100; last < 110; last++)
		converse(&steer, cores, last);
	CHECK(count_translated(cores) == 20);
	fclose(random);
	return 0;
}

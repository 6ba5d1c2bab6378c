/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcap_nat.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "pcap_say.h"

/* Room for 100,000 calls that each have a control connection of their own:
 * two units and two, and the system gives only what is used. */
#define STORE_UNITS 700000

/* Places of the store that are looked at for dead sessions per packet. */
#define SWEEP_BUDGET 64

/* GRE is behind PPTP, whose GRE is not for it; general traffic is all that the
 * others leave. */
#define HANDLERS_WITH(l2tp) \
	{ &vpnalg_pptp, &(l2tp), &vpnalg_gre, &vpnalg_general }

#define HANDLERS 4

/* By l2tp_port_1701. */
static const struct vpnalg_handler *const handlers[2][HANDLERS] = {
	HANDLERS_WITH(vpnalg_l2tp),
	HANDLERS_WITH(vpnalg_l2tp_port_1701),
};

/*
 * SplitMix64 (Steele, Lea and Flood, 2014). The same seed gives the same
 * output file, which is what an example wants. A real gateway asks its system
 * for random numbers that nobody can predict.
 */
static uint32_t next_random(void *context)
{
	struct nat *nat = context;
	uint64_t z = nat->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

static uint64_t next_key(struct nat *nat)
{
	uint64_t high = next_random(nat);

	return high << 32 | next_random(nat);
}

static bool open_table(struct nat *nat)
{
	size_t size = vpnalg_table_size(STORE_UNITS);

	nat->memory[1] = malloc(size);
	if (!nat->memory[1])
		return false;
	nat->table = vpnalg_table_init(nat->memory[1], size, VPNALG_KEY_IPV4,
				       &nat->store);
	return nat->table != NULL;
}

static bool open_translator(struct nat *nat, const struct options *options)
{
	struct vpnalg_config config = {
		.size = sizeof(config),
		.handlers = handlers[options->l2tp_port_1701],
		.handler_count = options->general ? HANDLERS : HANDLERS - 1,
		.addresses = options->sides.addresses,
		.address_count = options->sides.address_count,
		.store = &nat->store,
		.context = nat,
		.random = next_random,
		.pool_key = { next_key(nat), next_key(nat) },
		.burst = 1, /* packets come one by one here */
	};
	size_t size = vpnalg_size(&config);

	/* Zero says that a setting is out of range: only the number of
	 * addresses is the user's. */
	errno = EINVAL;
	nat->memory[0] = size ? malloc(size) : NULL;
	return nat->memory[0] && !vpnalg_init(&nat->translator, nat->memory[0],
					      size, &config);
}

bool nat_open(struct nat *nat, const struct options *options)
{
	*nat = (struct nat){ .random = options->seed };
	if (open_table(nat) && open_translator(nat, options))
		return true;
	say("cannot start: translator: %s", strerror(errno));
	return false;
}

void nat_translate(struct nat *nat, struct vpnalg_packet *packet,
		   enum task task, vpnalg_time now)
{
	static const uint8_t directions[] = {
		[TASK_OUT] = VPNALG_OUT,
		[TASK_IN] = VPNALG_IN,
		[TASK_IN_UNDO] = VPNALG_IN_UNDO,
	};

	packet->direction = directions[task];
	packet->checksum = VPNALG_CHECKSUM_COMPLETE;
	packet->zone = VPNALG_ZONE_DEFAULT;
	if (now > nat->now)
		nat->now = now;
	if (nat->now >= nat->due)
		nat->due = vpnalg_expire(nat->translator, nat->now,
					 SWEEP_BUDGET);
	vpnalg_process(nat->translator, packet, 1, nat->now);
}

/* The first call ends the round that is under way, the second is a whole one,
 * the third finds those that lived only for what the second removed. */
void nat_sweep(struct nat *nat)
{
	for (int round = 0; round < 3; round++)
		vpnalg_expire(nat->translator, nat->now, UINT_MAX);
}

void nat_close(struct nat *nat)
{
	free(nat->memory[1]);
	free(nat->memory[0]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

/* Room for 100,000 PPTP calls that each have a control connection of their
 * own. The system gives only the memory that is used. */
#define STORE_UNITS 700000

/* Bounds the work of one sweep: places of the store to look at. */
#define SWEEP_BUDGET 64

/* The longest time between two sweeps, in milliseconds: vpnalg_expire() does
 * not know the deadlines of sessions that open later. */
#define SWEEP_AGAIN 60000

/* The first handler that claims a packet has it. GRE stands behind PPTP,
 * whose GRE is not for it; general traffic is what all the others leave. */
#define HANDLERS_WITH(l2tp) \
	{ &vpnalg_pptp, &vpnalg_ipsec, &(l2tp), &vpnalg_gre, &vpnalg_general }

#define HANDLERS 5

/* The index is l2tp_port_1701. */
static const struct vpnalg_handler *const handlers[2][HANDLERS] = {
	HANDLERS_WITH(vpnalg_l2tp),
	HANDLERS_WITH(vpnalg_l2tp_port_1701),
};

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

static uint64_t next_key(const struct vpnalg_config *config)
{
	uint64_t high = config->random(config->context);

	return high << 32 | config->random(config->context);
}

/* A size of zero means that a setting is out of range, which can only be an
 * outside address: the others are not the user's. */
static bool open_translator(struct nat *nat, const struct vpnalg_config *config)
{
	size_t size = vpnalg_size(config);

	errno = EINVAL;
	nat->memory[0] = size ? malloc(size) : NULL;
	return nat->memory[0] && !vpnalg_init(&nat->translator, nat->memory[0],
					      size, config);
}

bool nat_open(struct nat *nat, struct vpnalg_config *config,
	      const struct nat_options *options)
{
	*nat = (struct nat){ 0 };
	config->size = sizeof(*config);
	config->addresses = options->addresses;
	config->address_count = options->address_count;
	config->handlers = handlers[options->l2tp_port_1701];
	config->handler_count = options->general ? HANDLERS : HANDLERS - 1;
	config->l2tp.any_address = options->l2tp_any_address;
	config->timers = options->timers;
	config->store = &nat->store;
	config->pool_key[0] = next_key(config);
	config->pool_key[1] = next_key(config);
	if (open_table(nat) && open_translator(nat, config))
		return true;
	say("cannot start: translator: %s", strerror(errno));
	return false;
}

bool nat_sweep(struct nat *nat, vpnalg_time now)
{
	if (now < nat->due)
		return false;
	nat->due = vpnalg_expire(nat->translator, now, SWEEP_BUDGET);
	if (nat->due > now + SWEEP_AGAIN)
		nat->due = now + SWEEP_AGAIN;
	return true;
}

void nat_close(struct nat *nat)
{
	free(nat->memory[1]);
	free(nat->memory[0]);
}

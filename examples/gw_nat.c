/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_nat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw_say.h"

/* Room for 100,000 calls that each have a control connection of their own:
 * two units and two, and the system gives only what is used. */
#define STORE_UNITS 400000

/* Places of the store that are looked at for dead sessions per burst. */
#define SWEEP_BUDGET 64

static const struct vpnalg_handler *const handlers[] = { &vpnalg_pptp };

/* Goes on while the machine sleeps, for so do the timeouts of the peers. */
vpnalg_time nat_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (vpnalg_time)time.tv_sec * 1000 +
	       (vpnalg_time)time.tv_nsec / 1000000;
}

static uint32_t next_random(void *context)
{
	struct nat *nat = context;

	return random_next(&nat->random);
}

static uint64_t next_key(struct nat *nat)
{
	uint64_t high = next_random(nat);

	return high << 32 | next_random(nat);
}

/* What does not leave by the outside interface is the kernel's, and the rules
 * leave it to the kernel. */
static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	struct nat *nat = context;

	if (route_find(nat->route, binding->remote.octets) !=
		    nat->outside_index ||
	    !rules_begin(nat->rules, binding))
		return VPNALG_CHOICE_REFUSE;
	return VPNALG_CHOICE_TAKE;
}

static void release(void *context, const struct vpnalg_binding *binding)
{
	struct nat *nat = context;

	rules_end(nat->rules, binding);
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
		.handlers = handlers,
		.handler_count = sizeof(handlers) / sizeof(handlers[0]),
		.addresses = options->addresses,
		.address_count = options->address_count,
		.store = &nat->store,
		.context = nat,
		.random = next_random,
		.choose = choose,
		.release = release,
		.pool_key = { next_key(nat), next_key(nat) },
	};
	size_t size = vpnalg_size(&config);

	errno = EINVAL;
	nat->memory[0] = size ? malloc(size) : NULL;
	return nat->memory[0] && !vpnalg_init(&nat->translator, nat->memory[0],
					      size, &config);
}

bool nat_open(struct nat *nat, const struct options *options)
{
	if (open_table(nat) && open_translator(nat, options))
		return true;
	say("cannot start: translator: %s", strerror(errno));
	return false;
}

void nat_translate(struct nat *nat, struct vpnalg_packet *packets,
		   size_t count, vpnalg_time now)
{
	vpnalg_process(nat->translator, packets, count, now);
	rules_flush(nat->rules);
}

void nat_sweep(struct nat *nat, vpnalg_time now)
{
	if (now < nat->due)
		return;
	nat->due = vpnalg_expire(nat->translator, now, SWEEP_BUDGET);
	rules_flush(nat->rules);
}

void nat_close(struct nat *nat)
{
	free(nat->memory[1]);
	free(nat->memory[0]);
}

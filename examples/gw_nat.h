/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator and what it is given: memory, a store, time, random numbers,
 * and somebody to ask before a session opens. */
#ifndef GW_NAT_H
#define GW_NAT_H

#include <stdbool.h>
#include <stddef.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

#include "gw_options.h"
#include "gw_random.h"
#include "gw_route.h"
#include "gw_rules.h"

struct nat {
	struct vpnalg *translator;
	struct vpnalg_store store;
	struct vpnalg_table *table;
	void *memory[2]; /* of the translator, of the table */
	struct random_pool random;
	struct route *route;
	struct rules *rules;
	int outside_index; /* of the outside interface */
	vpnalg_time due;   /* when to look for dead sessions again */
};

/* The time that all of this program goes by. */
vpnalg_time nat_now(void);

/* Makes a translator; nat->route, rules and outside_index are set already.
 * False when there is no memory, which was said. */
bool nat_open(struct nat *nat, const struct options *options);

/* Translates packets, and tells the kernel of the sessions that begin. */
void nat_translate(struct nat *nat, struct vpnalg_packet *packets,
		   size_t count, vpnalg_time now);

/* Removes some dead sessions, if it is time to. */
void nat_sweep(struct nat *nat, vpnalg_time now);

void nat_close(struct nat *nat);

#endif

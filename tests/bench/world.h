/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator with its memory, and the calls that were set up in it. */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

#include "basics.h"
#include "frames.h"
#include "traffic.h"

/* What the measures are made with. */
struct shape_of_world {
	uint32_t calls;
	uint32_t calls_per_client; /* on one control connection */
	uint32_t remotes;
	uint32_t addresses; /* outside ones, at most 16 */
	uint32_t units;     /* of the table */
	/* No call keeps its Call ID: each packet has one to be rewritten. */
	bool all_differ;
	/* Calls, or what is there instead of them. Of UDP flows
	 * calls_per_client is how many remotes one port of a host has; IPsec
	 * has one session or pair of each client. */
	enum traffic traffic;
	/* Whether the calls are to be remembered, for packets of theirs. */
	bool remember;
	/* Whether the table may turn out too small. */
	bool may_fail;
	bool account; /* vpnalg_config.account */
};

struct world {
	struct shape_of_world shape;
	struct vpnalg *translator;
	struct vpnalg_table *table;
	struct vpnalg_store store;
	void *translator_memory, *table_memory;
	size_t translator_size, table_size;
	struct call *calls;
	uint32_t client; /* the next one */
	uint32_t opened; /* calls so far */
	vpnalg_time now;
	struct dice dice;
};

/* Units for so many calls, control connections and remotes, and a quarter more:
 * nobody runs a table full. */
uint32_t world_units(uint32_t calls, uint32_t clients, uint32_t remotes);
/* The same for pairs of ESP SAs, each of another client. */
uint32_t world_units_esp(uint32_t pairs, uint32_t remotes);

void world_open(struct world *world, const struct shape_of_world *shape);
void world_close(struct world *world);

/* Empties it: a new translator and table in the same memory. */
void world_reset(struct world *world);

/* A dialog of the next client, which has not sent anything yet. */
void world_next_client(struct world *world, struct dialog *dialog);

/* Sets up calls until there are so many; false if one failed. */
bool world_fill(struct world *world, uint32_t calls);

/* The same for UDP flows, in flows.c, and for IPsec, in ipsec.c. */
bool world_fill_flows(struct world *world, uint32_t flows);
bool world_fill_ipsec(struct world *world, uint32_t sessions);

/* One of these three, by the world's traffic. */
bool world_fill_any(struct world *world, uint32_t calls);

/* Sends one packet and demands that it is translated. */
bool world_send(struct world *world, uint8_t *bytes, uint32_t length,
		bool inward);

/* The one place from which measured packets go into the library, so that
 * instructions can be counted from here on. */
void world_process(struct world *world, struct vpnalg_packet *packets,
		   size_t count);

/* The same for the sweep. */
vpnalg_time world_expire(struct world *world, unsigned budget);

#endif

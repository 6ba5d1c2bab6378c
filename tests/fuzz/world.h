/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator and its surroundings. */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include <vpnalg/policy.h>

#include "event_log.h"
#include "fragments.h"
#include "settings.h"
#include "store.h"

/* A policy must live as long as it is set. */
struct owner {
	struct vpnalg_policy policy;
	struct vpnalg_rule rules[2];
	struct vpnalg_limit limits[2];
};

struct world {
	struct vpnalg *alg;
	void *memory, *fragment_memory;
	struct fragment_counts fragments;
	struct kept kept[KEPT_MAX]; /* by number */
	struct watched_store store;
	const struct settings *settings;
	uint32_t random;
	vpnalg_time now;
	bool opened;    /* something, by the last call */
	long bindings;  /* taken and not given back */
	long blocks;    /* of ports, allotted and not freed */
	bool loading;   /* a saved state */
	uint64_t bound; /* the sum of the bindings' hashes */
	struct event_log log;
	struct owner owner;
};

/* The steps of a sweep within which a whole round ends. */
#define SWEEP_MAX 10000

void world_begin(struct world *w, const struct settings *s);
/* All sessions end, and nothing may be left. */
void world_end(struct world *w);
void world_sweep(struct world *w, unsigned budget);
/* Sweeps until a round has ended. */
void world_sweep_all(struct world *w);
/* Another translator, on a store of its own, goes on with what is saved of this
 * one. */
void world_reload(struct world *w);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that a translator holds, and gives back. */
#ifndef TESTS_FUZZ_FRAGMENTS_H
#define TESTS_FUZZ_FRAGMENTS_H

#include "sent.h"

/* A fragment that the translator holds, as it came. More are kept here than the
 * translator has room for. */
#define KEPT_MAX 128
struct kept {
	uintptr_t number;
	struct sent sent;
};

/* What is known of the fragments of a world, to be held against its counters:
 * those that were held and given back, and packets that were dropped at
 * once. */
struct fragment_counts {
	uint64_t held, given, dropped, dropped_options;
};

struct world;

/* Sets memory for fragments, if the settings say so. */
void fragments_begin(struct world *w, struct vpnalg_config *config,
		     struct vpnalg_fragments *fragments);
/* Returns whether a result may be that the packet is held. */
bool fragments_may_hold(const struct world *w, const struct sent *s,
			unsigned result);
/* Counts what has become of a packet, and keeps it if it is held. */
void fragments_count(struct world *w, const struct sent *s,
		     const struct vpnalg_packet *p);
/* Takes those that are given back, and holds each to promises 1, 2 and 5. */
void fragments_take(struct world *w);
/* Holds what is held to the counters. */
void fragments_check(const struct world *w, bool at_end);

#endif

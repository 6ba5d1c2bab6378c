/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver: packets of known calls in a known order, made ready 32 at a
 * time. Its own cost is measured and taken off. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "world.h"

#define LOAD_BURST 32
#define LOAD_STRIDE 128

/* What one packet has of its own; the rest is the same for all. */
struct arrival {
	uint8_t addresses[8]; /* source and destination */
	uint8_t checksum[2];  /* of IP */
	uint8_t l4[8]; /* the beginning of GRE or all of UDP's header */
	uint32_t call; /* whose it is; for the floors, which entry */
};

struct load {
	bool inward;
	enum traffic traffic;
	struct arrival *arrivals;
	const struct arrival *current; /* those of the packets at hand */
	uint32_t count, next;
	uint8_t *bytes; /* LOAD_BURST packets, LOAD_STRIDE apart */
	struct vpnalg_packet packets[LOAD_BURST];
};

/* In random order, or round robin. */
void load_open(struct load *load, const struct world *world, bool inward,
	       bool random);

/* For the floors: packets that name one of so many entries. */
void load_open_floor(struct load *load, uint32_t entries, bool random);

void load_close(struct load *load);

/* Makes the next LOAD_BURST packets ready. */
void load_next(struct load *load);

/* Whether the packets at hand have become what they must. */
void load_check(const struct load *load, const struct world *world);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the machine can do at best, to compare with. */
#ifndef BENCH_FLOORS_H
#define BENCH_FLOORS_H

#include "load.h"

struct entry;
struct place;

struct floors {
	struct place *index;
	struct entry *entries;
	uint32_t entry_count, place_count;
};

void floors_open(struct floors *floors, uint32_t entries);
void floors_close(struct floors *floors);

/* Each handles the packets at hand, which load_open_floor() has made. */

/* (i) Rewrites source address and IP checksum. */
void floor_rewrite(const struct floors *floors, struct load *load);
/* (ii) The same with the address from a random entry, fetched ahead. */
void floor_access(const struct floors *floors, struct load *load);
/* (iii) A random bucket of the index, the entry that it names and about 250
 * instructions: one packet at a time, and fetched ahead. */
void floor_one(const struct floors *floors, struct load *load);
void floor_batch(const struct floors *floors, struct load *load);

#endif

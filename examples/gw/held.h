/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts how many sessions there are for each pair of addresses. */
#ifndef GW_HELD_H
#define GW_HELD_H

#include <stdbool.h>
#include <stdint.h>

#define HELD_CHAINS 4096

struct held_pair;

struct held {
	struct held_pair *chains[HELD_CHAINS];
};

/* Adds a session; *first says whether it is the only one. Returns false
 * without memory. */
bool held_add(struct held *held, const uint8_t *remote, const uint8_t *outside,
	      bool *first);

/* Takes away a session that was added. Returns true if it was the last. */
bool held_remove(struct held *held, const uint8_t *remote,
		 const uint8_t *outside);

void held_close(struct held *held);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the gateway before has left in Redis. */
#ifndef GW_STANDBY_FETCH_H
#define GW_STANDBY_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Head and sessions, from malloc(), or nothing where there are none. */
struct standby_fetched {
	uint8_t *bytes;
	size_t length, room;
};

/* Reads all of it in bounded steps, each of which Redis answers soon, and keeps
 * the lease meanwhile. What cannot be read is said, and left out. Returns false
 * if another gateway has got the lease. */
bool standby_fetch(struct standby_fetched *fetched);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The process that speaks to Redis for the active gateway: it renews the lease,
 * and brings there what it is sent. */
#ifndef GW_STANDBY_REDIS_H
#define GW_STANDBY_REDIS_H

#include <stdint.h>

/* The kind of a batch: 0 has the changed sessions; the others bring all
 * sessions, which are kept apart from the old ones until the last of these
 * batches. So a gateway that takes over finds all sessions of one time or of
 * the other. */
enum { STANDBY_APART = 1, STANDBY_FIRST = 2, STANDBY_LAST = 4 };

/* The header of a batch. Its bytes are, for each session, an ID and a length of
 * four bytes, and the chunk, which is empty if the session has ended; the ID of
 * the head is all ones. */
struct standby_batch {
	uint64_t length;
	uint64_t what;
};

/* The answers of the process to a batch. */
enum { STANDBY_MIRRORED = 1, STANDBY_FAILED = 2, STANDBY_LOST = 3 };

/* Runs in the process: child_start(). */
void standby_redis_serve(int fd, const void *what);

#endif

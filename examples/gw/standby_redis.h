/* SPDX-License-Identifier: BSD-2-Clause */
/* The process that speaks to Redis for the active gateway: it renews the lease,
 * and brings there what it is sent. */
#ifndef GW_STANDBY_REDIS_H
#define GW_STANDBY_REDIS_H

#include <stdint.h>

/* What a batch is: 0, what has changed; or one of those that bring all
 * sessions, which stand apart from those that were there until the last of
 * them. So who takes over finds all of one time or of the other. */
enum { STANDBY_APART = 1, STANDBY_FIRST = 2, STANDBY_LAST = 4 };

/* What stands before its bytes. These are of each session its ID and a length,
 * of four bytes, and its chunk, which is empty if it has ended; the ID of the
 * head is all ones. */
struct standby_batch {
	uint64_t length;
	uint64_t what;
};

/* What the process answers to a batch. */
enum { STANDBY_MIRRORED = 1, STANDBY_FAILED = 2, STANDBY_LOST = 3 };

/* Runs in the process: child_start(). */
void standby_redis_serve(int fd, const void *what);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The lease in Redis, which only one gateway has at a time. */
#ifndef GW_LEASE_H
#define GW_LEASE_H

#include <stdbool.h>

#include <hiredis/hiredis.h>

#define LEASE_HEAD_KEY "vpnalg:head"
#define LEASE_SESSIONS_KEY "vpnalg:sessions"
/* All sessions, until they take the place of those. */
#define LEASE_NEXT_KEY "vpnalg:next"

/* The holder of the lease. */
enum lease { LEASE_MINE, LEASE_ANOTHERS, LEASE_UNKNOWN };

/* The connection of this process; NULL: there is none. */
extern redisContext *lease_redis;

/* Reads redis://HOST[:PORT], and draws a name for this gateway. */
bool lease_open(const char *url);

/* Connects anew. */
bool lease_connect(void);
void lease_disconnect(void);

/* Takes the lease, or makes it last longer. */
enum lease lease_renew(void);

/* Waits until the lease is free, and takes it. Returns false if a signal ends
 * that. */
bool lease_wait(void);

/* Gives the lease up. */
void lease_give_up(void);

#endif

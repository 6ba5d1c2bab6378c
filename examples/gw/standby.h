/* SPDX-License-Identifier: BSD-2-Clause */
/* Two gateways, of which one stands by: --standby redis://HOST[:PORT].
 *
 * The active one holds a lease in Redis that ends soon unless it is renewed,
 * and mirrors its sessions there. The other waits for the lease, and goes on
 * with the sessions. Redis is spoken to by a process of its own, so no packet waits
 * for it. */
#ifndef GW_STANDBY_H
#define GW_STANDBY_H

#include <stdbool.h>

#include "../common/child.h"
#include "../common/nat.h"

struct standby {
	struct child child;
	bool whole; /* all is to be mirrored anew */
	bool apart; /* that is under way, beside what was mirrored before */
	bool lost;  /* another one has the lease, or soon will; that was said */
	vpnalg_time next;
	uint8_t *bytes; /* what is loaded, then what is sent */
	size_t length, room;
	uint8_t head[65536]; /* what stands before the sessions */
	size_t head_length;
};

/* Waits until this gateway is the active one, and reads what the last one has
 * left. Returns false when that failed, which was said, or was ended by a
 * signal. Without url it does nothing. */
bool standby_wait(struct standby *standby, const char *url);

/* Loads that into a new translator, and begins to mirror it. */
bool standby_load(struct standby *standby, struct nat *nat, vpnalg_time now);

/* Returns when standby_go_on() is wanted: the lease must not end. */
vpnalg_time standby_due(const struct standby *standby);

/* Mirrors what has changed. Returns false if another gateway is active now. */
bool standby_go_on(struct standby *standby, struct nat *nat, vpnalg_time now);

/* Gives the lease up. */
void standby_close(struct standby *standby);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that outlive the service that has opened them. While it was there,
 * its rule was theirs; then the kernel has to leave their packets alone by rules
 * of their own. They are looked for in steps between which packets go on, and
 * until all are found the service's rule stays. */
#ifndef GW_SERVED_H
#define GW_SERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#include "../common/nat.h"
#include "rules.h"
#include "served_list.h"

struct served {
	struct served_list sessions;
	struct vpnalg_binding *removed; /* services whose rules stay */
	size_t removed_count;
	bool looking;    /* for their sessions */
	uint64_t cursor; /* where that is */
};

/* Notes that a service is gone, whose binding is the mapping that it was.
 * Returns whether its rule stays: served_look() follows, and removes it. */
bool served_removed(struct served *served,
		    const struct vpnalg_binding *service);

/* Notes that a service has come. Returns whether its rule has stayed. */
bool served_added(struct served *served, const struct vpnalg_binding *service);

/* Begins to look for the sessions of those that were removed. */
void served_look(struct served *served);

/* Goes on with that in a bounded step. Returns whether any rule may have
 * changed. */
bool served_go_on(struct served *served, struct rules *rules,
		  const struct nat *nat, vpnalg_time now);

/* Removes the rules that a session was the last one to need, and makes those of
 * one that comes without its service: it was loaded, or begins anew. */
void served_tell(struct served *served, struct rules *rules,
		 const struct nat *nat, const struct vpnalg_event *event);

void served_close(struct served *served);

#endif

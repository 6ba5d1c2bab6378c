/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that outlive the service that has opened them. While it was there,
 * its rule was theirs; from then on the kernel has to leave their packets alone
 * by rules of their own. */
#ifndef GW_SERVED_H
#define GW_SERVED_H

#include <stddef.h>

#include <vpnalg/vpnalg.h>

#include "../common/nat.h"
#include "rules.h"

/* All sessions of one remote with the port of such a service. */
struct served_remote {
	struct vpnalg_binding binding;
	size_t sessions;
};

struct served {
	struct served_remote *list;
	size_t count;
	struct vpnalg_binding *removed; /* services, since served_keep() */
	size_t removed_count;
};

/* Notes that a service is gone, whose binding is the mapping that it was. */
void served_removed(struct served *served,
		    const struct vpnalg_binding *service);

/* Makes the rules for the sessions of those services. Looks at all sessions if
 * there are any. */
void served_keep(struct served *served, struct rules *rules,
		 const struct nat *nat, vpnalg_time now);

/* Removes the rules that a session was the last one to need, and makes those of
 * one that comes without its service: it was loaded, or begins anew. */
void served_tell(struct served *served, struct rules *rules,
		 const struct nat *nat, const struct vpnalg_event *event);

void served_close(struct served *served);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A change of the services that can be taken back, so that nothing is left of
 * it. */
#ifndef COMMON_SERVICE_CHANGE_H
#define COMMON_SERVICE_CHANGE_H

#include <stdbool.h>

#include "reload.h"

struct service_change {
	struct nat *nat;
	const struct reload *reload;
	vpnalg_time now;
	struct service_later before; /* the ports that waited before */
};

/* Begins a change. Returns false without memory; service_change_end() follows
 * in any case. */
bool service_change_begin(struct service_change *change,
			  const struct reload *reload, vpnalg_time now);

/* Adds a service. Returns an enum vpnalg_service_result. */
int service_change_add(const struct service_change *change,
		       const struct vpnalg_service *service);

/* Removes one that was there before the change, unless it has gone already,
 * with its address. */
void service_change_remove(const struct service_change *change,
			   const struct vpnalg_service *service);

/* Takes back one that the change has added. */
void service_change_withdraw(const struct service_change *change,
			     const struct vpnalg_service *service);

/* Has the ports wait that did before the change, all of which was taken
 * back. */
void service_change_undo(struct service_change *change);

void service_change_end(struct service_change *change);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Services: servers inside that are reached from outside. The public functions
 * are in vpnalg/service.h. */
#ifndef VPNALG_ENGINE_SERVICE_H
#define VPNALG_ENGINE_SERVICE_H

#include "translator.h"

/* Returns the service by which a packet from inside leaves for which its
 * handler has no session: a server has sent it. NULL if there is none. */
struct vpnalg_record *vpnalg_service_of_sender(struct vpnalg *translator,
					       const struct slot *slot);

/* Returns whether a record is a service of its handler's. */
static inline bool service_is_one(const struct vpnalg *translator,
				  const struct vpnalg_record *record)
{
	return record->kind + 1U ==
	       translator->handlers[record->handler]->service_kind;
}

#endif

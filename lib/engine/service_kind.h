/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocols that may have services, and the handler and kind of a service.
 */
#ifndef VPNALG_ENGINE_SERVICE_KIND_H
#define VPNALG_ENGINE_SERVICE_KIND_H

#include "translator.h"

#include "../wire/ip.h"
#include "../wire/transport.h"

/* Returns whether services of the protocol are distinguished by ports. */
static inline bool service_has_ports(uint8_t protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
	case SCTP_PROTOCOL:
	case DCCP_PROTOCOL:
	case UDPLITE_PROTOCOL:
		return true;
	default:
		return false;
	}
}

/* Returns whether there may be services: the last handler takes the rest, and
 * names the keys of those that no other handler has. */
static inline bool service_may_be(const struct vpnalg *translator)
{
	return translator->handlers[translator->handler_count - 1U]->takes_rest;
}

/* Returns whether the service's protocol, ports and addresses make sense. */
bool vpnalg_service_is_valid(const struct vpnalg *translator,
			     const struct vpnalg_service *service);

/* Sets *place to that of the handler which lists the server's port, or else
 * takes the rest. Returns false where there is none. */
bool vpnalg_service_find_handler(const struct vpnalg *translator,
				 const struct vpnalg_service *service,
				 unsigned *place);

#endif

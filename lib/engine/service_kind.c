/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocols that may have services, and the handler and kind of a service.
 */
#include "service_kind.h"

#include "address.h"
#include "alias.h"
#include "extra_port.h"

#include "../wire/ipsec.h"

static bool is_ours(const struct vpnalg *translator,
		    const struct vpnalg_addr *address)
{
	return address->family == VPNALG_IPV4 &&
	       pool_has(translator, address->octets);
}

static bool is_inside(const struct vpnalg *translator,
		      const struct vpnalg_addr *address)
{
	return address->family == VPNALG_IPV4 &&
	       pool_is_remote(translator, address->octets);
}

/* Returns whether the protocol can have no services. */
static bool has_none(uint8_t protocol)
{
	return protocol == 0 || protocol == PROTOCOL_ICMP ||
	       protocol == AH_PROTOCOL;
}

bool vpnalg_service_is_valid(const struct vpnalg *translator,
			     const struct vpnalg_service *service)
{
	bool ports = service_has_ports(service->protocol);

	return !has_none(service->protocol) &&
	       (service->outside_port != 0) == ports &&
	       (service->inside_port != 0) == ports &&
	       is_ours(translator, &service->outside) &&
	       is_inside(translator, &service->inside);
}

/* Returns whether the inside port is a further port of the handler's servers.
 */
static bool has_extra_port(const struct vpnalg *translator,
			   const struct vpnalg_handler *handler,
			   const struct vpnalg_service *service)
{
	struct vpnalg_service standard = *service;

	return vpnalg_alias_find(translator, service->protocol,
				 service->inside_port, &standard.inside_port) &&
	       vpnalg_extra_port_is_standard(handler, standard.protocol,
					     standard.inside_port);
}

static bool lists_protocol(const struct vpnalg_handler *handler,
			   uint8_t protocol)
{
	unsigned i;

	for (i = 0; i < handler->ip_protocol_count; i++)
		if (handler->ip_protocols[i] == protocol)
			return true;
	return false;
}

/* Returns whether a protocol without ports has no handler, or one with servers
 * that need no more than their packets. */
static bool may_pass(const struct vpnalg *translator,
		     const struct vpnalg_service *service)
{
	const struct vpnalg_handler *handler;
	bool pass = true;
	unsigned h;

	for (h = 0; h < translator->handler_count; h++) {
		handler = translator->handlers[h];
		if (!lists_protocol(handler, service->protocol))
			continue;
		if (handler->plain_services)
			return true;
		pass = false;
	}
	return pass;
}

bool vpnalg_service_find_handler(const struct vpnalg *translator,
				 const struct vpnalg_service *service,
				 unsigned *place)
{
	const struct vpnalg_handler *handler = NULL;
	unsigned h;

	for (h = 0; h < translator->handler_count; h++) {
		handler = translator->handlers[h];
		if (handler->takes_rest ||
		    (!handler->plain_services &&
		     (vpnalg_extra_port_is_standard(handler, service->protocol,
						    service->inside_port) ||
		      has_extra_port(translator, handler, service))))
			break;
	}
	*place = h;
	if (!service_has_ports(service->protocol) &&
	    !may_pass(translator, service))
		return false;
	return service_may_be(translator) && handler->service_kind != 0 &&
	       handler->service_kind <= handler->kind_count;
}

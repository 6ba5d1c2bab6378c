/* SPDX-License-Identifier: BSD-2-Clause */
#include "elements.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <arpa/inet.h>

#include "../common/wire.h"

static void list(struct elements *elements, struct element element,
		 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(element.text, sizeof(element.text), format, arguments);
	va_end(arguments);
	elements->list[elements->count++] = element;
}

/* Outside port 1701 may belong to one session, or to many that share it. */
static bool is_l2tp_port(const struct vpnalg_binding *binding)
{
	if (binding->protocol == PROTOCOL_UDP)
		return binding->outside_id == PORT_L2TP;
	return binding->protocol == PROTOCOL_L2TP &&
	       (binding->remote_port & 0xffff) != 0;
}

static bool is_port(const struct vpnalg_binding *binding)
{
	return binding->protocol == PROTOCOL_TCP ||
	       binding->protocol == PROTOCOL_UDP;
}

/* Returns whether a service is at a port. Sessions of the other protocols are
 * listed by their addresses. */
static bool is_served_port(const struct vpnalg_binding *binding)
{
	return is_port(binding) || binding->protocol == PROTOCOL_DCCP ||
	       binding->protocol == PROTOCOL_SCTP ||
	       binding->protocol == PROTOCOL_UDPLITE;
}

static uint32_t port_of(const struct vpnalg_binding *binding)
{
	return is_l2tp_port(binding) ? PORT_L2TP : binding->outside_id;
}

static void list_port(struct rules *rules, struct elements *elements,
		      const struct vpnalg_binding *binding, const char *remote,
		      const char *outside)
{
	unsigned protocol = binding->protocol == PROTOCOL_TCP ? PROTOCOL_TCP
							       : PROTOCOL_UDP;

	list(elements,
	     (struct element){ .set = "ports",
			       .held = is_l2tp_port(binding)
					       ? &rules->l2tp_ports
					       : NULL,
			       .key = { binding->remote.octets,
					binding->outside.octets } },
	     "%s . %s . %u . %" PRIu32, remote, outside, protocol,
	     port_of(binding));
}

/* The port where answers of L2TP arrive, from whatever address. */
static void list_asking(struct rules *rules, struct elements *elements,
			const struct vpnalg_binding *binding,
			const char *outside)
{
	put32(elements->port, port_of(binding));
	list(elements,
	     (struct element){ .set = "asking",
			       .held = &rules->asking,
			       .key = { elements->port,
					binding->outside.octets } },
	     "%s . %" PRIu32, outside, port_of(binding));
}

static void list_session(struct rules *rules, struct elements *elements,
			 const struct vpnalg_binding *binding,
			 const char *outside)
{
	const uint8_t *from = binding->remote.octets;
	char remote[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, from, remote, sizeof(remote));
	list(elements,
	     (struct element){ .set = "pairs",
			       .held = &rules->pairs,
			       .key = { from, binding->outside.octets } },
	     "%s . %s", remote, outside);
	list(elements,
	     (struct element){ .set = "remotes",
			       .held = &rules->remotes,
			       .key = { from, from } },
	     "%s", remote);
	if (is_port(binding) || is_l2tp_port(binding))
		list_port(rules, elements, binding, remote, outside);
	if (rules->any_address &&
	    (binding->remote_port == PORT_L2TP || is_l2tp_port(binding)))
		list_asking(rules, elements, binding, outside);
}

/* Elements of a mapping, which is for all remotes: of a port, or of a whole
 * protocol. */
static void list_mapping(struct elements *elements,
			 const struct vpnalg_binding *binding,
			 const char *outside)
{
	if (binding->protocol == PROTOCOL_ICMP)
		list(elements, (struct element){ .set = "queries" },
		     "%s . %" PRIu32, outside, binding->outside_id);
	else if (!is_served_port(binding))
		list(elements, (struct element){ .set = "protocols" },
		     "%s . %u", outside, (unsigned)binding->protocol);
	else
		list(elements, (struct element){ .set = "mapped" },
		     "%s . %u . %" PRIu32, outside,
		     (unsigned)binding->protocol, binding->outside_id);
}

void elements_list(struct rules *rules, struct elements *elements,
		   const struct vpnalg_binding *binding)
{
	char outside[INET_ADDRSTRLEN];

	elements->count = 0;
	inet_ntop(AF_INET, binding->outside.octets, outside, sizeof(outside));
	if (binding->remote.family)
		list_session(rules, elements, binding, outside);
	else
		list_mapping(elements, binding, outside);
}

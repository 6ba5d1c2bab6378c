/* SPDX-License-Identifier: BSD-2-Clause */
#include "general_kinds.h"

#include "transports.h"

#include "../wire/ip.h"

/* The body's layout. */
#define LAYOUT_SESSION "421."

const struct vpnalg_kind vpnalg_general_kinds[GENERAL_KINDS] = {
	[GENERAL_TCP] = { .name = "TCP session",
			  .slots = 2,
			  .body = sizeof(struct general_session),
			  .layout = LAYOUT_SESSION,
			  .pooled = true,
			  .inherits_outside = true },
	[GENERAL_UDP] = { .name = "UDP session",
			  .slots = 2,
			  .pooled = true,
			  .inherits_outside = true },
	[GENERAL_ICMP] = { .name = "ICMP query session",
			   .slots = 2,
			   .pooled = true,
			   .inherits_outside = true },
	[GENERAL_PERMISSION] = { .name = "permitted remote",
				 .slots = 2,
				 .counts_children = true,
				 .pooled = true,
				 .inherits_outside = true,
				 .child = true },
	[GENERAL_MAPPING] = { .name = "mapping",
			      .slots = 2,
			      .counts_children = true,
			      .pooled = true },
	[GENERAL_SERVICE] = { .name = "service",
			      .slots = 2,
			      .pooled = true,
			      .inherits_outside = true },
	[GENERAL_PORTS] = { .name = "session by ports",
			    .slots = 2,
			    .body = sizeof(struct general_session),
			    .layout = LAYOUT_SESSION,
			    .port_set = true },
	[GENERAL_ADDRESS] = { .name = "session by address", .slots = 2 },
};

/* Returns whether a record of that kind may have a key with a remote. */
static bool may_have(unsigned kind, const struct vpnalg_tuple *key)
{
	switch (kind) {
	case GENERAL_TCP:
		return key->space == PROTOCOL_TCP && key->port <= UINT16_MAX;
	case GENERAL_UDP:
		return key->space == PROTOCOL_UDP && key->port <= UINT16_MAX;
	case GENERAL_ICMP:
		return key->space == PROTOCOL_ICMP;
	case GENERAL_PERMISSION:
		return key->port > UINT16_MAX && key->port < VPNALG_NO_PORTS;
	case GENERAL_PORTS:
		return vpnalg_general_transport_find(key->space) != NULL;
	case GENERAL_ADDRESS:
		return key->port == VPNALG_NO_PORTS;
	default:
		return false;
	}
}

bool vpnalg_general_may_have_key(unsigned kind, const struct vpnalg_tuple *key)
{
	if (key->role >= VPNALG_INSIDE_PEER)
		return false;
	if (kind == GENERAL_MAPPING || kind == GENERAL_SERVICE)
		return key->remote == NULL;
	return key->remote != NULL && may_have(kind, key);
}

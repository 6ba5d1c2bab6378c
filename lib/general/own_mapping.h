/* SPDX-License-Identifier: BSD-2-Clause */
/* The mapping of the packet's inside host and port. */
#ifndef VPNALG_GENERAL_OWN_MAPPING_H
#define VPNALG_GENERAL_OWN_MAPPING_H

#include <vpnalg/handler.h>

#include "../wire/ip.h"
#include "general.h"

/* An unused mapping, or permission, expires immediately. */
#define GENERAL_ALONE_MS 1

/* Returns the ID of the packet's inside host. */
static inline uint16_t general_own_id(const struct vpnalg_parsed *parsed)
{
	if (parsed->protocol == PROTOCOL_ICMP)
		return vpnalg_get16(parsed->l4 + ICMP_ID_OFF);
	return vpnalg_local_port(parsed);
}

static inline uint16_t general_remote_port(const struct vpnalg_parsed *parsed)
{
	if (parsed->protocol == PROTOCOL_ICMP)
		return 0;
	return vpnalg_get16(parsed->l4 + PORT_DESTINATION_OFF);
}

/* Returns the kind of session that the packet has under a mapping. */
static inline uint8_t general_session_kind(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_TCP   ? GENERAL_TCP
	       : parsed->protocol == PROTOCOL_UDP ? GENERAL_UDP
						  : GENERAL_ICMP;
}

/* Sets step->record to the host's mapping of the packet's uplink, or to NULL,
 * and returns it. What was found for the packet is that of uplink 0. */
struct vpnalg_record *
vpnalg_general_own_mapping_select(struct vpnalg_step *step);

/* Opens the host's mapping of the packet's uplink. */
enum vpnalg_result
vpnalg_general_own_mapping_open(struct vpnalg_step *step,
				struct vpnalg_record **mapping);

#endif

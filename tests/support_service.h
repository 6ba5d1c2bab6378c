/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of hosts inside. */
#ifndef TESTS_SUPPORT_SERVICE_H
#define TESTS_SUPPORT_SERVICE_H

#include "support.h"

#define SERVICE_ADDRESS(a)                                                   \
	{                                                                    \
		.family = VPNALG_IPV4, .octets = { (uint8_t)((a) >> 24),     \
						   (uint8_t)((a) >> 16),     \
						   (uint8_t)((a) >> 8),      \
						   (uint8_t)(a) }            \
	}

/* A service that lasts for ever. */
#define SERVICE(proto, out, out_port, in, in_port)                            \
	{                                                                     \
		.size = sizeof(struct vpnalg_service), .protocol = (proto),   \
		.zone = ZONE, .outside_port = (out_port),                     \
		.inside_port = (in_port), .outside = SERVICE_ADDRESS(out),    \
		.inside = SERVICE_ADDRESS(in)                                 \
	}

/* Adds one at OUTSIDE, which must succeed. */
void service_add(struct world *w, uint8_t protocol, uint16_t outside_port,
		 uint32_t host, uint16_t inside_port);
/* Removes it, if it is there. */
void service_remove(struct world *w, uint8_t protocol, uint16_t outside_port,
		    uint32_t host, uint16_t inside_port);

/* Ends what such a service has opened; how many sessions were cut. */
uint64_t service_cut(struct world *w, uint8_t protocol, uint16_t outside_port,
		     uint32_t host, uint16_t inside_port);

/* A packet that leaves, must be turned round, and comes in; the result. */
unsigned hairpin(struct world *w, const struct bytes *packet);

/* A packet for which the store finds all keys at a place that their records do
 * not have; the result. */
unsigned send_misplaced(struct world *w, enum vpnalg_direction direction,
			const struct bytes *packet);

/* Cases of the suite in files of their own. */
TCase *hairpin_case(void);
TCase *ipsec_service_case(void);
TCase *ipsec_responder_case(void);
TCase *ipsec_hairpin_case(void);
TCase *pptp_service_case(void);
TCase *protocol_service_case(void);
TCase *protocol_service_error_case(void);
TCase *l2tp_service_case(void);
TCase *service_hairpin_case(void);
TCase *service_hairpin_fragment_case(void);
TCase *service_life_case(void);
TCase *service_end_case(void);
TCase *service_waiting_case(void);
TCase *transport_service_case(void);
TCase *transport_service_held_case(void);

#endif

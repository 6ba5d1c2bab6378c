/* SPDX-License-Identifier: BSD-2-Clause */
/* SCTP, DCCP and UDP-Lite: protocols with ports whose headers are not TCP's or
 * UDP's. */
#ifndef VPNALG_GENERAL_TRANSPORTS_H
#define VPNALG_GENERAL_TRANSPORTS_H

#include <vpnalg/handler.h>

struct general_transport {
	uint8_t protocol;
	uint8_t header;   /* its length, as far as it is needed */
	uint8_t checksum; /* offset of one that covers addresses, or 0 */
	/* Where the type of a packet stands: the byte, and its bits after a
	 * shift; no offset: it has no connections. */
	uint8_t type_off, type_shift, type_mask;
	/* Types that begin and end a connection, as bits. */
	uint16_t begins, ends;
};

/* Returns NULL for any other protocol. */
const struct general_transport *vpnalg_general_transport_find(uint8_t protocol);

/* Returns whether a packet's header may be translated. */
enum vpnalg_result
vpnalg_general_transport_check(const struct vpnalg_parsed *parsed,
			       const struct general_transport *transport);

/* The same of a packet that an ICMP error quotes. */
enum vpnalg_result
vpnalg_general_transport_check_quote(const struct vpnalg_parsed *parsed,
				     const struct general_transport *transport);

/* Gives a packet another local address and port, and the checksum for them. */
void vpnalg_general_transport_rewrite(struct vpnalg_step *step,
				      const struct general_transport *transport,
				      const uint8_t *address, uint16_t port);

#endif

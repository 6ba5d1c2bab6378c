/* SPDX-License-Identifier: BSD-2-Clause */
/* Rewriting that only the engine does; the rest is in
 * vpnalg/handler/rewrite.h. */
#ifndef VPNALG_ENGINE_REWRITE_H
#define VPNALG_ENGINE_REWRITE_H

#include "translator.h"

#include "../wire/ip.h"
#include "../wire/tcp.h"
#include "../wire/udp.h"

/* Returns the checksum's offset behind the IP header, or -1 without one. */
static inline int rewrite_checksum_offset(const struct vpnalg_parsed *parsed)
{
	switch (parsed->protocol) {
	case PROTOCOL_TCP:
		return TCP_CHECKSUM_OFF;
	case PROTOCOL_UDP:
		return UDP_CHECKSUM_OFF;
	case PROTOCOL_ICMP:
		return ICMP_CHECKSUM_OFF;
	default:
		return -1;
	}
}

/* Replaces 16 bits of the IP header, and its checksum by the difference. */
void vpnalg_rewrite_ip_16(uint8_t *ip, unsigned offset, uint16_t value);

/* Replaces the local address in the IP header, and nothing behind it: a later
 * fragment has no checksum there. */
void vpnalg_rewrite_ip_local(const struct vpnalg_parsed *parsed,
			     const uint8_t *address, size_t addr_len);

#endif

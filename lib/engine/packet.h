/* SPDX-License-Identifier: BSD-2-Clause */
/* Proves where IP and what follows it lie. After this nobody has to doubt a
 * length: l4_caplen bytes may be read and written at l4. */
#ifndef VPNALG_ENGINE_PACKET_H
#define VPNALG_ENGINE_PACKET_H

#include "translator.h"

#include "../wire/ip.h"

enum packet_type { PACKET_OTHER, PACKET_PLAIN, PACKET_ICMP_ERROR };

/* Whether a packet is whole, the first fragment or a later one. */
static inline uint8_t packet_fragment(unsigned field)
{
	if ((field & (IPV4_FRAGMENT_MASK | IPV4_MORE_FRAGMENTS)) == 0)
		return VPNALG_FRAGMENT_NONE;
	return field & IPV4_FRAGMENT_MASK ? VPNALG_FRAGMENT_LATER
					  : VPNALG_FRAGMENT_FIRST;
}

/* Returns false for a header that contradicts itself. */
static inline bool packet_parse_ipv4(uint8_t *ip, uint32_t caplen, uint32_t len,
				     struct vpnalg_parsed *parsed)
{
	uint32_t header, total;

	if (caplen < IPV4_HEADER_LEN || ip[0] >> 4 != 4)
		return false;
	header = (ip[0] & 15U) * 4;
	total = vpnalg_get16(ip + IPV4_LENGTH_OFF);
	if (header < IPV4_HEADER_LEN || header > caplen || total < header)
		return false;
	parsed->ip = ip;
	parsed->l4 = ip + header;
	parsed->l4_len = total - header;
	parsed->l4_caplen = (caplen < total ? caplen : total) - header;
	parsed->overlong = total > len;
	parsed->addr_len = IPV4_ADDR_LEN;
	parsed->protocol = ip[IPV4_PROTOCOL_OFF];
	parsed->fragment =
		packet_fragment(vpnalg_get16(ip + IPV4_FRAGMENT_OFF));
	return true;
}

/* Which address is the inside host's end depends on the way it travels. */
static inline void packet_set_ends(struct vpnalg_parsed *parsed, bool inward,
				   bool inside)
{
	uint8_t *source = parsed->ip + IPV4_SOURCE_OFF;
	uint8_t *destination = parsed->ip + IPV4_DESTINATION_OFF;

	parsed->inward = inward;
	parsed->inside = inside;
	parsed->local = inward ? destination : source;
	parsed->remote = inward ? source : destination;
}

bool vpnalg_packet_is_icmp_error(const struct vpnalg_parsed *parsed);

static inline enum packet_type packet_parse(const struct vpnalg_packet *packet,
					    struct vpnalg_parsed *parsed)
{
	bool inward = packet->direction & VPNALG_IN;
	bool undo = packet->direction & VPNALG_OUT_UNDO;

	if (!packet_parse_ipv4(packet->data, packet->caplen, packet->len,
			       parsed))
		return PACKET_OTHER;
	packet_set_ends(parsed, inward, inward == undo);
	parsed->undo = undo;
	parsed->quoted = false;
	parsed->zone = packet->zone;
	parsed->checksum = packet->checksum;
	if (parsed->protocol == PROTOCOL_ICMP &&
	    vpnalg_packet_is_icmp_error(parsed))
		return PACKET_ICMP_ERROR;
	return PACKET_PLAIN;
}

/* Nothing in its IP header keeps it from being translated. */
static inline bool packet_is_plain(const struct vpnalg_parsed *parsed)
{
	return parsed->l4 == parsed->ip + IPV4_HEADER_LEN && !parsed->quoted &&
	       parsed->fragment == VPNALG_FRAGMENT_NONE && !parsed->overlong;
}

bool vpnalg_packet_enter_quote(struct vpnalg_parsed *parsed);
bool vpnalg_packet_holds_addresses(const struct vpnalg_parsed *parsed);

#endif

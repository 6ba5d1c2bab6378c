/* SPDX-License-Identifier: BSD-2-Clause */
/* Proves where IP and what follows it lie. After this nobody has to doubt a
 * length: l4_caplen bytes may be read and written at l4. */
#include "internal.h"

#include "wire_ip.h"

/* A header that contradicts itself belongs to no handler: PACKET_OTHER. */
static enum packet_type parse_ipv4(uint8_t *ip, uint32_t caplen, uint32_t len,
				   struct vpnalg_facts *facts)
{
	uint32_t header, total, fragment;

	if (caplen < IPV4_HEADER_LEN || ip[0] >> 4 != 4)
		return PACKET_OTHER;
	header = (ip[0] & 15U) * 4;
	total = vpnalg_get16(ip + IPV4_LENGTH_OFF);
	if (header < IPV4_HEADER_LEN || header > caplen || total < header)
		return PACKET_OTHER;
	fragment = vpnalg_get16(ip + IPV4_FRAGMENT_OFF);

	facts->ip = ip;
	facts->l4 = ip + header;
	facts->l4_len = total - header;
	facts->l4_caplen = (caplen < total ? caplen : total) - header;
	facts->overlong = total > len;
	facts->addr_len = IPV4_ADDR_LEN;
	facts->protocol = ip[IPV4_PROTOCOL_OFF];
	facts->fragment = VPNALG_FRAGMENT_NONE;
	if (fragment & IPV4_FRAGMENT_MASK)
		facts->fragment = VPNALG_FRAGMENT_LATER;
	else if (fragment & IPV4_MORE_FRAGMENTS)
		facts->fragment = VPNALG_FRAGMENT_FIRST;
	return PACKET_PLAIN;
}

/* Which address is the inside host's end depends on the way it travels. */
static void set_ends(struct vpnalg_facts *facts, bool inward, bool inside)
{
	uint8_t *source = facts->ip + IPV4_SOURCE_OFF;
	uint8_t *destination = facts->ip + IPV4_DESTINATION_OFF;

	facts->inward = inward;
	facts->inside = inside;
	facts->local = inward ? destination : source;
	facts->remote = inward ? source : destination;
}

static bool is_icmp_error(const struct vpnalg_facts *facts)
{
	if (facts->protocol != PROTOCOL_ICMP || facts->l4_caplen < 1 ||
	    facts->fragment == VPNALG_FRAGMENT_LATER)
		return false;
	switch (facts->l4[0]) {
	case ICMP_UNREACHABLE:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER_PROBLEM:
		return true;
	default:
		return false;
	}
}

enum packet_type vpnalg_packet_parse(const struct vpnalg_packet *packet,
				     struct vpnalg_facts *facts)
{
	bool inward = packet->direction & VPNALG_IN;
	bool undo = packet->direction & VPNALG_OUT_UNDO;

	if (parse_ipv4(packet->data, packet->caplen, packet->len, facts) ==
	    PACKET_OTHER)
		return PACKET_OTHER;
	set_ends(facts, inward, inward == undo);
	facts->undo = undo;
	facts->quoted = false;
	facts->zone = packet->zone;
	facts->checksum = packet->checksum;
	return is_icmp_error(facts) ? PACKET_ICMP_ERROR : PACKET_PLAIN;
}

/* Goes on to the packet that an ICMP error quotes. It travelled the other way,
 * and stands there in the form of the side that the error comes from. */
bool vpnalg_packet_enter_quote(struct vpnalg_facts *facts)
{
	bool inward = facts->inward, inside = facts->inside;

	if (facts->l4_caplen < ICMP_QUOTE_OFF)
		return false;
	/* Quotes are cut: their IP header may speak of more than there is. */
	if (parse_ipv4(facts->l4 + ICMP_QUOTE_OFF,
		       facts->l4_caplen - ICMP_QUOTE_OFF, UINT32_MAX,
		       facts) == PACKET_OTHER)
		return false;
	set_ends(facts, !inward, inside);
	facts->undo = false;
	facts->quoted = true;
	facts->checksum = VPNALG_CHECKSUM_COMPLETE;
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that few packets have: IP options, fragments, ICMP errors. */
#include "packet.h"

/* Returns enum vpnalg_fragment. */
static uint8_t fragment(unsigned field)
{
	if ((field & (IPV4_FRAGMENT_MASK | IPV4_MORE_FRAGMENTS)) == 0)
		return VPNALG_FRAGMENT_NONE;
	return field & IPV4_FRAGMENT_MASK ? VPNALG_FRAGMENT_LATER
					  : VPNALG_FRAGMENT_FIRST;
}

/* Returns false for a header that contradicts itself. */
static bool parse_ipv4(uint8_t *ip, uint32_t caplen, uint32_t len,
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
	parsed->protocol = ip[IPV4_PROTOCOL_OFF];
	parsed->fragment = fragment(vpnalg_get16(ip + IPV4_FRAGMENT_OFF));
	return true;
}

/* A redirect from outside is about the route that the router itself takes to a
 * remote (RFC 792): it is the router's. */
static bool is_icmp_error(const struct vpnalg_parsed *parsed)
{
	if (parsed->protocol != PROTOCOL_ICMP || parsed->l4_caplen < 1 ||
	    parsed->fragment == VPNALG_FRAGMENT_LATER)
		return false;
	switch (parsed->l4[0]) {
	case ICMP_UNREACHABLE:
	case ICMP_SOURCE_QUENCH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER_PROBLEM:
		return true;
	case ICMP_REDIRECT:
		return parsed->inside;
	default:
		return false;
	}
}

/* Goes on to the packet that an ICMP error quotes. The quoted packet travelled
 * in the opposite direction, and has the form of the side that the error comes
 * from. */
static bool enter_quote(struct vpnalg_parsed *parsed)
{
	uint8_t *source, *destination;

	if (parsed->l4_caplen < ICMP_QUOTE_OFF)
		return false;
	/* Quotes are cut: their IP header may speak of more than there is. */
	if (!parse_ipv4(parsed->l4 + ICMP_QUOTE_OFF,
			parsed->l4_caplen - ICMP_QUOTE_OFF, UINT32_MAX, parsed))
		return false;
	source = parsed->ip + IPV4_SOURCE_OFF;
	destination = parsed->ip + IPV4_DESTINATION_OFF;
	parsed->inward = !parsed->inward;
	parsed->local = parsed->inward ? destination : source;
	parsed->remote = parsed->inward ? source : destination;
	parsed->undo = false;
	parsed->quoted = true;
	parsed->checksum = VPNALG_CHECKSUM_FULL;
	return true;
}

/* An error about an error, which must not be sent (RFC 1122 3.2.2), is parsed
 * as the packet that the inner error quotes. */
bool vpnalg_packet_enter_quote(struct vpnalg_parsed *parsed)
{
	if (!enter_quote(parsed))
		return false;
	if (is_icmp_error(parsed))
		enter_quote(parsed);
	return true;
}

/* Parses any packet. */
enum packet_type vpnalg_packet_parse(const struct vpnalg_packet *packet,
				     struct vpnalg_parsed *parsed)
{
	parsed->ip = packet->data;
	packet_set_direction(packet, parsed);
	if (!parse_ipv4(packet->data, packet->caplen, packet->len, parsed))
		return PACKET_OTHER;
	return is_icmp_error(parsed) ? PACKET_ICMP_ERROR : PACKET_WHOLE;
}

/* Parses any packet; of an ICMP error the one that it quotes. An error without
 * all of the quoted IP header is about nothing: it is a packet of ICMP, as that
 * of an unknown type is. */
bool vpnalg_packet_parse_any(const struct vpnalg_packet *packet,
			     struct vpnalg_parsed *parsed)
{
	enum packet_type type = vpnalg_packet_parse(packet, parsed);

	if (type == PACKET_ICMP_ERROR)
		vpnalg_packet_enter_quote(parsed);
	return type != PACKET_OTHER;
}

/* Looks for options in which routers and hosts write addresses, the inside
 * host's included: route and timestamp options (RFC 791 3.1). */
bool vpnalg_packet_holds_addresses(const struct vpnalg_parsed *parsed)
{
	const uint8_t *option = parsed->ip + IPV4_HEADER_LEN;

	while (option < parsed->l4 && *option != IPV4_OPTION_END) {
		switch (*option) {
		case IPV4_OPTION_RECORD_ROUTE:
		case IPV4_OPTION_TIMESTAMP:
		case IPV4_OPTION_LOOSE_ROUTE:
		case IPV4_OPTION_STRICT_ROUTE:
			return true;
		case IPV4_OPTION_NOTHING:
			option++;
			continue;
		}
		if (option + 1 >= parsed->l4 || option[1] < 2)
			return false; /* the options are malformed */
		option += option[1];
	}
	return false;
}

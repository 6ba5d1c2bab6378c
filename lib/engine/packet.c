/* SPDX-License-Identifier: BSD-2-Clause */
/* What few packets have: ICMP errors and IP options. */
#include "packet.h"

bool vpnalg_packet_is_icmp_error(const struct vpnalg_parsed *parsed)
{
	if (parsed->l4_caplen < 1 || parsed->fragment == VPNALG_FRAGMENT_LATER)
		return false;
	switch (parsed->l4[0]) {
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

/* Goes on to the packet that an ICMP error quotes. It travelled the other way,
 * and stands there in the form of the side that the error comes from. */
bool vpnalg_packet_enter_quote(struct vpnalg_parsed *parsed)
{
	bool inward = parsed->inward, inside = parsed->inside;

	if (parsed->l4_caplen < ICMP_QUOTE_OFF)
		return false;
	/* Quotes are cut: their IP header may speak of more than there is. */
	if (!packet_parse_ipv4(parsed->l4 + ICMP_QUOTE_OFF,
			       parsed->l4_caplen - ICMP_QUOTE_OFF, UINT32_MAX,
			       parsed))
		return false;
	packet_set_ends(parsed, !inward, inside);
	parsed->undo = false;
	parsed->quoted = true;
	parsed->checksum = VPNALG_CHECKSUM_FULL;
	return true;
}

/* Options in which routers and hosts write addresses, that of the inside host
 * too: route and timestamp options (RFC 791 3.1). */
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
			return false; /* no options that anybody can read */
		option += option[1];
	}
	return false;
}

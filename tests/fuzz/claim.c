/* SPDX-License-Identifier: BSD-2-Clause */
/* Which packets are a handler's. */
#include "claim.h"

#include "errors.h"
#include "rogue.h"

/* Returns whether an address can be that of a remote. */
static bool is_remote(const struct settings *settings, uint32_t address)
{
	return !is_outside(settings, address) && address >> 24 != 0 &&
	       address >> 24 != 127 && address < 0xe0000000U;
}

/* Returns whether a host sends a whole packet to a remote. */
static bool goes_to_remote(const struct settings *settings,
			   const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;
	uint32_t header;

	if (s->direction != VPNALG_OUT || s->bytes.length < 20 ||
	    ip[0] >> 4 != 4)
		return false;
	header = header_length(ip);
	return header >= 20 && s->bytes.length >= header + 8 &&
	       get16(ip + 2) >= header + 8 && (get16(ip + 6) & 0x3fff) == 0 &&
	       !is_outside(settings, get32(ip + 12)) &&
	       is_remote(settings, get32(ip + 16));
}

static bool is_of_protocol(const struct settings *settings, uint8_t protocol,
			   const uint8_t *l4)
{
	uint32_t port = get16(l4 + 2);

	switch (protocol) {
	case TCP:
		return settings->has_general || port == PORT_PPTP;
	case UDP:
		return settings->has_general || port == PORT_IKE ||
		       port == PORT_NAT_T;
	case ESP:
	case AH:
		return true;
	case L2TP_IP:
		return settings->has_l2tp || settings->has_general;
	case ICMP:
		return settings->has_general && !is_icmp_error_type(*l4);
	default:
		return settings->has_general;
	}
}

bool is_claimed(const struct settings *settings, const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;

	return goes_to_remote(settings, s) &&
	       is_of_protocol(settings, ip[9], ip + header_length(ip));
}

static bool has_rogue_port(const uint8_t *ip, uint32_t length)
{
	uint32_t l4;

	if (length < 24 || ip[9] != UDP)
		return false;
	l4 = header_length(ip);
	return length < l4 + 4 || get16(ip + l4) == ROGUE_PORT ||
	       get16(ip + l4 + 2) == ROGUE_PORT;
}

bool is_rogue(const struct settings *settings, const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;
	uint32_t length = s->bytes.length, quote;

	if (!settings->has_rogue)
		return false;
	while (length >= 24 && ip[9] == ICMP &&
	       length > header_length(ip) + 8) {
		quote = header_length(ip) + 8;
		ip += quote;
		length -= quote;
	}
	return has_rogue_port(ip, length);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Proves where IP and what follows it lie. After this nobody has to doubt a
 * length: l4_caplen bytes may be read and written at l4. */
#ifndef VPNALG_ENGINE_PACKET_H
#define VPNALG_ENGINE_PACKET_H

#include "translator.h"

#include "../wire/ip.h"

enum packet_type { PACKET_OTHER, PACKET_WHOLE, PACKET_ICMP_ERROR };

/* What is known of a packet by its direction alone, were its IP header plain.
 * The inside host's end is the source on the way out, the destination on the
 * way in. */
struct packet_direction {
	bool inward, inside, undo, quoted, overlong; /* as they are in parsed */
	uint8_t fragment, addr_len;
	uint8_t local_off, remote_off; /* of the addresses in the IP header */
};

static inline const struct packet_direction *
packet_direction(const struct vpnalg_packet *packet)
{
	static const struct packet_direction directions[] = {
		[VPNALG_OUT] = { .inside = true,
				 .addr_len = IPV4_ADDR_LEN,
				 .local_off = IPV4_SOURCE_OFF,
				 .remote_off = IPV4_DESTINATION_OFF },
		[VPNALG_IN] = { .inward = true,
				.addr_len = IPV4_ADDR_LEN,
				.local_off = IPV4_DESTINATION_OFF,
				.remote_off = IPV4_SOURCE_OFF },
		[VPNALG_OUT_UNDO] = { .undo = true,
				      .addr_len = IPV4_ADDR_LEN,
				      .local_off = IPV4_SOURCE_OFF,
				      .remote_off = IPV4_DESTINATION_OFF },
		[VPNALG_IN_UNDO] = { .inward = true,
				     .inside = true,
				     .undo = true,
				     .addr_len = IPV4_ADDR_LEN,
				     .local_off = IPV4_DESTINATION_OFF,
				     .remote_off = IPV4_SOURCE_OFF },
	};

	return &directions[packet->direction % 4];
}

static inline void
packet_set_direction(const struct packet_direction *direction,
		     struct vpnalg_parsed *parsed)
{
	parsed->inward = direction->inward;
	parsed->inside = direction->inside;
	parsed->undo = direction->undo;
	parsed->quoted = direction->quoted;
	parsed->overlong = direction->overlong;
	parsed->fragment = direction->fragment;
	parsed->addr_len = direction->addr_len;
	parsed->local = parsed->ip + direction->local_off;
	parsed->remote = parsed->ip + direction->remote_off;
}

/* Whether the IP header is one of those that nearly all packets have: sound,
 * without options, not of a fragment and not longer than the packet. ICMP is
 * looked at more closely. */
static inline bool packet_is_plain(const struct vpnalg_packet *packet)
{
	const uint8_t *ip = packet->data;
	uint32_t total;

	if (packet->caplen < IPV4_HEADER_LEN || ip[0] != IPV4_WITHOUT_OPTIONS ||
	    ip[IPV4_PROTOCOL_OFF] == PROTOCOL_ICMP)
		return false;
	total = vpnalg_get16(ip + IPV4_LENGTH_OFF);
	return total >= IPV4_HEADER_LEN && total <= packet->len &&
	       (vpnalg_get16(ip + IPV4_FRAGMENT_OFF) &
		(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_MASK)) == 0;
}

/* What is proved of a packet with a plain header. */
static inline void packet_parse_plain(const struct vpnalg_packet *packet,
				      struct vpnalg_parsed *parsed)
{
	uint8_t *ip = packet->data;
	uint32_t total = vpnalg_get16(ip + IPV4_LENGTH_OFF);
	uint32_t caplen = packet->caplen < total ? packet->caplen : total;

	parsed->ip = ip;
	parsed->l4_len = total - IPV4_HEADER_LEN;
	parsed->l4_caplen = caplen - IPV4_HEADER_LEN;
	parsed->l4 = ip + IPV4_HEADER_LEN;
	packet_set_direction(packet_direction(packet), parsed);
	parsed->checksum = packet->checksum;
	parsed->zone = packet->zone;
	parsed->protocol = ip[IPV4_PROTOCOL_OFF];
}

/* packet.c */
enum packet_type vpnalg_packet_parse(const struct vpnalg_packet *packet,
				     struct vpnalg_parsed *parsed);
bool vpnalg_packet_enter_quote(struct vpnalg_parsed *parsed);
bool vpnalg_packet_holds_addresses(const struct vpnalg_parsed *parsed);

#endif

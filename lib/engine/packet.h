/* SPDX-License-Identifier: BSD-2-Clause */
/* Proves where IP and what follows it lie. After this no length has to be
 * checked again: l4_caplen bytes may be read and written at l4. */
#ifndef VPNALG_ENGINE_PACKET_H
#define VPNALG_ENGINE_PACKET_H

#include "translator.h"

#include "../wire/ip.h"

enum packet_type { PACKET_OTHER, PACKET_WHOLE, PACKET_ICMP_ERROR };

/* The facts about a packet that follow from its direction alone, were its IP
 * header plain. The inside host's end is the source of an outbound packet, the
 * destination of an inbound one. All but the last two is in the order of struct
 * vpnalg_parsed, so that it is copied at once. */
struct packet_direction {
	bool inward, inside, undo, quoted, overlong;
	uint8_t fragment, addr_len, checksum;
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

/* Copies what the caller says of the packet beside its bytes: its direction,
 * zone and kind of checksum. */
static inline void packet_set_direction(const struct vpnalg_packet *packet,
					struct vpnalg_parsed *parsed)
{
	const struct packet_direction *direction = packet_direction(packet);

	parsed->inward = direction->inward;
	parsed->inside = direction->inside;
	parsed->undo = direction->undo;
	parsed->quoted = direction->quoted;
	parsed->overlong = direction->overlong;
	parsed->fragment = direction->fragment;
	parsed->addr_len = direction->addr_len;
	parsed->checksum = direction->checksum;
	parsed->local = parsed->ip + direction->local_off;
	parsed->remote = parsed->ip + direction->remote_off;
	parsed->checksum = packet->checksum;
	parsed->zone = packet->zone;
}

/* Parses a packet with the IP header that nearly all packets have: sound,
 * without options, not of a fragment and not longer than the packet. Returns
 * false for all others, and for ICMP, which is parsed further elsewhere. */
static inline bool packet_parse_plain(const struct vpnalg_packet *packet,
				      struct vpnalg_parsed *parsed)
{
	uint32_t total, caplen = packet->caplen;
	uint8_t *ip = packet->data;

	if (caplen < IPV4_HEADER_LEN || ip[0] != IPV4_WITHOUT_OPTIONS ||
	    ip[IPV4_PROTOCOL_OFF] == PROTOCOL_ICMP)
		return false;
	total = vpnalg_get16(ip + IPV4_LENGTH_OFF);
	if (total < IPV4_HEADER_LEN || total > packet->len ||
	    (vpnalg_get16(ip + IPV4_FRAGMENT_OFF) &
	     (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_MASK)) != 0)
		return false;
	if (caplen > total)
		caplen = total;
	parsed->ip = ip;
	parsed->l4 = ip + IPV4_HEADER_LEN;
	parsed->l4_len = total - IPV4_HEADER_LEN;
	parsed->l4_caplen = caplen - IPV4_HEADER_LEN;
	parsed->protocol = ip[IPV4_PROTOCOL_OFF];
	packet_set_direction(packet, parsed);
	return true;
}

/* packet.c */
enum packet_type vpnalg_packet_parse(const struct vpnalg_packet *packet,
				     struct vpnalg_parsed *parsed);
bool vpnalg_packet_parse_any(const struct vpnalg_packet *packet,
			     struct vpnalg_parsed *parsed);
bool vpnalg_packet_enter_quote(struct vpnalg_parsed *parsed);
bool vpnalg_packet_holds_addresses(const struct vpnalg_parsed *parsed);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Proves where IP and what follows it lie. After this no length has to be
 * checked again: l4_caplen bytes may be read and written at l4. */
#ifndef VPNALG_ENGINE_PACKET_H
#define VPNALG_ENGINE_PACKET_H

#include "translator.h"

#include "../wire/ip.h"

enum packet_type { PACKET_OTHER, PACKET_WHOLE, PACKET_ICMP_ERROR };

/* What is parsed of a packet by its direction alone, as if its IP header were
 * plain. The inside host's end is the source of an outbound packet, the
 * destination of an inbound one. */
struct packet_direction {
	/* As in struct vpnalg_parsed, and in its order: copied at once. */
	bool inward, inside, undo, quoted, overlong;
	uint8_t fragment, addr_len, checksum;
	/* Of the addresses in the IP header; of a size that makes 16 bytes of
	 * all, which takes a shift to find one by its number. */
	uint32_t local_off, remote_off;
};

#define DIRECTION_FACTS offsetof(struct packet_direction, local_off)
_Static_assert(offsetof(struct vpnalg_parsed, checksum) -
			       offsetof(struct vpnalg_parsed, inward) ==
		       offsetof(struct packet_direction, checksum),
	       "all are copied at once");

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
	/* As wide as a pointer: the entry is looked up once for all of it. */
	const size_t place = packet->direction % 4U;

	return &directions[place];
}

/* Copies what the caller says of the packet beside its bytes: its direction,
 * zone and kind of checksum. */
static inline void packet_set_direction(const struct vpnalg_packet *packet,
					struct vpnalg_parsed *parsed)
{
	const struct packet_direction *direction = packet_direction(packet);

	memcpy((uint8_t *)parsed + offsetof(struct vpnalg_parsed, inward),
	       direction, DIRECTION_FACTS);
	parsed->local = parsed->ip + direction->local_off;
	parsed->remote = parsed->ip + direction->remote_off;
	parsed->checksum = packet->checksum;
	parsed->zone = packet->zone;
}

/* Returns whether an IP header is a fragment's. The bits are tested where they
 * stand, so that their bytes need not be swapped. */
static inline bool packet_is_of_fragment(const uint8_t *ip)
{
	const unsigned bits = IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_MASK;
	const unsigned in_place = bits >> 8 | (bits & 0xff) << 8;

	return ((ip[IPV4_FRAGMENT_OFF] | (unsigned)ip[IPV4_FRAGMENT_OFF + 1]
						 << 8) &
		in_place) != 0;
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
	    packet_is_of_fragment(ip))
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

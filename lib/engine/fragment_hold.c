/* SPDX-License-Identifier: BSD-2-Clause */
#include "fragment_hold.h"

#include <string.h>

/* Puts it in by its offset. Returns false if it overlaps another one. */
static bool sort_in(struct fragments *fragments, struct datagram *datagram,
		    struct held *new_one, unsigned place)
{
	uint32_t end = new_one->offset + new_one->length;
	uint16_t *link = &datagram->held;
	struct held *held;

	for (; *link != NOT_HELD; link = &held->next) {
		held = datagram_held(fragments, *link);
		if (held->offset >= end)
			break;
		if (held->offset + held->length > new_one->offset)
			return false;
	}
	new_one->next = *link;
	*link = (uint16_t)place;
	datagram->count++;
	return true;
}

/* Returns false where the ends contradict each other (RFC 791 3.2). */
static bool ends_agree(const struct datagram *datagram, const struct held *held,
		       bool is_last)
{
	uint32_t end = held->offset + held->length;

	if (is_last)
		return datagram->end <= end &&
		       (datagram->total == 0 || datagram->total == end);
	return datagram->total == 0 || end <= datagram->total;
}

static void note_end(struct datagram *datagram, const struct held *held,
		     bool is_last)
{
	uint32_t end = held->offset + held->length;

	datagram->gathered += held->length;
	if (end > datagram->end)
		datagram->end = end;
	if (is_last)
		datagram->total = end;
}

bool vpnalg_fragment_hold_link(struct fragments *fragments,
			       struct datagram *datagram, unsigned at,
			       const struct vpnalg_parsed *parsed)
{
	struct held *held = datagram_held(fragments, at);

	held->offset = datagram_offset(parsed->ip);
	held->length = parsed->l4_len;
	if (!ends_agree(datagram, held, datagram_ends(parsed->ip)) ||
	    !sort_in(fragments, datagram, held, at)) {
		datagram_free_held(fragments, at);
		return false;
	}
	note_end(datagram, held, datagram_ends(parsed->ip));
	return true;
}

static bool put_in(struct fragments *fragments, struct datagram *datagram,
		   const struct vpnalg_packet *packet,
		   const struct vpnalg_parsed *parsed)
{
	unsigned at = fragments->free_held;
	struct held *held = datagram_held(fragments, at);
	uint32_t length = (uint32_t)(parsed->l4 - parsed->ip) + parsed->l4_len;

	fragments->free_held = held->next;
	held->packet = *packet;
	held->packet.data = (uint8_t *)(held + 1);
	held->packet.len = held->packet.caplen = length;
	memcpy(held->packet.data, packet->data, length);
	return vpnalg_fragment_hold_link(fragments, datagram, at, parsed);
}

/* Whether the same fragment is held already: networks duplicate packets. */
static bool is_held(const struct fragments *fragments,
		    const struct datagram *datagram, const uint8_t *ip,
		    const struct vpnalg_parsed *parsed)
{
	const struct held *held;
	unsigned at;

	for (at = datagram->held; at != NOT_HELD; at = held->next) {
		held = datagram_held(fragments, at);
		if (held->offset == datagram_offset(ip) &&
		    held->length == parsed->l4_len)
			return memcmp(held->packet.data + held->packet.len -
					      held->length,
				      parsed->l4, held->length) == 0;
	}
	return false;
}

bool vpnalg_fragment_hold(struct vpnalg *translator, struct datagram *datagram,
			  const struct vpnalg_packet *packet,
			  const struct vpnalg_parsed *parsed)
{
	struct fragments *fragments = translator->fragments;

	if (is_held(fragments, datagram, packet->data, parsed))
		return false;
	if (fragments->free_held == NOT_HELD)
		vpnalg_datagram_forget_taken(fragments);
	if (fragments->free_held == NOT_HELD)
		vpnalg_datagram_make_room(translator);
	if (datagram->state == DATAGRAM_DROPPED ||
	    fragments->free_held == NOT_HELD)
		return false;
	if (put_in(fragments, datagram, packet, parsed))
		return true;
	vpnalg_datagram_drop_held(translator, datagram);
	datagram->state = DATAGRAM_DROPPED;
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams that are put together, translated, and taken apart again as they
 * were. */
#include "whole.h"

#include <string.h>

#include "alias.h"
#include "datagram.h"
#include "packet.h"
#include "rewrite.h"

static unsigned header_len(const uint8_t *ip)
{
	return (ip[0] & 15U) * 4;
}

static void set_fragment_field(uint8_t *ip, uint32_t offset, bool more)
{
	unsigned field = vpnalg_get16(ip + IPV4_FRAGMENT_OFF) &
			 ~(unsigned)(IPV4_FRAGMENT_MASK | IPV4_MORE_FRAGMENTS);

	field |= offset / 8 | (more ? IPV4_MORE_FRAGMENTS : 0U);
	vpnalg_rewrite_ip_16(ip, IPV4_FRAGMENT_OFF, (uint16_t)field);
}

/* Makes one packet of all fragments, with the first one's header. */
static void put_together(struct fragments *fragments,
			 const struct datagram *datagram)
{
	struct vpnalg_packet *packet = &fragments->packet;
	struct held *held = datagram_held(fragments, datagram->held);
	unsigned header = header_len(held->packet.data), at;

	*packet = held->packet;
	packet->data = fragments->whole;
	packet->len = packet->caplen = header + datagram->total;
	memcpy(packet->data, held->packet.data, header);
	for (at = datagram->held; at != NOT_HELD; at = held->next) {
		held = datagram_held(fragments, at);
		memcpy(packet->data + header + held->offset,
		       held->packet.data + held->packet.len - held->length,
		       held->length);
	}
	set_fragment_field(packet->data, 0, false);
	vpnalg_rewrite_ip_16(packet->data, IPV4_LENGTH_OFF,
			     (uint16_t)packet->len);
}

/* Copies a fragment's part out of the translated datagram. length is the length
 * of that datagram. */
static void take_part(struct held *held, const uint8_t *l4, uint32_t length,
		      unsigned flags)
{
	uint8_t *ip = held->packet.data;
	unsigned header = header_len(ip);
	uint32_t rest = length - held->offset;

	held->packet.flags |= flags & VPNALG_PACKET_TO_SERVICE;
	memcpy(ip + header, l4 + held->offset,
	       held->length < rest ? held->length : rest);
	if (held->length >= rest) {
		held->length = rest;
		set_fragment_field(ip, held->offset, false);
		held->packet.len = held->packet.caplen = header + rest;
		vpnalg_rewrite_ip_16(ip, IPV4_LENGTH_OFF,
				     (uint16_t)held->packet.len);
	}
}

/* Takes the datagram apart. A cut segment has lost its tail: fragments behind
 * that are not given back. */
static void take_apart(struct fragments *fragments, struct datagram *datagram,
		       const struct vpnalg_packet *packet)
{
	unsigned header = header_len(packet->data), at;
	uint32_t length = packet->len - header;
	struct held *held;

	for (at = datagram->held; at != NOT_HELD; at = held->next) {
		held = datagram_held(fragments, at);
		if (held->offset < length)
			take_part(held, packet->data + header, length,
				  packet->flags);
		else
			held->length = 0;
	}
}

/* Takes the result of the datagram that was put together. */
static void finish(struct vpnalg *translator, struct datagram *datagram)
{
	struct fragments *fragments = translator->fragments;
	struct vpnalg_packet *packet = &fragments->packet;
	struct vpnalg_parsed *parsed = &translator->slots[0].parsed;

	vpnalg_alias_lift(translator, packet);
	if (packet->result == VPNALG_UNTOUCHED)
		datagram->state = DATAGRAM_UNTOUCHED;
	else if (packet->result != VPNALG_TRANSLATED)
		vpnalg_datagram_drop_held(translator, datagram);
	if (packet->result != VPNALG_TRANSLATED)
		return;
	datagram->state = DATAGRAM_WHOLE;
	datagram->handler = translator->step.handler;
	datagram->kind = translator->step.kind;
	vpnalg_packet_parse(packet, parsed);
	vpnalg_fragment_learn(translator, datagram, parsed, packet->zone);
	take_apart(fragments, datagram, packet);
}

/* Returns whether all of a datagram is held that must be translated whole. */
static bool is_complete(const struct datagram *datagram)
{
	return datagram->state == DATAGRAM_GATHERED && datagram->total != 0 &&
	       datagram->gathered == datagram->total;
}

/* Returns whether there is room to put it together. */
static bool fits(const struct fragments *fragments,
		 const struct datagram *datagram)
{
	const struct held *first = datagram_held(fragments, datagram->held);

	return header_len(first->packet.data) + datagram->total <=
	       fragments->whole_max;
}

/* Returns NULL if there is none. */
static struct vpnalg_packet *next(struct vpnalg *translator)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *at = fragments->datagrams;
	struct datagram *end = at + fragments->datagram_count;

	if (fragments->translated != NULL)
		finish(translator, fragments->translated);
	fragments->translated = NULL;
	for (; at < end; at++) {
		if (!is_complete(at))
			continue;
		fragments->ready = true;
		at->state = DATAGRAM_DROPPED; /* finish() may set another */
		if (!fits(fragments, at)) {
			vpnalg_datagram_drop_held(translator, at);
			continue;
		}
		put_together(fragments, at);
		vpnalg_alias_set(translator, &fragments->packet);
		fragments->translated = at;
		return &fragments->packet;
	}
	fragments->complete = false;
	return NULL;
}

struct span vpnalg_whole_turn(struct vpnalg *translator, struct span left)
{
	struct fragments *fragments = translator->fragments;
	struct vpnalg_packet *whole = next(translator);

	if (fragments->rest == NULL) {
		fragments->rest = left.packets - fragments->behind;
		fragments->rest_count = left.count + fragments->behind;
	}
	if (whole != NULL)
		return (struct span){ whole, 1 };
	left = (struct span){ fragments->rest, fragments->rest_count };
	fragments->rest = NULL;
	return left;
}

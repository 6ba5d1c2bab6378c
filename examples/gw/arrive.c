/* SPDX-License-Identifier: BSD-2-Clause */
#include "arrive.h"

#include "../common/wire.h"

/* Not an uplink. */
#define NONE (-1)

/* A route may still lead to an uplink that has failed: what begins goes by
 * another one then. */
static int in_use(const struct gateway *gateway, int uplink)
{
	const size_t *counts = gateway->addresses.now.counts;
	const int count = (int)gateway->options->outside.count;

	for (int i = 0; i < count && !counts[uplink]; i++)
		if (counts[i])
			return i;
	return uplink;
}

/* Returns the uplink of an interface's number, 0 being none. */
static int uplink_of(const struct gateway *gateway, int interface)
{
	for (size_t i = FIRST_UPLINK; interface && i < gateway->side_count; i++)
		if (gateway->sides[i].port.index == interface)
			return in_use(gateway, (int)(i - FIRST_UPLINK));
	return NONE;
}

/* Returns the uplink of a packet: that of its route, or of the outside address
 * by which it goes to another inside host. A packet from inside that has
 * neither is the kernel's, by the rules too. What comes from outside, and what
 * this host sends, has its uplink in its addresses. */
static int find_uplink(struct gateway *gateway, const struct frame *frame,
		       const struct port *port)
{
	const uint8_t *ip = frame->data;
	int uplink;

	if (port->direction == VPNALG_IN || port->sent ||
	    frame->len < IP_HEADER_LEN)
		return 0;
	uplink = uplink_of(gateway, route_find(&gateway->route,
					       ip + IP_SOURCE_OFF,
					       ip + IP_DESTINATION_OFF));
	if (uplink != NONE)
		return uplink;
	return address_list_uplink(&gateway->addresses.now, ip + IP_DESTINATION_OFF);
}

static size_t make(struct gateway *gateway, const struct frame *frame,
		   const struct port *port, struct vpnalg_packet *packets)
{
	int uplink = find_uplink(gateway, frame, port);
	size_t pieces;

	if (uplink == NONE) {
		gateway->elsewhere++;
		return 0;
	}
	pieces = whole_make(frame, gateway->room, packets);
	gateway->senseless += !pieces && frame->len;
	gateway->cut += pieces > 1;
	for (size_t i = 0; i < pieces; i++) {
		packets[i].direction = port->direction;
		packets[i].uplink = (uint8_t)uplink;
	}
	return pieces;
}

size_t arrive(struct gateway *gateway, const struct frame *frames, size_t count,
	      const struct port *port)
{
	size_t made = 0;

	for (size_t i = 0; i < count; i++)
		made += make(gateway, &frames[i], port,
			     gateway->packets + made);
	return made;
}

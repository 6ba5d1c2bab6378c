/* SPDX-License-Identifier: BSD-2-Clause */
#include "traffic.h"

#include "frames.h"

/* GRE and ESP carry the receiver's ID, UDP has both ports. */
static void make_gre(uint8_t *packet, const uint8_t *source,
		     const uint8_t *destination, uint32_t from, uint32_t to)
{
	(void)from;
	frame_make_gre(packet, source, destination, (uint16_t)to);
}

static void make_udp(uint8_t *packet, const uint8_t *source,
		     const uint8_t *destination, uint32_t from, uint32_t to)
{
	frame_make_udp(packet, source, destination, (uint16_t)from,
		       (uint16_t)to);
}

static void make_esp(uint8_t *packet, const uint8_t *source,
		     const uint8_t *destination, uint32_t from, uint32_t to)
{
	(void)from;
	frame_make_esp(packet, source, destination, to);
}

static const struct {
	const char *name, *unit;
	void (*make)(uint8_t *packet, const uint8_t *source,
		     const uint8_t *destination, uint32_t from, uint32_t to);
} kinds[] = {
	[TRAFFIC_GRE] = { "GRE", "calls", make_gre },
	[TRAFFIC_UDP] = { "UDP", "flows", make_udp },
	[TRAFFIC_ESP] = { "ESP", "pairs", make_esp },
	[TRAFFIC_NAT_T] = { "NAT-T", "flows", make_udp },
};

const char *traffic_name(enum traffic traffic)
{
	return kinds[traffic].name;
}

const char *traffic_unit(enum traffic traffic)
{
	return kinds[traffic].unit;
}

void traffic_make(enum traffic traffic, const struct call *call, bool inward,
		  bool outside, uint8_t *packet)
{
	const uint8_t *local = outside ? call->outside : call->inside;
	uint32_t own = outside ? call->outside_own : call->own;

	if (inward)
		kinds[traffic].make(packet, call->remote, local, call->peer,
				    own);
	else
		kinds[traffic].make(packet, local, call->remote, own,
				    call->peer);
}

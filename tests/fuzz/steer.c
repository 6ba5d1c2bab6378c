/* SPDX-License-Identifier: BSD-2-Clause */
/* What several translators would do. */
#include "steer.h"

#include <string.h>

#include "report.h"

#define TRANSLATORS 5

static uint32_t steer(const struct settings *settings,
		      const struct vpnalg_packet *p)
{
	struct vpnalg_addr addresses[4] = { { 0 } };
	struct vpnalg_steer s = { .size = sizeof(s),
				  .key = { 1, 2 },
				  .addresses = addresses,
				  .address_count = settings->address_count };
	bool fragment;
	unsigned i;

	for (i = 0; i < settings->address_count; i++) {
		addresses[i].family = VPNALG_IPV4;
		put32(addresses[i].octets, outside_address(i));
	}
	return vpnalg_steer(&s, p, TRANSLATORS, &fragment);
}

void check_steer(const struct settings *settings, const struct lent *l,
		 const struct sent *s)
{
	struct vpnalg_packet before = l->p;
	uint8_t bytes[PACKET_MAX];
	uint32_t to;

	memcpy(bytes, s->bytes.data, s->bytes.length);
	before.data = bytes;
	before.caplen = s->bytes.length;
	before.len = s->len;
	before.zone = s->zone;
	to = steer(settings, &before);
	if (to >= TRANSLATORS)
		broken("steer", "to %u", (unsigned)to);
	if (l->p.result == VPNALG_TRANSLATED) {
		before = l->p;
		before.direction ^= VPNALG_OUT_UNDO;
		if (steer(settings, &before) != to)
			broken("steer", "both forms of a packet do not meet");
	}
}

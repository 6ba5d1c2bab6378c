/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings as the library takes them. */
#include "settings.h"

#include "bytes.h"

const uint8_t outside_uplinks[4] = { 0, 1, 0, 1 };

uint32_t outside_address(unsigned n)
{
	return 0xcb007101U + n; /* 203.0.113.1 and so on */
}

bool is_outside(const struct settings *s, uint32_t address)
{
	return address - outside_address(0) < s->address_count;
}

uint8_t uplink_of(const struct settings *s, uint32_t address)
{
	unsigned i;

	for (i = 0; s->uplinks && i < s->address_count; i++)
		if (address == outside_address(i))
			return outside_uplinks[i];
	return 0;
}

/* Some conversations have a delay, as long as any. */
uint32_t reuse_delay(const struct settings *s)
{
	return s->random & 1 ? 120000 : 0;
}

static void set_protocol(struct vpnalg_protocol *p,
			 struct protocol_settings *to)
{
	if (p->handler == vpnalg_general)
		p->settings = &to->general;
	if (p->handler == vpnalg_l2tp) {
		to->l2tp.port_1701 = p->settings != NULL;
		p->settings = &to->l2tp;
	}
}

const struct vpnalg_protocol *set_protocols(const struct settings *s,
					    struct protocol_settings *to)
{
	size_t i;

	to->general = (struct vpnalg_general_settings){
		.size = sizeof(to->general),
		.ports = s->ports,
		.filtering = s->filtering,
		.reuse_delay = reuse_delay(s),
	};
	to->l2tp = (struct vpnalg_l2tp_settings){ sizeof(to->l2tp),
						  s->any_address, false };
	for (i = 0; i < s->protocol_count; i++) {
		to->protocols[i] = s->protocols[i];
		set_protocol(&to->protocols[i], to);
	}
	return to->protocols;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The first bytes of a conversation: which handlers, and how they are set. */
#include "input.h"

#include <vpnalg/protocols.h>

#include <string.h>

#include "rogue.h"

static const struct vpnalg_protocol with_general[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};
static const struct vpnalg_protocol without[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
};
static const struct vpnalg_l2tp_settings at_1701 = {
	.size = sizeof(at_1701),
	.port_1701 = true,
};
static const struct vpnalg_protocol port_1701[] = {
	{ vpnalg_gre, NULL }, { vpnalg_l2tp, &at_1701 },
	{ vpnalg_ipsec, NULL }, { vpnalg_pptp, NULL }, { vpnalg_general, NULL },
};
static const struct vpnalg_protocol general_alone[] = {
	{ vpnalg_ipsec, NULL }, { vpnalg_general, NULL },
};
static const struct vpnalg_protocol with_rogue[] = {
	{ rogue_handler, NULL }, { vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL }, { vpnalg_general, NULL },
};

static void set_handlers(struct settings *s, unsigned which)
{
	static const struct {
		const struct vpnalg_protocol *protocols;
		size_t count;
		bool general, l2tp, rogue;
	} sets[] = { { with_general, 5, true, true, false },
		     { without, 4, false, true, false },
		     { port_1701, 5, true, true, false },
		     { general_alone, 2, true, false, false },
		     { with_rogue, 5, true, true, true } };
	s->protocols = sets[which].protocols;
	s->protocol_count = sets[which].count;
	s->has_general = sets[which].general;
	s->has_l2tp = sets[which].l2tp;
	s->has_rogue = sets[which].rogue;
}

static void set_ports(struct settings *s, unsigned bits)
{
	if (bits & 0x80)
		s->ports = (struct vpnalg_ports){ 1024, 1031 };
	if ((bits & 0x60) == 0x40)
		s->port_set = (struct vpnalg_port_set){ 6, 8, 0x34 };
	if ((bits & 0x60) == 0x60) /* few, so that they are wanted */
		s->port_blocks = (struct vpnalg_port_blocks){
			.length = 64, .ports = { 1024, 1024 + 4 * 64 - 1 }
		};
}

static void set_up(struct settings *s, const uint8_t *in)
{
	static const vpnalg_time times[] = { 0, 1000000, 0xfffff000,
					     VPNALG_NEVER - 300000 };

	memset(s, 0, sizeof(*s));
	set_handlers(s, in[7] & 1 ? 4 : in[0] & 3);
	set_ports(s, in[3]);
	s->address_count = 1U + (in[0] >> 2 & 3) % 3;
	s->bundled = in[0] & 0x10;
	s->any_address = in[0] & 0x20;
	s->passive = in[0] & 0x40;
	s->own = in[7] & 4;
	s->uplinks = in[7] & 0x10;
	s->services = s->has_general && (in[7] & 8);
	s->choosing = in[1] % CHOOSINGS;
	s->filtering = (in[1] >> 4) % 3;
	s->record_max = in[2] & 0x80 ? RECORDS_MAX / 2 : in[2] % 32U + 4;
	s->burst = 1U + in[3] % 8;
	s->now = times[in[4] & 3];
	/* These bits were 0 in all inputs before there were owners. */
	s->owned = (in[4] & 0xd0) == 0x40;
	s->random = in[5];
}

void input_settings(struct worlds *w, const uint8_t *in)
{
	struct settings *s = &w->settings;

	set_up(s, in);
	/* What is not saved may choose other IDs in the other world. */
	w->one_by_one = (in[6] & 3) == 1 && !s->owned;
	w->heals = (in[6] & 3) == 2 && !s->owned;
	w->two = w->one_by_one || w->heals;
	/* A fragment that a store costs takes its datagram with it. */
	s->fragments = (in[7] & 2) && !w->heals;
	/* What is given back between packets makes room. */
	s->roomy = w->one_by_one;
}

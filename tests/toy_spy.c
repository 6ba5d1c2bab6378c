/* SPDX-License-Identifier: BSD-2-Clause */
/* Handlers that claim every packet, or look at every packet. */
#include "toy.h"

struct vpnalg_parsed spied;
unsigned spied_count;

static const struct vpnalg_kind plain_kinds[] = {
	{ .name = "plain", .slots = 2 },
};

static enum vpnalg_claim want_all(const struct vpnalg_parsed *parsed,
				  struct vpnalg_match *m)
{
	*m = (struct vpnalg_match){ .space = 0xfc, .id = 1 };
	return parsed->inward && !parsed->inside ? VPNALG_CLAIM_KEY
					       : VPNALG_CLAIM_NONE;
}

static enum vpnalg_claim look(const struct vpnalg_parsed *parsed,
			      struct vpnalg_match *m)
{
	(void)m;
	spied = *parsed;
	spied_count++;
	return VPNALG_CLAIM_NONE;
}

static enum vpnalg_result never(struct vpnalg_step *step)
{
	(void)step;
	ck_abort_msg("asked to translate");
	return VPNALG_DROP_MALFORMED;
}

const struct vpnalg_handler greedy = {
	.size = sizeof(struct vpnalg_handler),
	.name = "greedy",
	.kinds = plain_kinds,
	.kind_count = 1,
	.match = want_all,
	.translate = never,
};

const struct vpnalg_handler *greedy_handler(void)
{
	return &greedy;
}

const struct vpnalg_handler spy = {
	.size = sizeof(struct vpnalg_handler),
	.name = "spy",
	.kinds = plain_kinds,
	.kind_count = 1,
	.match = look,
	.translate = never,
};

const struct vpnalg_handler *spy_handler(void)
{
	return &spy;
}

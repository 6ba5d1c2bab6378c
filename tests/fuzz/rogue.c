/* SPDX-License-Identifier: BSD-2-Clause */
/* A handler that answers as it may not, by a script that the steps write. It
 * claims UDP to and from port 80 of a remote. */
#include "rogue.h"

#include <string.h>

#include "bytes.h"

uint8_t rogue_script[4];

static const struct vpnalg_kind kinds[] = {
	{ .name = "rogue", .slots = 2, .body = 8 },
	{ .name = "rogue with peers", .slots = 4, .guard = UDP },
	{ .name = "rogue and bound", .slots = 2, .inherits_outside = true },
};

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	uint8_t x = rogue_script[1];

	if (parsed->protocol != UDP || parsed->l4_caplen < 8 ||
	    vpnalg_remote_port(parsed) != ROGUE_PORT)
		return VPNALG_CLAIM_NONE;
	match->space = UDP;
	match->id = vpnalg_local_port(parsed);
	match->port = parsed->inside ? ROGUE_PORT : 0;
	switch (rogue_script[0] & 7) {
	case 1:
		match->kind = x;
		break;
	case 2:
		match->reason = x;
		return VPNALG_CLAIM_DROP;
	case 3:
		return (enum vpnalg_claim)x;
	case 4:
		match->more = true;
		break;
	case 5:
		match->peer = x & 1;
		match->any_remote = x & 2;
		break;
	case 6:
		match->id = 0x10000U * x;
		break;
	default:
		break;
	}
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_result open_oddly(struct vpnalg_step *step, uint8_t x)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = {
		.kind = x & 3,
		.space = UDP,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = vpnalg_local_port(parsed),
		.inside_port = ROGUE_PORT,
		.least = x & 4 ? 70000 : 1,
		.greatest = 65535,
		.peer = x & 8,
		.keep = x & 16,
		.ranges = { { 1000, x & 32 ? 0 : 1, x & 64 ? UINT32_MAX : 4 } },
		.lifetime = 1000,
	};

	return vpnalg_session_open(step, &opening, &step->record);
}

static enum vpnalg_result open_session(struct vpnalg_step *step)
{
	uint8_t x = rogue_script[3];

	if (step->parsed->undo || step->parsed->inward)
		return VPNALG_DROP_NO_SESSION;
	switch (rogue_script[2] & 7) {
	case 6:
		return open_oddly(step, x);
	case 7:
		return vpnalg_session_open_port(step, x, 1000, &step->record);
	default:
		return vpnalg_session_open_port(step, 0, 1000, &step->record);
	}
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	enum vpnalg_result result;

	/* Its session may be found by another handler's key. */
	if (vpnalg_remote_port(step->parsed) != ROGUE_PORT)
		return VPNALG_DROP_PORT_HELD;
	if (step->record == NULL) {
		result = open_session(step);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	switch (rogue_script[2] & 7) {
	case 1:
		return (enum vpnalg_result)rogue_script[3];
	case 2:
		return VPNALG_UNTOUCHED;
	case 3:
		return VPNALG_TRANSLATED;
	case 4:
		vpnalg_session_close(step->translator, step->record);
		return VPNALG_TRANSLATED;
	case 5:
		step->record = NULL;
		return VPNALG_TRANSLATED;
	default:
		vpnalg_rewrite_ends(step);
		return VPNALG_TRANSLATED;
	}
}

static enum vpnalg_result quote(struct vpnalg_step *step)
{
	if (vpnalg_remote_port(step->parsed) != ROGUE_PORT)
		return VPNALG_UNTOUCHED;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

static const struct vpnalg_handler rogue = {
	.size = sizeof(struct vpnalg_handler),
	.name = "rogue",
	.kinds = kinds,
	.kind_count = 3,
	.match = match,
	.translate = translate,
	.quote = quote,
};

const struct vpnalg_handler *rogue_handler(void)
{
	return &rogue;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE version 0 (RFC 2784, RFC 2890). Nothing in it may change: both ends of a
 * tunnel are set up with the same Key, which tells it from others of the same
 * two addresses. So a tunnel is translated by its address alone, and two hosts
 * with one Key or with none cannot share an outside address towards a remote.
 * What the tunnel carries is left whole, a keepalive (GRE in IP in GRE) too. */
#include <vpnalg/handler.h>

#include "wire_gre.h"

/* In a key's port, for Call IDs of PPTP have the same space. */
#define KEYED 0x10000
#define UNKEYED 0x20000

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that a busy
 * tunnel does not write to its record for every packet. */
#define SLACK_PART 16

static const struct vpnalg_kind kinds[] = {
	{ .name = "GRE tunnel", .slots = 2, .guard = PLAIN_GRE_PROTOCOL },
};

static enum vpnalg_claim drop(struct vpnalg_match *match, uint8_t reason)
{
	match->reason = reason;
	return VPNALG_CLAIM_DROP;
}

static enum vpnalg_claim name_key(const struct vpnalg_facts *facts,
				  unsigned flags, struct vpnalg_match *match)
{
	uint32_t at = PLAIN_GRE_HEADER_LEN;

	if (flags & (PLAIN_GRE_HAS_CHECKSUM | PLAIN_GRE_HAS_ROUTING))
		at += PLAIN_GRE_CHECKSUM_LEN;
	if (facts->l4_len < at + PLAIN_GRE_KEY_LEN)
		return drop(match, VPNALG_DROP_MALFORMED);
	if (facts->l4_caplen < at + PLAIN_GRE_KEY_LEN)
		return drop(match, VPNALG_DROP_TRUNCATED);
	match->id = vpnalg_get32(facts->l4 + at);
	match->port = KEYED;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match(const struct vpnalg_facts *facts,
			       struct vpnalg_match *match)
{
	unsigned flags;

	if (facts->protocol != PLAIN_GRE_PROTOCOL)
		return VPNALG_CLAIM_NONE;
	match->space = PLAIN_GRE_PROTOCOL;
	if (facts->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_GUARDED;
	if (facts->l4_caplen < 2)
		return drop(match, facts->l4_len < 2 ? VPNALG_DROP_MALFORMED
						     : VPNALG_DROP_TRUNCATED);
	flags = vpnalg_get16(facts->l4);
	if ((flags & PLAIN_GRE_VERSION_MASK) != PLAIN_GRE_VERSION)
		return VPNALG_CLAIM_NONE;
	if (facts->l4_len < PLAIN_GRE_HEADER_LEN)
		return drop(match, VPNALG_DROP_MALFORMED);
	if (flags & PLAIN_GRE_HAS_KEY)
		return name_key(facts, flags, match);
	match->port = UNKEYED;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_result open_tunnel(struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_match key = { 0 };
	struct vpnalg_opening opening = {
		.space = PLAIN_GRE_PROTOCOL,
		.zone = facts->zone,
		.inside = facts->local,
		.remote = facts->remote,
		.keep = true,
		.lifetime = vpnalg_session_timers(step->translator)->gre,
	};

	match(facts, &key);
	opening.id = opening.least = opening.greatest = key.id;
	opening.inside_port = opening.outside_port = key.port;
	return vpnalg_session_open(step, &opening, &step->record);
}

static void refresh(struct vpnalg_step *step)
{
	uint32_t life = vpnalg_session_timers(step->translator)->gre;

	if (step->record->deadline - step->now < life - life / SLACK_PART)
		vpnalg_session_live(step->translator, step->record, life);
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	enum vpnalg_result result;

	if (step->record == NULL) {
		if (step->facts->inward || step->facts->undo)
			return VPNALG_DROP_NO_SESSION;
		result = open_tunnel(step);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (!step->facts->inward)
		refresh(step);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

const struct vpnalg_handler vpnalg_gre = {
	.size = sizeof(struct vpnalg_handler),
	.name = "GRE",
	.kinds = kinds,
	.kind_count = 1,
	.match = match,
	.translate = translate,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE version 0 (RFC 2784, RFC 2890); PPTP's, with Call IDs, is in
 * pptp/call_packet.c. Nothing in it may change: both ends of a tunnel are set
 * up with the same Key, which distinguishes it from others between the same two
 * addresses. So only the address of a tunnel is translated, and two hosts with
 * one Key, or with none, cannot share an outside address towards a remote. Some
 * ends are set up with a Key for each direction: the remote's is learned while
 * only one host can be its receiver. The packets in the tunnel stay as they
 * are, a keepalive (GRE in IP in GRE) too. */
#include <vpnalg/gre.h>

#include "gre.h"

#include "far_end.h"
#include "gre_fast_path.h"
#include "gre_kinds.h"
#include "learned.h"

/* Names the packet's Key. If that leads to no session, a packet that travels in
 * names it as the newest Key of the remote's, and then, if it has arrived from
 * outside, its remote. */
static enum vpnalg_claim name_key(const struct vpnalg_parsed *parsed,
				  uint32_t id, uint32_t port,
				  struct vpnalg_match *match)
{
	bool arrives = parsed->inward && !parsed->inside && !parsed->quoted;

	match->first_suffices = true;
	if (match->attempt == 2)
		return gre_name_remote(match);
	match->id = id;
	match->port = port;
	match->peer = match->attempt == 1;
	match->more = match->attempt == 0 ? parsed->inward : arrives;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match_keyed(const struct vpnalg_parsed *parsed,
				     unsigned flags, struct vpnalg_match *match)
{
	uint32_t at = PLAIN_GRE_HEADER_LEN;

	if (flags & (PLAIN_GRE_HAS_CHECKSUM | PLAIN_GRE_HAS_ROUTING))
		at += PLAIN_GRE_CHECKSUM_LEN;
	if (parsed->quoted && parsed->l4_caplen < at + PLAIN_GRE_KEY_LEN)
		return gre_name_remote(match);
	if (parsed->l4_caplen < at + PLAIN_GRE_KEY_LEN)
		return vpnalg_match_drop_short(parsed, match,
					       at + PLAIN_GRE_KEY_LEN);
	return name_key(parsed, vpnalg_get32(parsed->l4 + at), GRE_KEYED,
			match);
}

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	unsigned flags;

	if (parsed->protocol != PLAIN_GRE_PROTOCOL)
		return VPNALG_CLAIM_NONE;
	match->space = PLAIN_GRE_PROTOCOL;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_GUARDED;
	if (parsed->l4_caplen < 2)
		return vpnalg_match_drop_short(parsed, match, 2);
	flags = vpnalg_get16(parsed->l4);
	if ((flags & PLAIN_GRE_VERSION_MASK) != PLAIN_GRE_VERSION)
		return VPNALG_CLAIM_NONE;
	if (parsed->l4_len < PLAIN_GRE_HEADER_LEN)
		return vpnalg_match_drop(match, VPNALG_DROP_MALFORMED);
	if (flags & PLAIN_GRE_HAS_KEY)
		return match_keyed(parsed, flags, match);
	return name_key(parsed, 0, GRE_UNKEYED, match);
}

/* Returns the Key of the packet, as a key's ID and port. */
static struct vpnalg_match key_of(const struct vpnalg_parsed *parsed)
{
	struct vpnalg_match key = { 0 };

	match(parsed, &key);
	return key;
}

static struct vpnalg_record *find(struct vpnalg_step *step, unsigned role,
				  const uint8_t *local, uint32_t id,
				  uint32_t port)
{
	struct vpnalg_tuple tuple = { .role = (uint8_t)role,
				      .space = PLAIN_GRE_PROTOCOL,
				      .zone = step->parsed->zone,
				      .id = id,
				      .port = port,
				      .local = local,
				      .remote = step->parsed->remote };

	return vpnalg_session_find(step->translator, &tuple);
}

/* The beginning */

static bool is_silent(struct vpnalg_step *step, struct vpnalg_record *record)
{
	uint32_t life = vpnalg_session_timers(step->translator)->gre;

	if (record->kind == GRE_KIND_LEARNED)
		record = vpnalg_gre_parent(step->translator, record);
	return record == NULL ||
	       record->deadline - step->now + GRE_SILENCE_MS <= life;
}

/* Takes the Key from a host that is silent. */
static void make_room(struct vpnalg_step *step, const struct vpnalg_match *key)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t *outside = vpnalg_session_outside(
		step->translator, parsed->zone, parsed->local, parsed->remote);
	struct vpnalg_record *holder =
		find(step, VPNALG_OUTSIDE_OWN, outside, key->id, key->port);

	if (holder != NULL && vpnalg_record_handler(holder) == step->handler &&
	    is_silent(step, holder))
		vpnalg_session_close(step->translator, holder);
}

static enum vpnalg_result open_tunnel(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_match key = key_of(parsed);
	struct vpnalg_opening opening = {
		.kind = GRE_KIND_TUNNEL,
		.space = PLAIN_GRE_PROTOCOL,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = key.id,
		.inside_port = key.port,
		.outside_port = key.port,
		.keep = true,
		.least = key.id,
		.greatest = key.id,
		.lifetime = vpnalg_session_timers(step->translator)->gre,
	};
	enum vpnalg_result result;

	make_room(step, &key);
	result = vpnalg_session_open(step, &opening, &step->record);
	if (result != VPNALG_TRANSLATED)
		return result;
	result = vpnalg_gre_remote_note(step, step->record);
	if (result == VPNALG_TRANSLATED)
		return result;
	vpnalg_session_close(step->translator, step->record);
	step->record = NULL;
	return result;
}

/* Packets */

static enum vpnalg_result go_out(struct vpnalg_step *step)
{
	uint32_t life = vpnalg_session_timers(step->translator)->gre;
	uint32_t slack = life / 16 < GRE_SLACK_MS ? life / 16 : GRE_SLACK_MS;

	if (step->record != NULL && step->record->kind == GRE_KIND_LEARNED &&
	    step->parsed->inside) {
		vpnalg_session_close(step->translator, step->record);
		step->record = NULL;
	}
	if (step->record == NULL)
		return step->parsed->undo ? VPNALG_DROP_NO_SESSION
					  : open_tunnel(step);
	if (step->record->kind != GRE_KIND_TUNNEL ||
	    step->record->deadline - step->now > life - slack)
		return VPNALG_TRANSLATED;
	vpnalg_session_set_lifetime(step->translator, step->record, life);
	return vpnalg_gre_remote_note(step, step->record);
}

static enum vpnalg_result learn(struct vpnalg_step *step,
				struct vpnalg_record *tunnel)
{
	struct vpnalg_match key = key_of(step->parsed);

	return vpnalg_gre_learn(step, tunnel, key.id, key.port);
}

/* Learns the newest Key once the learned one is silent. */
static enum vpnalg_result follow(struct vpnalg_step *step)
{
	struct vpnalg_record *tunnel = vpnalg_gre_learned_follow(step);

	if (tunnel == NULL)
		return step->parsed->inside ? VPNALG_DROP_NO_SESSION
					    : VPNALG_UNTOUCHED;
	return step->slot > VPNALG_OUTSIDE_OWN && !step->parsed->inside
		       ? learn(step, tunnel)
		       : VPNALG_TRANSLATED;
}

static enum vpnalg_result go_in(struct vpnalg_step *step)
{
	struct vpnalg_record *record = step->record;
	struct gre_tunnel *its;

	if (record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (record->kind == GRE_KIND_REMOTE) {
		record = vpnalg_gre_remote_fit(step, record);
		return record != NULL ? learn(step, record)
				      : VPNALG_DROP_GUARDED;
	}
	if (record->kind == GRE_KIND_LEARNED)
		return follow(step);
	its = gre_tunnel(step, record);
	if (!(its->port & GRE_TUNNEL_HEARD)) {
		its->port |= GRE_TUNNEL_HEARD;
		vpnalg_session_changed(step->translator, record);
	}
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	enum vpnalg_result result =
		step->parsed->inward ? go_in(step) : go_out(step);

	if (result == VPNALG_TRANSLATED)
		vpnalg_rewrite_ends(step);
	return result;
}

/* No host sends with a Key that was learned. */
static enum vpnalg_result quote(struct vpnalg_step *step)
{
	struct vpnalg_record *record = step->record;

	if (record->kind == GRE_KIND_REMOTE)
		return vpnalg_gre_remote_quote(step);
	if (record->kind == GRE_KIND_LEARNED &&
	    (!step->parsed->inward ||
	     vpnalg_gre_parent(step->translator, record) == NULL))
		return VPNALG_UNTOUCHED;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

static bool may_have_key(unsigned kind, const struct vpnalg_tuple *key)
{
	bool peers = key->role >= VPNALG_INSIDE_PEER;

	if (key->space != PLAIN_GRE_PROTOCOL || key->remote == NULL)
		return false;
	if (kind == GRE_KIND_REMOTE)
		return peers && key->id == 0 && key->port == GRE_REMOTE;
	return (key->port == GRE_KEYED || key->port == GRE_UNKEYED) &&
	       (kind == GRE_KIND_LEARNED || !peers);
}

static const struct vpnalg_handler handler = {
	.size = sizeof(struct vpnalg_handler),
	.name = "GRE",
	.kinds = vpnalg_gre_kinds,
	.kind_count = GRE_KINDS,
	.ip_protocol_count = 1,
	.ip_protocols = { PLAIN_GRE_PROTOCOL },
	.plain_services = true,
	.match = match,
	.translate = translate,
	.quote = quote,
	.parent = vpnalg_gre_last_parent,
	.fast_path = vpnalg_gre_fast_path,
	.may_have_key = may_have_key,
};

const struct vpnalg_handler *vpnalg_gre(void)
{
	return &handler;
}

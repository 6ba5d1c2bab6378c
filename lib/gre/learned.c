/* SPDX-License-Identifier: BSD-2-Clause */
/* The remote's Keys, where they are others than the tunnel's own. A tunnel has
 * one that it has learned: the own keys of a record lead to it. It keeps that
 * until it is silent. Beside it the newest other one is carried: peer keys lead
 * to the same record, and move from Key to Key. So a packet with any Key gets
 * in, while forged Keys make neither records nor events. */
#include "learned.h"

static struct gre_learned *body(struct vpnalg *translator,
				struct vpnalg_record *learned)
{
	return vpnalg_session_body(translator, learned);
}

/* Tunnels and their Keys */

struct vpnalg_record *vpnalg_gre_last_parent(struct vpnalg *translator,
					     struct vpnalg_record *learned)
{
	const struct gre_tunnel *its = &body(translator, learned)->tunnel;
	struct vpnalg_record *tunnel;

	if (learned->kind != GRE_KIND_LEARNED)
		return NULL;
	tunnel = vpnalg_session_peek_beside(
		translator, learned, VPNALG_INSIDE_OWN, PLAIN_GRE_PROTOCOL,
		its->id, its->port);
	return tunnel != NULL && tunnel->kind == GRE_KIND_TUNNEL ? tunnel
								 : NULL;
}

struct vpnalg_record *vpnalg_gre_parent(struct vpnalg *translator,
					struct vpnalg_record *learned)
{
	struct vpnalg_record *tunnel =
		vpnalg_gre_last_parent(translator, learned);

	return tunnel != NULL && vpnalg_session_is_alive(translator, tunnel)
		       ? tunnel
		       : NULL;
}

/* Returns the Key that was learned for a tunnel, if it still has it; or NULL.
 */
static struct vpnalg_record *learned_for(struct vpnalg_step *step,
					 struct vpnalg_record *tunnel)
{
	const struct gre_tunnel *its = gre_tunnel(step, tunnel);
	uint32_t port = its->port & ~(uint32_t)GRE_TUNNEL_HEARD;
	struct vpnalg_record *learned;

	if (port == 0)
		return NULL;
	learned = vpnalg_session_beside(step->translator, tunnel,
					VPNALG_OUTSIDE_OWN, PLAIN_GRE_PROTOCOL,
					its->id, port);
	return learned != NULL && learned->kind == GRE_KIND_LEARNED &&
			       vpnalg_gre_parent(step->translator, learned) ==
				       tunnel
		       ? learned
		       : NULL;
}

static bool is_silent(struct vpnalg_step *step, struct vpnalg_record *learned)
{
	return (uint32_t)step->now - body(step->translator, learned)->heard >=
	       GRE_SILENCE_MS;
}

/* The Key that is learned */

/* Notes in both records that they belong together. */
static void tie(struct vpnalg_step *step, struct vpnalg_record *tunnel,
		struct vpnalg_record *learned, uint32_t id, uint32_t port)
{
	struct vpnalg *translator = step->translator;
	struct gre_tunnel *its = gre_tunnel(step, tunnel);

	*body(translator, learned) = (struct gre_learned){
		.tunnel.id = vpnalg_session_id(translator, tunnel,
					       VPNALG_INSIDE_OWN),
		.tunnel.port = vpnalg_session_port(translator, tunnel,
						   VPNALG_INSIDE_OWN),
		.heard = (uint32_t)step->now,
	};
	vpnalg_session_changed(translator, learned);
	its->id = id;
	its->port = port | (its->port & GRE_TUNNEL_HEARD);
	vpnalg_session_changed(translator, tunnel);
}

/* Opens the record of a Key, in place of the one before, if there is any. */
static enum vpnalg_result open_key(struct vpnalg_step *step,
				   struct vpnalg_record *tunnel,
				   struct vpnalg_record *before, uint32_t id,
				   uint32_t port)
{
	struct vpnalg_record *learned;
	struct vpnalg_opening opening = {
		.kind = GRE_KIND_LEARNED,
		.space = PLAIN_GRE_PROTOCOL,
		.id = id,
		.outside_id = id,
		.inside_port = port,
		.outside_port = port,
		.lifetime = (uint32_t)(tunnel->deadline - step->now),
	};
	enum vpnalg_result result;

	vpnalg_session_hosts(step->translator, tunnel, &opening);
	result = vpnalg_session_open(step, &opening, &learned);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (before != NULL)
		vpnalg_session_close(step->translator, before);
	tie(step, tunnel, learned, id, port);
	step->record = learned;
	step->kind = GRE_KIND_LEARNED;
	return VPNALG_TRANSLATED;
}

/* The newest other Key */

static void drop_newest(struct vpnalg_step *step, struct vpnalg_record *learned)
{
	vpnalg_session_unlink(step->translator, learned, VPNALG_INSIDE_PEER);
	vpnalg_session_unlink(step->translator, learned, VPNALG_OUTSIDE_PEER);
}

/* Gives the record a peer key with the Key, beside the own key of that role. */
static bool link_newest(struct vpnalg_step *step, struct vpnalg_record *learned,
			unsigned own, uint32_t id, uint32_t port)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, learned, own, &tuple);
	tuple.role = (uint8_t)(own + VPNALG_INSIDE_PEER);
	tuple.id = id;
	tuple.port = port;
	return vpnalg_session_link(step->translator, learned, &tuple);
}

static enum vpnalg_result carry(struct vpnalg_step *step,
				struct vpnalg_record *learned, uint32_t id,
				uint32_t port)
{
	drop_newest(step, learned);
	if (!link_newest(step, learned, VPNALG_INSIDE_OWN, id, port) ||
	    !link_newest(step, learned, VPNALG_OUTSIDE_OWN, id, port)) {
		drop_newest(step, learned);
		return VPNALG_DROP_STORE;
	}
	step->record = learned;
	step->kind = GRE_KIND_LEARNED;
	return VPNALG_TRANSLATED;
}

/* Packets */

enum vpnalg_result vpnalg_gre_learn(struct vpnalg_step *step,
				    struct vpnalg_record *tunnel, uint32_t id,
				    uint32_t port)
{
	struct vpnalg_record *learned = learned_for(step, tunnel);

	if (learned == NULL || is_silent(step, learned))
		return open_key(step, tunnel, learned, id, port);
	return step->record == learned ? VPNALG_TRANSLATED
				       : carry(step, learned, id, port);
}

/* Notes that the Key that is learned has come, not the newest. */
static void note(struct vpnalg_step *step)
{
	struct gre_learned *its = body(step->translator, step->record);

	if (step->slot > VPNALG_OUTSIDE_OWN ||
	    (uint32_t)step->now - its->heard < GRE_SLACK_MS)
		return;
	its->heard = (uint32_t)step->now;
	vpnalg_session_changed(step->translator, step->record);
}

struct vpnalg_record *vpnalg_gre_learned_follow(struct vpnalg_step *step)
{
	struct vpnalg_record *learned = step->record;
	struct vpnalg_record *tunnel =
		vpnalg_gre_parent(step->translator, learned);

	if (tunnel == NULL) {
		vpnalg_session_orphaned(step->translator, learned);
		step->record = NULL;
		return NULL;
	}
	note(step);
	if (tunnel->deadline != learned->deadline)
		vpnalg_session_set_lifetime(step->translator, learned,
					    tunnel->deadline - step->now);
	return tunnel;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The remote's IDs: of tunnels, and of sessions of version 3. What an inside host
 * sends goes to one of them, and a remote can tell hosts that share an outside
 * address by nothing else; so each is one host's. A tunnel or session has it as
 * its peer's ID; whoever else is the first to send to one claims it. */
#include "l2tp.h"

#include <string.h>

#define WHAT_MASK 0xffff0000U

static struct l2tp_tunnel *body(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

/* Whether the remote's ID is the tunnel's, session's or claim's of another
 * host, or of another flow. */
bool vpnalg_l2tp_peer_is_anothers(struct vpnalg_step *step,
				  struct vpnalg_record *flow,
				  const struct l2tp_id *id)
{
	struct vpnalg_record *holder = vpnalg_l2tp_tunnel_holder(
		step, flow, VPNALG_OUTSIDE_PEER, id);

	return holder != NULL && !vpnalg_l2tp_tunnel_is_of(step, flow, holder);
}

void vpnalg_l2tp_peer_detach(struct vpnalg_step *step,
			     struct vpnalg_record *record)
{
	vpnalg_session_take(step->translator, record, VPNALG_INSIDE_PEER);
	vpnalg_session_take(step->translator, record, VPNALG_OUTSIDE_PEER);
	record->flags &= (uint8_t)~VPNALG_SESSION_SHARED;
	body(step->translator, record)->flags &=
		(uint16_t)~(L2TP_TUNNEL_ATTACHED | L2TP_TUNNEL_CONFIRMED);
	vpnalg_session_changed(step->translator, record);
}

static bool attach(struct vpnalg_step *step, struct vpnalg_record *flow,
		   struct vpnalg_record *record, uint32_t peer)
{
	struct vpnalg_tuple inside, outside;
	uint32_t what;

	vpnalg_session_tuple(step->translator, record, VPNALG_INSIDE_OWN,
			     &inside);
	what = inside.port & WHAT_MASK;
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_PEER, what, &inside);
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_OUTSIDE_PEER, what,
				 &outside);
	inside.id = outside.id = peer;
	if (!vpnalg_session_give(step->translator, record, &inside) ||
	    !vpnalg_session_give(step->translator, record, &outside))
		return false;
	body(step->translator, record)->flags |= L2TP_TUNNEL_ATTACHED;
	vpnalg_session_changed(step->translator, record);
	return true;
}

/* What the flow itself has claimed is its tunnel's or session's from now on. */
static void drop_claim(struct vpnalg_step *step, struct vpnalg_record *flow,
		       struct vpnalg_record *record, uint32_t peer)
{
	struct vpnalg_record *claim;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, record, VPNALG_INSIDE_OWN,
			     &tuple);
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_PEER,
				 tuple.port & WHAT_MASK, &tuple);
	tuple.id = peer;
	claim = vpnalg_session_find(step->translator, &tuple);
	if (claim != NULL && claim->kind == L2TP_KIND_CLAIM)
		vpnalg_session_close(step->translator, claim);
}

/* What the remote calls a tunnel or session is known now. Fails as a whole. */
enum vpnalg_result vpnalg_l2tp_peer_attach(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct vpnalg_record *record,
					   uint32_t peer)
{
	bool attached = body(step->translator, record)->flags &
			L2TP_TUNNEL_ATTACHED;
	uint32_t before = 0;

	if (attached)
		before = vpnalg_l2tp_tunnel_id(step, record,
					       VPNALG_INSIDE_PEER);
	if (before == peer)
		return VPNALG_TRANSLATED;
	drop_claim(step, flow, record, peer);
	vpnalg_l2tp_peer_detach(step, record);
	if (attach(step, flow, record, peer))
		return VPNALG_TRANSLATED;
	vpnalg_l2tp_peer_detach(step, record);
	if (before != 0 && !attach(step, flow, record, before))
		vpnalg_l2tp_peer_detach(step, record);
	return VPNALG_DROP_STORE;
}

/* The key that a newer holder took away, once that one is gone. */
static void give_back(struct vpnalg *translator, struct vpnalg_record *record,
		      unsigned slot)
{
	struct vpnalg_tuple tuple;

	if (record->keys & 1U << slot)
		return;
	vpnalg_session_tuple(translator, record, slot, &tuple);
	if (vpnalg_session_peek(translator, &tuple) != NULL ||
	    !vpnalg_session_give(translator, record, &tuple))
		return;
	record->flags &= (uint8_t)~VPNALG_SESSION_SHARED;
	vpnalg_session_changed(translator, record);
}

void vpnalg_l2tp_peer_give_back(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	if (record->kind == L2TP_KIND_CLAIM) {
		give_back(translator, record, VPNALG_OUTSIDE_OWN);
	} else if (body(translator, record)->flags & L2TP_TUNNEL_ATTACHED) {
		give_back(translator, record, VPNALG_INSIDE_PEER);
		give_back(translator, record, VPNALG_OUTSIDE_PEER);
	}
}

/* Claims */

static enum vpnalg_result open_claim(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_id *id,
				     struct vpnalg_record **claim)
{
	struct vpnalg_opening opening = { .kind = L2TP_KIND_CLAIM,
					  .space = L2TP_PROTOCOL,
					  .id = id->value,
					  .peer = true };
	struct vpnalg_tuple tuple;

	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_PEER, id->what,
				 &tuple);
	opening.zone = tuple.zone;
	opening.inside = tuple.local;
	opening.remote = tuple.remote;
	opening.inside_port = tuple.port;
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_OUTSIDE_PEER, id->what,
				 &tuple);
	opening.outside = tuple.local;
	opening.outside_port = tuple.port;
	opening.lifetime = (uint32_t)(flow->deadline - step->now);
	return vpnalg_session_open(step, &opening, claim);
}

/* Whether a claim is more than that of anybody who sends to any ID: its flow is
 * one that is answered. */
static bool is_firm(struct vpnalg_step *step, struct vpnalg_record *holder)
{
	struct vpnalg_record *flow;

	if (holder->kind != L2TP_KIND_CLAIM)
		return true;
	flow = vpnalg_l2tp_flow_find(step, holder);
	return flow != NULL && flow->handler == step->handler &&
	       l2tp_flow(step, flow)->flags & L2TP_FLOW_ANSWERED;
}

/* The flow sends to an ID of the remote's that is no tunnel's or session's of
 * its own. */
enum vpnalg_result vpnalg_l2tp_peer_claim(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id,
					  struct vpnalg_record **claim)
{
	struct vpnalg_record *holder = vpnalg_l2tp_tunnel_holder(
		step, flow, VPNALG_OUTSIDE_PEER, id);

	if (holder != NULL && is_firm(step, holder))
		return VPNALG_DROP_NO_SESSION;
	return open_claim(step, flow, id, claim);
}

/* The remote's answer names the ID: it is the flow's, whoever has claimed it. */
enum vpnalg_result vpnalg_l2tp_peer_prove(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id)
{
	struct vpnalg_record *claim =
		vpnalg_l2tp_tunnel_find(step, flow, true, id);

	if (claim != NULL || id->size == 0 || id->value == 0)
		return VPNALG_TRANSLATED;
	return open_claim(step, flow, id, &claim);
}

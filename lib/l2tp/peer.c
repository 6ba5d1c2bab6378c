/* SPDX-License-Identifier: BSD-2-Clause */
/* The remote's IDs: of tunnels, and of sessions of version 3. A packet from
 * inside goes to one of them, and a remote cannot distinguish hosts that share
 * an outside address by anything else. So each ID belongs to one host: its
 * record has the outside key of the peer's ID. That is the tunnel or session of
 * which it is the peer's ID, or else a claim of the first host that sends to
 * it. */
#include "peer.h"

#include "flow.h"
#include "lifetime.h"
#include "tunnel.h"

static struct l2tp_tunnel *body(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

/* Returns whether a claim is more than a guess: its flow is answered. */
static bool is_firm(struct vpnalg_step *step, struct vpnalg_record *claim)
{
	struct vpnalg_record *flow = vpnalg_l2tp_flow_find(step, claim);

	return flow != NULL &&
	       l2tp_flow(step, flow)->flags & L2TP_FLOW_ANSWERED;
}

/* Returns whether the holder of an ID keeps it although the flow wants it.
 * Proven: the remote itself has named the ID as the flow's. */
static bool keeps(struct vpnalg_step *step, struct vpnalg_record *flow,
		  struct vpnalg_record *holder, bool proven)
{
	if (vpnalg_l2tp_tunnel_is_of(step, flow, holder))
		return false;
	if (holder->kind == L2TP_KIND_CLAIM)
		return !proven && is_firm(step, holder);
	return !proven ||
	       (uint32_t)step->now - body(step->translator, holder)->heard <
		       L2TP_UNHEARD_MS;
}

bool vpnalg_l2tp_peer_is_anothers(struct vpnalg_step *step,
				  struct vpnalg_record *flow,
				  const struct l2tp_id *id)
{
	struct vpnalg_record *holder =
		vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_PEER, id);

	return holder != NULL && keeps(step, flow, holder, false);
}

static void detach(struct vpnalg_step *step, struct vpnalg_record *record)
{
	vpnalg_session_unlink(step->translator, record, VPNALG_INSIDE_PEER);
	vpnalg_session_unlink(step->translator, record, VPNALG_OUTSIDE_PEER);
	body(step->translator, record)->flags &=
		(uint16_t) ~(L2TP_TUNNEL_ATTACHED | L2TP_TUNNEL_CONFIRMED |
			     L2TP_TUNNEL_PROVEN);
	vpnalg_session_changed(step->translator, record);
}

/* Takes the ID from its holder. The holder's flow must look it up again. */
static void dispossess(struct vpnalg_step *step, struct vpnalg_record *holder)
{
	struct vpnalg_record *flow = vpnalg_l2tp_flow_find(step, holder);

	if (flow != NULL) {
		l2tp_flow(step, flow)->busy = 0;
		vpnalg_session_changed(step->translator, flow);
	}
	if (holder->kind == L2TP_KIND_CLAIM)
		vpnalg_session_close(step->translator, holder);
}

/* Makes a key of a tunnel's or session's peer's ID. */
static void peer_tuple(struct vpnalg_step *step, struct vpnalg_record *flow,
		       struct vpnalg_record *record, unsigned role,
		       uint32_t peer, struct vpnalg_tuple *tuple)
{
	uint32_t port = vpnalg_session_port(step->translator, record,
					    VPNALG_INSIDE_OWN);

	vpnalg_l2tp_tunnel_tuple(step, flow, role, port & L2TP_SPACE_MASK,
				 tuple);
	tuple->id = peer;
}

/* Gives the tunnel or session the outside key of its peer's ID. If another
 * keeps it, the next packet tries again. Returns false without room in the
 * store. */
static bool link_outside(struct vpnalg_step *step, struct vpnalg_record *flow,
			 struct vpnalg_record *record, uint32_t peer)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple tuple;

	peer_tuple(step, flow, record, VPNALG_OUTSIDE_PEER, peer, &tuple);
	holder = vpnalg_session_find(step->translator, &tuple);
	if (holder == record ||
	    (holder != NULL &&
	     keeps(step, flow, holder,
		   body(step->translator, record)->flags & L2TP_TUNNEL_PROVEN)))
		return true;
	if (holder != NULL)
		dispossess(step, holder);
	return vpnalg_session_link(step->translator, record, &tuple);
}

bool vpnalg_l2tp_peer_hold(struct vpnalg_step *step, struct vpnalg_record *flow,
			   struct vpnalg_record *record)
{
	if (!(body(step->translator, record)->flags & L2TP_TUNNEL_ATTACHED) ||
	    record->keys & 1U << VPNALG_OUTSIDE_PEER)
		return true;
	link_outside(step, flow, record,
		     vpnalg_session_id(step->translator, record,
				       VPNALG_INSIDE_PEER));
	return record->keys & 1U << VPNALG_OUTSIDE_PEER;
}

static bool attach(struct vpnalg_step *step, struct vpnalg_record *flow,
		   struct vpnalg_record *record, uint32_t peer, uint16_t flags)
{
	struct vpnalg_tuple inside;

	peer_tuple(step, flow, record, VPNALG_INSIDE_PEER, peer, &inside);
	if (!vpnalg_session_link(step->translator, record, &inside))
		return false;
	body(step->translator, record)->flags |= flags | L2TP_TUNNEL_ATTACHED;
	vpnalg_session_changed(step->translator, record);
	return link_outside(step, flow, record, peer);
}

/* Closes the flow's own claim to an ID that is its tunnel's or session's from
 * now on. */
static void drop_claim(struct vpnalg_step *step, struct vpnalg_record *flow,
		       struct vpnalg_record *record, uint32_t peer)
{
	struct vpnalg_record *claim;
	struct vpnalg_tuple tuple;

	peer_tuple(step, flow, record, VPNALG_INSIDE_PEER, peer, &tuple);
	claim = vpnalg_session_find(step->translator, &tuple);
	if (claim != NULL && claim->kind == L2TP_KIND_CLAIM)
		vpnalg_session_close(step->translator, claim);
}

enum vpnalg_result vpnalg_l2tp_peer_attach(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct vpnalg_record *record,
					   uint32_t peer)
{
	const uint16_t known = L2TP_TUNNEL_PROVEN | L2TP_TUNNEL_CONFIRMED;
	struct l2tp_tunnel *t = body(step->translator, record);
	uint16_t before = t->flags;
	uint32_t old = 0;

	if (before & L2TP_TUNNEL_ATTACHED)
		old = vpnalg_session_id(step->translator, record,
					VPNALG_INSIDE_PEER);
	if (old != peer) {
		vpnalg_l2tp_flow_set_busy(step, flow, NULL, NULL);
		drop_claim(step, flow, record, peer);
		detach(step, record);
		if (!attach(step, flow, record, peer, 0)) {
			detach(step, record);
			if (old != 0 &&
			    !attach(step, flow, record, old, before & known))
				detach(step, record);
			return VPNALG_DROP_STORE;
		}
	}
	if (step->parsed->inward && !(t->flags & L2TP_TUNNEL_PROVEN)) {
		t->flags |= L2TP_TUNNEL_PROVEN;
		vpnalg_session_changed(step->translator, record);
		vpnalg_l2tp_peer_hold(step, flow, record);
	}
	return VPNALG_TRANSLATED;
}

void vpnalg_l2tp_peer_renew(struct vpnalg_step *step,
			    struct vpnalg_record *flow,
			    struct vpnalg_record *record)
{
	vpnalg_l2tp_flow_set_busy(step, flow, NULL, NULL);
	detach(step, record);
	body(step->translator, record)->flags = 0;
	vpnalg_l2tp_lifetime_extend(step, flow, record);
}

/* Claims */

/* Returns the port in a key that a tunnel of the flow has by its peer's ID. */
static uint32_t peer_port(struct vpnalg_step *step, struct vpnalg_record *flow,
			  unsigned role, uint32_t space)
{
	struct vpnalg_tuple tuple;

	vpnalg_l2tp_tunnel_tuple(step, flow, role, space, &tuple);
	return tuple.port;
}

/* Opens a claim. The port of its outside key is 1701, as those of shared flows
 * have it, or if it stands apart the port that the flow has for itself. */
static enum vpnalg_result open_claim(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_id *id, bool apart,
				     struct vpnalg_record **claim)
{
	uint32_t inside = peer_port(step, flow, VPNALG_INSIDE_PEER, id->space);
	uint32_t outside =
		apart ? id->space | l2tp_flow_port(step, flow)
		      : peer_port(step, flow, VPNALG_OUTSIDE_PEER, id->space);
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_CLAIM,
		.space = L2TP_PROTOCOL,
		.id = id->value,
		.inside_port = inside,
		.outside_port = outside,
		.peer = true,
		.lifetime = (uint32_t)(flow->deadline - step->now),
	};

	vpnalg_session_hosts(step->translator, flow, &opening);
	return vpnalg_session_open(step, &opening, claim);
}

enum vpnalg_result vpnalg_l2tp_peer_claim(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id,
					  struct vpnalg_record **claim)
{
	struct vpnalg_record *holder =
		vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_PEER, id);

	if (holder != NULL && keeps(step, flow, holder, false))
		return VPNALG_DROP_NO_SESSION;
	if (holder != NULL)
		dispossess(step, holder);
	return open_claim(step, flow, id, false, claim);
}

/* If another keeps the ID the remote distinguishes the two by their ports: the
 * claim stands apart. */
enum vpnalg_result vpnalg_l2tp_peer_prove(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id)
{
	struct vpnalg_record *claim =
		vpnalg_l2tp_tunnel_find(step, flow, true, id);
	struct vpnalg_record *holder =
		vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_PEER, id);

	if (claim != NULL || id->value == 0)
		return VPNALG_TRANSLATED;
	if (holder != NULL && keeps(step, flow, holder, true))
		return open_claim(step, flow, id, true, &claim);
	if (holder != NULL)
		dispossess(step, holder);
	return open_claim(step, flow, id, false, &claim);
}

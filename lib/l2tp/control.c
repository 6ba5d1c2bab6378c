/* SPDX-License-Identifier: BSD-2-Clause */
/* Outgoing messages and data: the tunnels and sessions that they belong to, and
 * the other form of their IDs. All that may fail comes first, and is undone if
 * it does. */
#include "control.h"

#include "flow.h"
#include "lifetime.h"
#include "peer.h"
#include "server.h"
#include "tunnel.h"
#include "unmatched.h"

/* The tunnel and session that an outgoing message belongs to. */
struct out {
	struct vpnalg_record *tunnel;  /* by the peer's ID or its own */
	struct vpnalg_record *session; /* of version 3, by its own ID */
	struct l2tp_opened opened;
};

/* Finds or opens the tunnel by its own ID, in an SCCRP or StopCCN. */
static enum vpnalg_result own_tunnel(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_message *m,
				     struct l2tp_id *id, struct out *out)
{
	struct vpnalg_record *record;
	enum vpnalg_result result;

	if (id->size == 0)
		return VPNALG_TRANSLATED;
	record = vpnalg_l2tp_tunnel_find(step, flow, false, id);
	if (record == NULL) {
		if (!step->parsed->inside || m->type == L2TP_STOPCCN)
			return VPNALG_DROP_NO_SESSION;
		result = vpnalg_l2tp_tunnel_open(step, flow, id, m->digest,
						 &record);
		if (result != VPNALG_TRANSLATED)
			return result;
		l2tp_note(&out->opened, record);
	}
	vpnalg_l2tp_tunnel_other(step, id, record);
	if (out->tunnel == NULL)
		out->tunnel = record;
	return VPNALG_TRANSLATED;
}

/* Finds or opens the tunnel of an SCCCN, which shows that the inside host has
 * had the answer: the tunnel is the one that the answer was for. */
static enum vpnalg_result complete(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_message *m,
				   struct out *out)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	struct l2tp_id own = m->header;
	enum vpnalg_result result;

	own.value = f->own[m->version - 2];
	if (m->type != L2TP_SCCCN || out->tunnel != NULL ||
	    !step->parsed->inside || own.value == 0)
		return VPNALG_TRANSLATED;
	out->tunnel = vpnalg_l2tp_tunnel_find(step, flow, false, &own);
	if (out->tunnel != NULL)
		return VPNALG_TRANSLATED;
	result = vpnalg_l2tp_tunnel_open(step, flow, &own, true, &out->tunnel);
	if (result == VPNALG_TRANSLATED)
		l2tp_note(&out->opened, out->tunnel);
	return result;
}

static bool opens_session(const struct l2tp_message *m)
{
	return m->type == L2TP_ICRQ || m->type == L2TP_ICRP ||
	       m->type == L2TP_OCRQ || m->type == L2TP_OCRP;
}

/* Finds or opens the session by its own ID. An ID of no session passes as it
 * is, so that the control connection does not stall. */
static enum vpnalg_result own_session(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m, struct out *out)
{
	struct l2tp_id *id = &m->ids[L2TP_OWN_SESSION];
	enum vpnalg_result result;

	out->session = vpnalg_l2tp_tunnel_find(step, flow, false, id);
	if (out->session == NULL) {
		if (id->value == 0 || m->version != 3 || !opens_session(m) ||
		    !step->parsed->inside ||
		    out->tunnel->children == UINT16_MAX)
			return vpnalg_l2tp_tunnel_is_nobodys(step, flow, id)
				       ? VPNALG_TRANSLATED
				       : VPNALG_DROP_NO_SESSION;
		result = vpnalg_l2tp_tunnel_open(step, flow, id, m->digest,
						 &out->session);
		if (result != VPNALG_TRANSLATED)
			return result;
		vpnalg_l2tp_lifetime_join(step, out->session, out->tunnel);
		l2tp_note(&out->opened, out->session);
	}
	vpnalg_l2tp_tunnel_other(step, id, out->session);
	return VPNALG_TRANSLATED;
}

/* Attaches the peer's IDs: the tunnel's in the header, and the session's. */
static enum vpnalg_result attach(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 const struct l2tp_message *m,
				 const struct out *out)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;
	uint32_t peer = m->ids[L2TP_PEER_SESSION].value;

	if (m->header.value != 0)
		result = vpnalg_l2tp_peer_attach(step, flow, out->tunnel,
						 m->header.value);
	if (result == VPNALG_TRANSLATED && out->session != NULL && peer != 0 &&
	    m->type != L2TP_CDN)
		result =
			vpnalg_l2tp_peer_attach(step, flow, out->session, peer);
	return result;
}

/* Returns whether the message names the tunnel by an ID that belongs to
 * another. */
static bool names_anothers(struct vpnalg_step *step, struct vpnalg_record *flow,
			   const struct l2tp_message *m,
			   struct vpnalg_record *tunnel)
{
	bool attached = l2tp_tunnel(step, tunnel)->flags & L2TP_TUNNEL_ATTACHED;

	if (attached &&
	    m->header.value == vpnalg_session_id(step->translator, tunnel,
						 VPNALG_INSIDE_PEER))
		return false;
	return vpnalg_l2tp_peer_is_anothers(step, flow, &m->header);
}

/* Finds or opens the tunnel that the message names; NULL if it names none. */
static enum vpnalg_result find_tunnel(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m, struct out *out)
{
	enum vpnalg_result result;
	unsigned i;

	for (i = L2TP_OWN_TUNNEL; i <= L2TP_OWN_CONNECTION; i++) {
		result = own_tunnel(step, flow, m, &m->ids[i], out);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	return complete(step, flow, m, out);
}

/* Returns whether tunnel and session have their peer's IDs for themselves. */
static bool hold_peers(struct vpnalg_step *step, struct vpnalg_record *flow,
		       const struct out *out)
{
	return vpnalg_l2tp_peer_hold(step, flow, out->tunnel) &&
	       (out->session == NULL ||
		vpnalg_l2tp_peer_hold(step, flow, out->session));
}

/* Does all that can fail; VPNALG_UNTOUCHED if the message names no tunnel. */
static enum vpnalg_result prepare(struct vpnalg_step *step,
				  struct vpnalg_record *flow,
				  struct l2tp_message *m, struct out *out)
{
	const struct l2tp_id *peer = &m->ids[L2TP_PEER_SESSION];
	enum vpnalg_result result = find_tunnel(step, flow, m, out);

	if (result != VPNALG_TRANSLATED)
		return result;
	if (out->tunnel == NULL)
		return VPNALG_UNTOUCHED;
	if (names_anothers(step, flow, m, out->tunnel) ||
	    vpnalg_l2tp_peer_is_anothers(step, flow, peer))
		return VPNALG_DROP_NO_SESSION;
	result = own_session(step, flow, m, out);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	result = attach(step, flow, m, out);
	if (result != VPNALG_TRANSLATED)
		return result;
	return hold_peers(step, flow, out) ? VPNALG_TRANSLATED
					   : VPNALG_DROP_NO_SESSION;
}

static void commit(struct vpnalg_step *step, struct vpnalg_record *flow,
		   const struct l2tp_message *m, const struct out *out)
{
	struct l2tp_tunnel *tunnel = l2tp_tunnel(step, out->tunnel);

	if (m->type == L2TP_SCCCN)
		vpnalg_l2tp_server_answered(step, flow);
	vpnalg_l2tp_flow_refresh(step, flow, m);
	if (m->header.value != 0 && !(tunnel->flags & L2TP_TUNNEL_CONFIRMED)) {
		tunnel->flags |= L2TP_TUNNEL_CONFIRMED;
		vpnalg_session_changed(step->translator, out->tunnel);
	}
	if (out->session != NULL && m->type == L2TP_CDN)
		vpnalg_l2tp_lifetime_end(step, flow, out->session);
	if (m->type == L2TP_STOPCCN)
		vpnalg_l2tp_lifetime_end(step, flow, out->tunnel);
	else if (!l2tp_is_idle(m))
		vpnalg_l2tp_lifetime_use(step, flow, out->tunnel,
					 m->type == L2TP_SCCCN);
}

/* Returns whether the message names its tunnel, to the remote and to undo. */
static bool is_named(const struct l2tp_message *m)
{
	return m->header.value != 0 || m->ids[L2TP_OWN_TUNNEL].size != 0 ||
	       m->ids[L2TP_OWN_CONNECTION].size != 0;
}

/* Passes an SCCRQ that names no tunnel, if its sender has port 1701 itself. */
static enum vpnalg_result pass_nameless(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_message *m)
{
	if (is_named(m) || !m->udp || l2tp_flow_port(step, flow) != L2TP_PORT)
		return VPNALG_DROP_MALFORMED;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	return VPNALG_TRANSLATED;
}

/* Takes a message of a shared flow that is no SCCRQ, or is an SCCRQ that names
 * no tunnel. */
static enum vpnalg_result control_out(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m,
				      struct vpnalg_record *tunnel)
{
	bool claimed = tunnel != NULL && tunnel->kind == L2TP_KIND_CLAIM;
	struct out out = { .tunnel = claimed ? NULL : tunnel };
	enum vpnalg_result result;

	if (m->type == L2TP_SCCRQ)
		return pass_nameless(step, flow, m);
	if (!is_named(m))
		return VPNALG_DROP_NO_SESSION;
	result = prepare(step, flow, m, &out);
	if (result == VPNALG_UNTOUCHED)
		return vpnalg_l2tp_unmatched_pass(step, flow, m,
						  claimed ? tunnel : NULL);
	if (result == VPNALG_TRANSLATED)
		commit(step, flow, m, &out);
	else
		l2tp_close(step, &out.opened);
	return result;
}

/* Passes a packet of a flow that is not shared, by the claim to the remote's
 * ID. */
static enum vpnalg_result pass_by_claim(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_message *m,
					struct vpnalg_record *claim)
{
	enum vpnalg_result result =
		vpnalg_l2tp_unmatched_pass(step, flow, m, claim);

	if (result == VPNALG_TRANSLATED && m->control &&
	    m->type == L2TP_SCCCN &&
	    l2tp_flow(step, flow)->flags & L2TP_FLOW_HEARD)
		vpnalg_l2tp_server_answered(step, flow);
	return result;
}

/* Passes a packet to the remote's ID of a tunnel or session. */
static enum vpnalg_result pass_by_tunnel(struct vpnalg_step *step,
					 struct vpnalg_record *flow,
					 const struct l2tp_message *m,
					 struct vpnalg_record *tunnel)
{
	if (!vpnalg_l2tp_peer_hold(step, flow, tunnel))
		return VPNALG_DROP_NO_SESSION;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	vpnalg_l2tp_lifetime_use(step, flow, tunnel, false);
	if (!m->control && !(tunnel->flags & VPNALG_SESSION_ENDED))
		vpnalg_l2tp_flow_set_busy(step, flow, m, tunnel);
	return VPNALG_TRANSLATED;
}

/* In a flow that is not shared only the remote's IDs are looked up. */
enum vpnalg_result vpnalg_l2tp_control_out(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	bool shared = f->flags & L2TP_FLOW_SHARED;
	struct vpnalg_record *tunnel;

	if (shared && !m->whole)
		return VPNALG_DROP_TRUNCATED;
	if (!m->control &&
	    l2tp_flow_is_busy(step, f, m->header.value, m->version)) {
		vpnalg_l2tp_flow_refresh(step, flow, m);
		return VPNALG_TRANSLATED;
	}
	if (m->control)
		vpnalg_l2tp_flow_set_busy(step, flow, m, NULL);
	tunnel = vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);
	if (m->control && shared)
		return control_out(step, flow, m, tunnel);
	if (tunnel == NULL || tunnel->kind == L2TP_KIND_CLAIM)
		return pass_by_claim(step, flow, m, tunnel);
	return pass_by_tunnel(step, flow, m, tunnel);
}

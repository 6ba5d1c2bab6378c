/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that come in for tunnels of shared flows. */
#include "answer.h"

#include "lifetime.h"
#include "peer.h"
#include "server.h"
#include "tunnel.h"

/* Returns whether a message is misdirected: its sender has another ID than the
 * tunnel's peer. It answers a requester that requested the same ID from another
 * port, or hid it. Until the inside host has used the peer's ID, an answer with
 * another ID is as good. */
static bool is_misdirected(struct vpnalg_step *step, struct vpnalg_record *flow,
			   struct vpnalg_record *tunnel,
			   const struct l2tp_message *m)
{
	const struct l2tp_id *its = l2tp_own(m);
	uint16_t flags = l2tp_tunnel(step, tunnel)->flags;
	struct vpnalg_record *requester;

	if ((m->type != L2TP_SCCRP && m->type != L2TP_STOPCCN) ||
	    !(flags & L2TP_TUNNEL_ATTACHED))
		return false;
	if (its->size != 0)
		return (m->type == L2TP_STOPCCN ||
			flags & L2TP_TUNNEL_CONFIRMED) &&
		       its->value != vpnalg_session_id(step->translator, tunnel,
						       VPNALG_INSIDE_PEER);
	requester = vpnalg_l2tp_server_requester(step, flow);
	return m->type == L2TP_SCCRP && requester != NULL && requester != flow;
}

static void take_misdirected(struct vpnalg_step *step,
			     struct vpnalg_record *flow,
			     const struct l2tp_message *m)
{
	const uint16_t hides = L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED;
	struct vpnalg_record *requester =
		vpnalg_l2tp_server_requester(step, flow);

	if (!l2tp_is_answer(m) || requester == NULL || requester == flow)
		return;
	if ((l2tp_flow(step, requester)->flags & hides) == hides)
		vpnalg_l2tp_server_refuse(step, requester);
	else
		vpnalg_l2tp_server_misdirected(step, requester, m);
}

/* Finds the session that the message names, or sets NULL. An ID of no session
 * passes as it is, unless the inside host would take it for one of its own. */
static enum vpnalg_result find_session(struct vpnalg_step *step,
				       struct vpnalg_record *flow,
				       struct l2tp_message *m,
				       struct vpnalg_record **session)
{
	struct l2tp_id *id = &m->ids[L2TP_PEER_SESSION];

	*session = vpnalg_l2tp_tunnel_find(step, flow, false, id);
	if (*session != NULL)
		vpnalg_l2tp_tunnel_other(step, id, *session);
	else if (!vpnalg_l2tp_tunnel_is_nobodys(step, flow, id))
		return VPNALG_DROP_NO_SESSION;
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result attach(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 struct vpnalg_record *tunnel,
				 const struct l2tp_message *m)
{
	uint16_t flags = l2tp_tunnel(step, tunnel)->flags;
	const struct l2tp_id *its = l2tp_own(m);

	if (!l2tp_is_answer(m) || its->size == 0 ||
	    flags & L2TP_TUNNEL_CONFIRMED)
		return VPNALG_TRANSLATED;
	return vpnalg_l2tp_peer_attach(step, flow, tunnel, its->value);
}

enum vpnalg_result vpnalg_l2tp_answer_prepare(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      struct vpnalg_record *tunnel,
					      struct l2tp_message *m)
{
	uint32_t peer = m->ids[L2TP_OWN_SESSION].value;
	struct vpnalg_record *session = NULL;
	enum vpnalg_result result;

	vpnalg_l2tp_tunnel_other(step, &m->header, tunnel);
	if (!m->control)
		return VPNALG_TRANSLATED;
	if (is_misdirected(step, flow, tunnel, m)) {
		take_misdirected(step, flow, m);
		return VPNALG_DROP_AMBIGUOUS;
	}
	result = find_session(step, flow, m, &session);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	result = attach(step, flow, tunnel, m);
	if (result == VPNALG_TRANSLATED && session != NULL && peer != 0 &&
	    m->type != L2TP_CDN)
		result = vpnalg_l2tp_peer_attach(step, flow, session, peer);
	return result;
}

void vpnalg_l2tp_answer_commit(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct vpnalg_record *tunnel,
			       const struct l2tp_message *m)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	struct vpnalg_record *session;

	if (l2tp_is_answer(m)) {
		l2tp_tunnel(step, tunnel)->remote_port = f->remote_port;
		vpnalg_session_changed(step->translator, tunnel);
		f->own[m->version - 2] = vpnalg_session_id(
			step->translator, tunnel, VPNALG_INSIDE_OWN);
		vpnalg_session_changed(step->translator, flow);
	}
	session = vpnalg_l2tp_tunnel_find(step, flow, false,
					  &m->ids[L2TP_PEER_SESSION]);
	if (session != NULL && m->type == L2TP_CDN)
		vpnalg_l2tp_lifetime_end(step, flow, session);
	if (m->type != L2TP_STOPCCN)
		return;
	vpnalg_l2tp_lifetime_end(step, flow, tunnel);
	f->flags |= L2TP_FLOW_ENDED;
	vpnalg_session_changed(step->translator, flow);
}

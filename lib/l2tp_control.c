/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages of shared flows: what they say of tunnels and sessions, and what
 * becomes of the IDs in them. */
#include "l2tp.h"

/* Out */

/* The tunnel's own ID, in an SCCRQ, SCCRP or StopCCN. */
static enum vpnalg_result own_tunnel(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct l2tp_message *m, struct l2tp_id *id,
				     struct vpnalg_record **tunnel)
{
	struct vpnalg_record *record;
	enum vpnalg_result result;

	if (id->size == 0)
		return VPNALG_TRANSLATED;
	record = vpnalg_l2tp_tunnel_find(step, flow, false, id);
	if (record == NULL) {
		if (!step->facts->inside || m->type == L2TP_STOPCCN)
			return VPNALG_DROP_NO_SESSION;
		result = vpnalg_l2tp_tunnel_open(step, flow, id, m->digest,
						 &record);
		if (result != VPNALG_TRANSLATED)
			return result;
	} else if (m->type == L2TP_SCCRQ) {
		vpnalg_l2tp_tunnel_reopen(step, flow, record);
	}
	vpnalg_l2tp_tunnel_other(step, id, record);
	*tunnel = record;
	return VPNALG_TRANSLATED;
}

/* An SCCCN, by which the inside host shows that it has had the answer: the
 * tunnel is the one that the answer was for. */
static enum vpnalg_result complete(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_message *m,
				   struct vpnalg_record **tunnel)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	struct l2tp_id own = m->header;
	enum vpnalg_result result;

	own.value = f->own[m->version - 2];
	if (*tunnel != NULL || !step->facts->inside || own.value == 0)
		return VPNALG_TRANSLATED;
	*tunnel = vpnalg_l2tp_tunnel_find(step, flow, false, &own);
	if (*tunnel == NULL) {
		result =
			vpnalg_l2tp_tunnel_open(step, flow, &own, true, tunnel);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	return VPNALG_TRANSLATED;
}

static bool opens_session(const struct l2tp_message *m)
{
	return m->type == L2TP_ICRQ || m->type == L2TP_ICRP ||
	       m->type == L2TP_OCRQ || m->type == L2TP_OCRP;
}

/* The session's own ID. One of no session passes as it is, for without it the
 * control connection would stall. */
static enum vpnalg_result own_session(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m,
				      struct vpnalg_record *tunnel)
{
	struct l2tp_id *id = &m->ids[L2TP_OWN_SESSION];
	uint32_t peer = m->ids[L2TP_PEER_SESSION].value;
	struct vpnalg_record *session =
		vpnalg_l2tp_tunnel_find(step, flow, false, id);
	enum vpnalg_result result;

	if (session == NULL) {
		if (id->size == 0 || id->value == 0 || m->version != 3 ||
		    !opens_session(m) || !step->facts->inside ||
		    tunnel->children == UINT16_MAX)
			return VPNALG_TRANSLATED;
		result = vpnalg_l2tp_tunnel_open(step, flow, id, m->digest,
						 &session);
		if (result != VPNALG_TRANSLATED)
			return result;
		vpnalg_l2tp_tunnel_join(step, session, tunnel);
	}
	vpnalg_l2tp_tunnel_other(step, id, session);
	if (m->type == L2TP_CDN)
		vpnalg_l2tp_tunnel_end(step, session);
	else if (peer != 0)
		return vpnalg_l2tp_tunnel_attach(step, flow, session, peer);
	return VPNALG_TRANSLATED;
}

/* Who shares a port and is not known to the remote by a tunnel cannot be told
 * from the others, neither here nor by what comes back; but one may ask, and
 * one has the port itself. */
static bool may_be_unknown(struct vpnalg_step *step, struct vpnalg_record *flow,
			   const struct l2tp_message *m)
{
	if (m->header.value == 0)
		return m->type == L2TP_SCCRQ;
	return !m->udp || vpnalg_l2tp_tunnel_id(
				  step, flow, VPNALG_OUTSIDE_OWN) == L2TP_PORT;
}

static enum vpnalg_result control_out(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m,
				      struct vpnalg_record *tunnel)
{
	struct vpnalg_record *own = NULL;
	enum vpnalg_result result;
	unsigned i;

	for (i = L2TP_OWN_TUNNEL; i <= L2TP_OWN_CONNECTION; i++) {
		result = own_tunnel(step, flow, m, &m->ids[i], &own);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (m->type == L2TP_SCCCN) {
		result = complete(step, flow, m, &tunnel);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (tunnel == NULL)
		tunnel = own;
	if (tunnel == NULL)
		return may_be_unknown(step, flow, m) ? VPNALG_TRANSLATED
						     : VPNALG_DROP_NO_SESSION;
	if (m->header.value != 0) {
		result = vpnalg_l2tp_tunnel_attach(step, flow, tunnel,
						   m->header.value);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (m->type == L2TP_SCCCN)
		vpnalg_l2tp_server_answered(step, flow, m);
	result = own_session(step, flow, m, tunnel);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (m->type == L2TP_STOPCCN)
		vpnalg_l2tp_tunnel_end(step, tunnel);
	else if (!l2tp_is_idle(m))
		vpnalg_l2tp_tunnel_use(step, flow, tunnel,
				       m->type == L2TP_SCCCN);
	return VPNALG_TRANSLATED;
}

/* Nothing has changed since the last data of this tunnel or session: it is
 * there, and need not live longer yet. So a flow that is busy with one of them
 * is all that must be looked for. */
static bool is_busy(struct vpnalg_step *step, struct vpnalg_record *flow,
		    const struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);

	return f->busy != 0 && f->busy == m->header.value &&
	       f->busy_version == m->version &&
	       f->busy_until == (uint32_t)flow->deadline;
}

static void set_busy(struct vpnalg_step *step, struct vpnalg_record *flow,
		     const struct l2tp_message *m, uint32_t id)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	f->busy = id;
	f->busy_version = m->version;
	f->busy_until = (uint32_t)flow->deadline;
	vpnalg_session_changed(step->translator, flow);
}

/* What travels out in a shared flow. */
enum vpnalg_result vpnalg_l2tp_control_out(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct l2tp_message *m)
{
	struct vpnalg_record *tunnel;

	if (!m->whole)
		return VPNALG_DROP_TRUNCATED;
	if (!m->control && is_busy(step, flow, m))
		return VPNALG_TRANSLATED;
	set_busy(step, flow, m, 0);
	tunnel = vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);
	if (m->control)
		return control_out(step, flow, m, tunnel);
	if (tunnel == NULL)
		return may_be_unknown(step, flow, m) ? VPNALG_TRANSLATED
						     : VPNALG_DROP_NO_SESSION;
	vpnalg_l2tp_tunnel_use(step, flow, tunnel, false);
	if (!(tunnel->flags & VPNALG_SESSION_ENDED))
		set_busy(step, flow, m, m->header.value);
	return VPNALG_TRANSLATED;
}

/* In */

static const struct l2tp_id *own_of(const struct l2tp_message *m)
{
	return &m->ids[m->version == 2 ? L2TP_OWN_TUNNEL : L2TP_OWN_CONNECTION];
}

/* Whether a message is not the tunnel's, for its sender has another ID: it is
 * for one that asked with the same ID from another port, or hid it. */
static bool is_stray(struct vpnalg_step *step, struct vpnalg_record *flow,
		     struct vpnalg_record *tunnel, const struct l2tp_message *m)
{
	const struct l2tp_id *its = own_of(m);
	struct vpnalg_record *asker;

	if ((m->type != L2TP_SCCRP && m->type != L2TP_STOPCCN) ||
	    !(l2tp_tunnel(step, tunnel)->flags & L2TP_TUNNEL_ATTACHED))
		return false;
	if (its->size != 0)
		return its->value !=
		       vpnalg_l2tp_tunnel_id(step, tunnel, VPNALG_INSIDE_PEER);
	asker = vpnalg_l2tp_server_asker(step, flow);
	return m->type == L2TP_SCCRP && asker != NULL && asker != flow;
}

static void take_stray(struct vpnalg_step *step, struct vpnalg_record *flow,
		       const struct l2tp_message *m)
{
	const uint16_t hides = L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED;
	struct vpnalg_record *asker = vpnalg_l2tp_server_asker(step, flow);

	if (m->type != L2TP_SCCRP || asker == NULL || asker == flow)
		return;
	if ((l2tp_flow(step, asker)->flags & hides) == hides)
		vpnalg_l2tp_server_refuse(step, asker, m);
	else
		vpnalg_l2tp_server_stray(step, asker, m);
}

static enum vpnalg_result session_in(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct l2tp_message *m)
{
	struct l2tp_id *id = &m->ids[L2TP_PEER_SESSION];
	uint32_t peer = m->ids[L2TP_OWN_SESSION].value;
	struct vpnalg_record *session =
		vpnalg_l2tp_tunnel_find(step, flow, false, id);

	if (session == NULL)
		return VPNALG_TRANSLATED;
	vpnalg_l2tp_tunnel_other(step, id, session);
	if (m->type == L2TP_CDN)
		vpnalg_l2tp_tunnel_end(step, session);
	else if (peer != 0)
		return vpnalg_l2tp_tunnel_attach(step, flow, session, peer);
	return VPNALG_TRANSLATED;
}

/* What travels in for a tunnel or session of a shared flow. */
enum vpnalg_result vpnalg_l2tp_control_in(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  struct vpnalg_record *tunnel,
					  struct l2tp_message *m)
{
	struct l2tp_tunnel *t = l2tp_tunnel(step, tunnel);
	struct l2tp_flow *f = l2tp_flow(step, flow);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	vpnalg_l2tp_tunnel_other(step, &m->header, tunnel);
	if (!m->control)
		return VPNALG_TRANSLATED;
	if (is_stray(step, flow, tunnel, m)) {
		take_stray(step, flow, m);
		return VPNALG_DROP_AMBIGUOUS;
	}
	set_busy(step, flow, m, 0);
	t->remote_port = f->remote_port;
	vpnalg_session_changed(step->translator, tunnel);
	if (m->type == L2TP_SCCRP) {
		f->own[m->version - 2] =
			vpnalg_l2tp_tunnel_id(step, tunnel, VPNALG_INSIDE_OWN);
		vpnalg_session_changed(step->translator, flow);
		if (own_of(m)->size != 0)
			result = vpnalg_l2tp_tunnel_attach(step, flow, tunnel,
							   own_of(m)->value);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	result = session_in(step, flow, m);
	if (result == VPNALG_TRANSLATED && m->type == L2TP_STOPCCN)
		vpnalg_l2tp_tunnel_end(step, tunnel);
	return result;
}

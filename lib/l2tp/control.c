/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages and data that go out: what they say of tunnels and sessions, and what
 * becomes of the IDs in them. First all is done that may fail, and is undone if
 * it does. */
#include "control.h"

#include "flow.h"
#include "lifetime.h"
#include "peer.h"
#include "server.h"
#include "tunnel.h"

/* What a message that goes out is about. */
struct out {
	struct vpnalg_record *tunnel;  /* by the peer's ID or its own */
	struct vpnalg_record *session; /* of version 3, by its own ID */
	struct l2tp_opened opened;
};

/* The tunnel's own ID, in an SCCRP or StopCCN. */
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

/* An SCCCN, by which the inside host shows that it has had the answer: the
 * tunnel is the one that the answer was for. */
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

/* The session's own ID. One of no session passes as it is, for without it the
 * control connection would stall. */
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

/* The peer's IDs, of the tunnel in the header and of the session. */
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

/* Nothing has changed since the last data of this tunnel or session: it is there,
 * and lives nearly as long as its flow. So a flow that is busy with one of them is
 * all that must be looked for. */
static bool is_busy(struct vpnalg_step *step, const struct l2tp_flow *f,
		    const struct l2tp_message *m)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;

	return f->busy != 0 && f->busy == m->header.value &&
	       f->busy_version == m->version &&
	       !(f->flags & L2TP_FLOW_LINGERING) &&
	       (uint32_t)step->now + life - f->busy_until <
		       life / L2TP_SLACK_PART;
}

/* With the tunnel, session or claim that data has gone to; NULL for none. */
static void set_busy(struct vpnalg_step *step, struct vpnalg_record *flow,
		     const struct l2tp_message *m,
		     const struct vpnalg_record *with)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (with == NULL && f->busy == 0)
		return;
	f->busy = with != NULL ? m->header.value : 0;
	f->busy_version = m->version;
	f->busy_until = with != NULL ? (uint32_t)with->deadline : 0;
	vpnalg_session_changed(step->translator, flow);
}

/* The claim to what the packet is for: the one that the flow has, or NULL, unless
 * it was lost to another, or a new one. */
static enum vpnalg_result find_claim(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_message *m,
				     struct vpnalg_record **claim)
{
	if (m->header.value == 0)
		return VPNALG_TRANSLATED;
	if (*claim != NULL && step->parsed->inside &&
	    !((*claim)->keys & 1U << VPNALG_OUTSIDE_OWN) &&
	    vpnalg_l2tp_peer_is_anothers(step, flow, &m->header)) {
		vpnalg_session_close(step->translator, *claim);
		*claim = NULL;
	}
	if (*claim == NULL && !step->parsed->undo)
		return vpnalg_l2tp_peer_claim(step, flow, &m->header, claim);
	return VPNALG_TRANSLATED;
}

/* Whoever shares a port and is not known to the remote by a tunnel cannot be
 * told from the others, neither here nor by what comes back; but one has the
 * port itself, and over IP one has the rest. Nobody has what is another's. */
static enum vpnalg_result pass_unknown(struct vpnalg_step *step,
				       struct vpnalg_record *flow,
				       const struct l2tp_message *m,
				       struct vpnalg_record *claim)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (l2tp_is_shared(step, flow) &&
	    (m->header.value == 0 ||
	     (m->udp && l2tp_flow_port(step, flow) != L2TP_PORT)))
		return VPNALG_DROP_NO_SESSION;
	if (!m->udp)
		result = vpnalg_l2tp_flow_take_rest(step, flow);
	if (result == VPNALG_TRANSLATED)
		result = find_claim(step, flow, m, &claim);
	if (result != VPNALG_TRANSLATED)
		return result;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	if (claim == NULL)
		return VPNALG_TRANSLATED;
	if (claim->deadline != flow->deadline)
		vpnalg_session_set_lifetime(step->translator, claim,
					    flow->deadline - step->now);
	if (!m->control)
		set_busy(step, flow, m, claim);
	return VPNALG_TRANSLATED;
}

/* Whether the tunnel is named by what the remote calls another's. */
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

static enum vpnalg_result prepare(struct vpnalg_step *step,
				  struct vpnalg_record *flow,
				  struct l2tp_message *m, struct out *out)
{
	const struct l2tp_id *peer = &m->ids[L2TP_PEER_SESSION];
	enum vpnalg_result result = VPNALG_TRANSLATED;
	unsigned i;

	for (i = L2TP_OWN_TUNNEL; i <= L2TP_OWN_CONNECTION; i++) {
		result = own_tunnel(step, flow, m, &m->ids[i], out);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	result = complete(step, flow, m, out);
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
	return vpnalg_l2tp_peer_hold(step, flow, out->tunnel) &&
			       (out->session == NULL ||
				vpnalg_l2tp_peer_hold(step, flow, out->session))
		       ? VPNALG_TRANSLATED
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
		vpnalg_l2tp_lifetime_end(step, out->session);
	if (m->type == L2TP_STOPCCN)
		vpnalg_l2tp_lifetime_end(step, out->tunnel);
	else if (!l2tp_is_idle(m))
		vpnalg_l2tp_lifetime_use(step, flow, out->tunnel,
					 m->type == L2TP_SCCCN);
}

/* Whether the message says whose it is, to the remote and to undo. */
static bool is_named(const struct l2tp_message *m)
{
	return m->header.value != 0 || m->ids[L2TP_OWN_TUNNEL].size != 0 ||
	       m->ids[L2TP_OWN_CONNECTION].size != 0;
}

/* An SCCRQ by which no tunnel can be told from others: from who has the port. */
static enum vpnalg_result pass_nameless(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_message *m)
{
	if (is_named(m) || !m->udp || l2tp_flow_port(step, flow) != L2TP_PORT)
		return VPNALG_DROP_MALFORMED;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	return VPNALG_TRANSLATED;
}

/* A message of a shared flow that is no SCCRQ, or an SCCRQ by which no tunnel
 * can be told from others. */
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
		return pass_unknown(step, flow, m, claimed ? tunnel : NULL);
	if (result == VPNALG_TRANSLATED)
		commit(step, flow, m, &out);
	else
		l2tp_close(step, &out.opened);
	return result;
}

/* What travels out, but for SCCRQs. In a flow of its own port only the remote's
 * tunnels and sessions are looked at. */
enum vpnalg_result vpnalg_l2tp_control_out(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	bool shared = f->flags & L2TP_FLOW_SHARED;
	struct vpnalg_record *tunnel;
	enum vpnalg_result result;

	if (shared && !m->whole)
		return VPNALG_DROP_TRUNCATED;
	if (!m->control && is_busy(step, f, m)) {
		vpnalg_l2tp_flow_refresh(step, flow, m);
		return VPNALG_TRANSLATED;
	}
	if (m->control)
		set_busy(step, flow, m, NULL);
	tunnel = vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);
	if (m->control && shared)
		return control_out(step, flow, m, tunnel);
	if (tunnel == NULL || tunnel->kind == L2TP_KIND_CLAIM) {
		result = pass_unknown(step, flow, m, tunnel);
		if (result != VPNALG_TRANSLATED)
			return result;
		if (m->control && m->type == L2TP_SCCCN &&
		    f->flags & L2TP_FLOW_HEARD)
			vpnalg_l2tp_server_answered(step, flow);
		return VPNALG_TRANSLATED;
	}
	if (!vpnalg_l2tp_peer_hold(step, flow, tunnel))
		return VPNALG_DROP_NO_SESSION;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	vpnalg_l2tp_lifetime_use(step, flow, tunnel, false);
	if (!m->control && !(tunnel->flags & VPNALG_SESSION_ENDED))
		set_busy(step, flow, m, tunnel);
	return VPNALG_TRANSLATED;
}

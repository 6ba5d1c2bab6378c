/* SPDX-License-Identifier: BSD-2-Clause */
/* What travels in: where answers may come from, and for whom they are. */
#include "l2tp.h"

#include "wire_ip.h"

/* The inside host will send to that port from now on. The key tells other
 * handlers, too, that what passes between these ports is the flow's. */
static enum vpnalg_result give_answer_key(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  uint16_t port)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_tuple tuple;
	uint32_t before;

	vpnalg_session_tuple(translator, flow, VPNALG_INSIDE_PEER, &tuple);
	before = tuple.port;
	vpnalg_session_tuple(translator, flow, VPNALG_INSIDE_OWN, &tuple);
	tuple.role = VPNALG_INSIDE_PEER;
	tuple.port = port;
	if (flow->keys & 1U << VPNALG_INSIDE_PEER) {
		if (before == tuple.port)
			return VPNALG_TRANSLATED;
		vpnalg_session_take(translator, flow, VPNALG_INSIDE_PEER);
	} else {
		before = 0;
	}
	if (vpnalg_session_give(translator, flow, &tuple))
		return VPNALG_TRANSLATED;
	tuple.port = before;
	if (before != 0)
		vpnalg_session_give(translator, flow, &tuple);
	return VPNALG_DROP_STORE;
}

/* Whether it answers a pending SCCRQ. In a shared flow that is one for which a
 * tunnel is there, and the inside host has not gone on with it yet. */
static bool is_awaited(struct vpnalg_step *step, struct vpnalg_record *flow,
		       struct vpnalg_record *tunnel,
		       const struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);

	if (!l2tp_is_answer(m))
		return false;
	if (tunnel != NULL)
		return !(l2tp_tunnel(step, tunnel)->flags &
			 L2TP_TUNNEL_CONFIRMED);
	if (!(f->flags & L2TP_FLOW_ASKING))
		return false;
	return f->flags & L2TP_FLOW_HIDDEN ||
	       (!(f->flags & L2TP_FLOW_SHARED) &&
		f->own[m->version - 2] == m->header.value);
}

/* Whether the inside host has another session with that port of the remote, from
 * its own: what comes from there is that one's. */
static bool has_session(struct vpnalg_step *step, struct vpnalg_record *flow,
			uint16_t port)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, flow, VPNALG_INSIDE_OWN,
			     &inside);
	inside.port = port;
	return vpnalg_session_find(step->translator, &inside) != NULL;
}

/* RFC 2661 8.1: the answer to an SCCRQ may come from another port, which is
 * fixed then. */
static bool is_from_right_port(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct vpnalg_record *tunnel,
			       const struct l2tp_message *m)
{
	uint16_t port, right = l2tp_flow(step, flow)->remote_port;

	if (!m->udp)
		return true;
	port = vpnalg_remote_port(step->facts);
	if (m->foreign)
		return port == L2TP_PORT;
	if (tunnel != NULL)
		right = l2tp_tunnel(step, tunnel)->remote_port;
	return port == right ||
	       (is_awaited(step, flow, tunnel, m) &&
		(port == L2TP_PORT || !has_session(step, flow, port)));
}

static enum vpnalg_result take_remote_port(struct vpnalg_step *step,
					   struct vpnalg_record *flow)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	enum vpnalg_result result = VPNALG_TRANSLATED;
	uint16_t port = vpnalg_remote_port(step->facts);

	if (step->facts->protocol != PROTOCOL_UDP || port == f->remote_port)
		return VPNALG_TRANSLATED;
	if (port != L2TP_PORT)
		result = give_answer_key(step, flow, port);
	if (result != VPNALG_TRANSLATED)
		return result;
	f->remote_port = port;
	vpnalg_session_changed(step->translator, flow);
	return VPNALG_TRANSLATED;
}

static bool asks_hidden(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	const uint16_t all =
		L2TP_FLOW_ASKING | L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED;

	return (l2tp_flow(step, flow)->flags & all) == all;
}

/* The header of the first answer shows the ID that the SCCRQ has hidden, unless
 * it is one that is known. */
static enum vpnalg_result learn_hidden(struct vpnalg_step *step,
				       struct vpnalg_record *flow,
				       const struct l2tp_message *m)
{
	if (!vpnalg_l2tp_tunnel_has_no_other(step, flow, &m->header))
		return VPNALG_DROP_AMBIGUOUS;
	l2tp_flow(step, flow)->own[m->version - 2] = m->header.value;
	vpnalg_session_changed(step->translator, flow);
	return VPNALG_TRANSLATED;
}

/* Whether this ID, outside, is that of another flow's tunnel. */
static bool is_anothers(struct vpnalg_step *step, struct vpnalg_record *flow,
			const struct l2tp_id *id)
{
	struct vpnalg_record *holder = vpnalg_l2tp_tunnel_holder(
		step, flow, VPNALG_OUTSIDE_OWN, id);

	return holder != NULL && !vpnalg_l2tp_tunnel_is_of(step, flow, holder);
}

/* An SCCRP to port 1701 that belongs to no tunnel that is known. */
static enum vpnalg_result take_answer(struct vpnalg_step *step,
				      const struct l2tp_message *m,
				      struct vpnalg_record **flow)
{
	struct vpnalg_record *asker;

	if (*flow != NULL && asks_hidden(step, *flow)) {
		if (step->facts->inside &&
		    is_anothers(step, *flow, &m->header))
			vpnalg_l2tp_server_refuse(step, *flow);
		return learn_hidden(step, *flow, m);
	}
	if (step->facts->inside)
		return VPNALG_UNTOUCHED;
	asker = vpnalg_l2tp_server_asker(step, step->record);
	if (asker == NULL || asker == *flow)
		return VPNALG_UNTOUCHED;
	if (asks_hidden(step, asker)) {
		*flow = asker;
		return learn_hidden(step, asker, m);
	}
	vpnalg_l2tp_server_stray(step, asker, m);
	return VPNALG_DROP_AMBIGUOUS;
}

/* For a shared flow, but for no tunnel that is known. Only who has the port
 * itself, or over IP the rest, may have it, if nobody else can be meant. */
static enum vpnalg_result judge_unknown(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_message *m)
{
	bool resumed = l2tp_flow(step, flow)->flags & L2TP_FLOW_RESUMED;

	if (!vpnalg_l2tp_tunnel_has_no_other(step, flow, &m->header))
		return VPNALG_DROP_NO_SESSION;
	if (!m->udp)
		return vpnalg_l2tp_flow_has_rest(step, flow)
			       ? VPNALG_TRANSLATED
			       : VPNALG_DROP_NO_SESSION;
	if (vpnalg_l2tp_flow_port(step, flow) != L2TP_PORT ||
	    (m->header.value != 0 && !resumed))
		return VPNALG_DROP_NO_SESSION;
	if (m->header.value != 0) /* new tunnels have IDs that are not its own */
		return VPNALG_TRANSLATED;
	return vpnalg_l2tp_server_insists(step, flow) ? VPNALG_DROP_AMBIGUOUS
						      : VPNALG_TRANSLATED;
}

/* Without a tunnel. */
static enum vpnalg_result take_unknown(struct vpnalg_step *step,
				       const struct l2tp_message *m,
				       struct vpnalg_record **flow)
{
	bool at_1701 = !m->udp || l2tp_is_shared(step, *flow) ||
		       vpnalg_l2tp_flow_port(step, *flow) == L2TP_PORT;
	enum vpnalg_result result = VPNALG_UNTOUCHED;

	if (at_1701 && l2tp_is_answer(m))
		result = take_answer(step, m, flow);
	if (result != VPNALG_UNTOUCHED)
		return result;
	return l2tp_is_shared(step, *flow) ? judge_unknown(step, *flow, m)
					   : VPNALG_TRANSLATED;
}

/* Data, of a tunnel or session that has its own key. */
static enum vpnalg_result data_in(struct vpnalg_step *step,
				  struct l2tp_message *m)
{
	struct l2tp_tunnel *tunnel =
		vpnalg_session_body(step->translator, step->record);
	struct vpnalg_tuple inside;

	if (m->udp && vpnalg_get16(step->facts->l4 + PORT_SOURCE_OFF) !=
			      tunnel->remote_port)
		return VPNALG_DROP_PORT_HELD;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &inside);
	m->header.other = inside.id;
	vpnalg_l2tp_tunnel_hear(step, step->record);
	return vpnalg_l2tp_flow_finish(step, step->record, m);
}

/* To port 1701, which no flow has for itself. It may be the router's own. */
static enum vpnalg_result server_in(struct vpnalg_step *step,
				    const struct l2tp_message *m)
{
	bool insists = ((struct l2tp_server *)vpnalg_session_body(
				step->translator, step->record))
			       ->flags &
		       L2TP_SERVER_INSISTS;
	enum vpnalg_result result = VPNALG_UNTOUCHED;
	struct vpnalg_record *flow = NULL;

	if (l2tp_is_answer(m))
		result = take_answer(step, m, &flow);
	if (result == VPNALG_TRANSLATED) {
		step->record = flow;
		return vpnalg_l2tp_flow_finish(step, flow, m);
	}
	return result == VPNALG_UNTOUCHED && insists ? VPNALG_DROP_GUARDED
						     : result;
}

/* What a message for the flow says of it. A pending SCCRQ is answered by what
 * names its ID; where that is hidden, the inside host tells later. */
static void take_control(struct vpnalg_step *step, struct vpnalg_record *flow,
			 const struct l2tp_message *m)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	uint32_t own = f->own[m->version - 2];
	uint32_t id = step->facts->inside ? m->header.value : m->header.other;

	if (m->type == L2TP_STOPCCN && (own == 0 || own == id))
		vpnalg_l2tp_flow_linger(step, flow);
	if (!(f->flags & L2TP_FLOW_ASKING) ||
	    (m->type != L2TP_STOPCCN && !l2tp_is_answer(m)))
		return;
	if (f->flags & L2TP_FLOW_HIDDEN) {
		f->flags |= L2TP_FLOW_HEARD;
		vpnalg_session_changed(step->translator, flow);
	} else if (own == id) {
		vpnalg_l2tp_server_answered(step, flow);
	}
}

/* All that can fail for want of room. */
static enum vpnalg_result learn_peer(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct vpnalg_record *tunnel,
				     const struct l2tp_message *m)
{
	bool awaited = is_awaited(step, flow, tunnel, m);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (awaited && !l2tp_is_shared(step, flow) &&
	    !(l2tp_flow(step, flow)->flags & L2TP_FLOW_HIDDEN))
		result = vpnalg_l2tp_peer_prove(step, flow, l2tp_own(m));
	if (awaited && result == VPNALG_TRANSLATED)
		result = take_remote_port(step, flow);
	return result;
}

static enum vpnalg_result control_in(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct vpnalg_record *tunnel,
				     struct l2tp_message *m)
{
	enum vpnalg_result result;

	/* In the outside form it would have been found before the flow. */
	if (tunnel == NULL && step->facts->inside && l2tp_is_shared(step, flow))
		tunnel = vpnalg_l2tp_tunnel_find(step, flow, false, &m->header);
	if (!is_from_right_port(step, flow, tunnel, m))
		return VPNALG_DROP_PORT_HELD;
	result = tunnel != NULL
			 ? vpnalg_l2tp_answer_prepare(step, flow, tunnel, m)
			 : take_unknown(step, m, &flow);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	result = learn_peer(step, flow, tunnel, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (tunnel != NULL)
		vpnalg_l2tp_tunnel_hear(step, tunnel);
	if (tunnel != NULL && m->control)
		vpnalg_l2tp_answer_commit(step, flow, tunnel, m);
	if (m->control)
		take_control(step, flow, m);
	vpnalg_l2tp_flow_answered(step, flow);
	step->record = flow;
	return vpnalg_l2tp_flow_finish(step, flow, m);
}

/* An answer from another address. What was opened for it is closed if it does
 * not get through. */
static enum vpnalg_result question_in(struct vpnalg_step *step,
				      struct l2tp_message *m)
{
	struct vpnalg_record *question = step->record, *flow, *tunnel = NULL;
	enum vpnalg_result result =
		vpnalg_l2tp_question_follow(step, m, &flow);

	if (result != VPNALG_TRANSLATED)
		return result;
	step->record = flow;
	if (l2tp_is_shared(step, flow))
		result = vpnalg_l2tp_tunnel_open(step, flow, &m->header, true,
						 &tunnel);
	if (result == VPNALG_TRANSLATED)
		result = control_in(step, flow, tunnel, m);
	if (result == VPNALG_TRANSLATED) {
		vpnalg_l2tp_question_settle(step, question);
		return VPNALG_TRANSLATED;
	}
	step->record = question;
	if (tunnel != NULL)
		vpnalg_session_close(step->translator, tunnel);
	vpnalg_session_close(step->translator, flow);
	return result;
}

/* Whether it came to the outside port that the flow has for itself, though L2TP
 * has port 1701: from there nobody was asked. */
static bool is_to_wrong_port(struct vpnalg_step *step,
			     struct vpnalg_record *flow)
{
	return step->facts->protocol == PROTOCOL_UDP && !step->facts->inside &&
	       l2tp_is_shared(step, flow) &&
	       vpnalg_local_port(step->facts) != L2TP_PORT;
}

static enum vpnalg_result foreign_in(struct vpnalg_step *step,
				     const struct l2tp_message *m)
{
	if (vpnalg_remote_port(step->facts) != L2TP_PORT)
		return step->facts->inside ? VPNALG_UNTOUCHED
					   : VPNALG_DROP_PORT_HELD;
	return vpnalg_l2tp_flow_finish(step, step->record, m);
}

/* Over IP, while a hidden ID is asked for: what answers. */
static bool is_others(struct vpnalg_step *step, const struct l2tp_message *m)
{
	return step->record->kind == L2TP_KIND_IP_FLOW &&
	       step->slot == VPNALG_OUTSIDE_PEER && !l2tp_is_answer(m);
}

/* In its inside form it was found by the port of the inside host alone, unless it
 * is from port 1701: what the flow has not taken may be another session's. */
static bool may_be_another_sessions(const struct vpnalg_step *step)
{
	return step->facts->inside && step->facts->protocol == PROTOCOL_UDP &&
	       vpnalg_remote_port(step->facts) != L2TP_PORT;
}

/* What travels in, in either form. */
enum vpnalg_result vpnalg_l2tp_in(struct vpnalg_step *step,
				  struct l2tp_message *m)
{
	struct vpnalg_record *record = step->record, *flow = record;
	enum vpnalg_result result;

	if (record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (m->foreign)
		return record->kind == L2TP_KIND_FLOW ? foreign_in(step, m)
						      : VPNALG_UNTOUCHED;
	if (record->kind == L2TP_KIND_SERVER)
		return server_in(step, m);
	if (record->kind == L2TP_KIND_QUESTION)
		return question_in(step, m);
	if (l2tp_is_tunnel(record) && !m->control)
		return data_in(step, m);
	if (l2tp_is_tunnel(record))
		flow = vpnalg_l2tp_flow_of(step, record);
	if (flow == NULL || is_others(step, m))
		return VPNALG_UNTOUCHED;
	if (is_to_wrong_port(step, flow))
		return VPNALG_DROP_PORT_HELD;
	if (l2tp_is_shared(step, flow) && !m->whole)
		return VPNALG_DROP_TRUNCATED;
	result = control_in(step, flow, flow == record ? NULL : record, m);
	return result != VPNALG_TRANSLATED && result != VPNALG_DROP_STORE &&
			       may_be_another_sessions(step)
		       ? VPNALG_UNTOUCHED
		       : result;
}

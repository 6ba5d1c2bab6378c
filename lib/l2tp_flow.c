/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows: who opens them, where answers may come from, and what becomes of the
 * addresses and ports. */
#include "l2tp.h"

#include "wire_ip.h"

static bool is_tunnel(const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_TUNNEL ||
	       record->kind == L2TP_KIND_SESSION;
}

static bool is_shared(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	return l2tp_flow(step, flow)->flags & L2TP_FLOW_SHARED;
}

static uint16_t outside_port(struct vpnalg_step *step,
			     struct vpnalg_record *flow)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN,
			     &tuple);
	return (uint16_t)tuple.id;
}

/* The other form of the addresses and ports, by a flow or by a tunnel in it. */
static void rewrite_ends(struct vpnalg_step *step, struct vpnalg_record *record)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_tuple other;
	uint16_t port;

	vpnalg_session_tuple(step->translator, record,
			     facts->inside ? VPNALG_OUTSIDE_OWN
					   : VPNALG_INSIDE_OWN,
			     &other);
	if (record->kind != L2TP_KIND_FLOW)
		port = (uint16_t)other.port;
	else if (facts->inside && is_shared(step, record))
		port = L2TP_PORT;
	else
		port = (uint16_t)other.id;
	vpnalg_rewrite_local(step, other.local);
	if (facts->protocol == PROTOCOL_UDP)
		vpnalg_rewrite_16(step,
				  facts->inward ? PORT_DESTINATION_OFF
						: PORT_SOURCE_OFF,
				  port);
}

static enum vpnalg_result finish(struct vpnalg_step *step,
				 struct vpnalg_record *record,
				 const struct l2tp_message *m)
{
	vpnalg_l2tp_message_rewrite(step, m);
	rewrite_ends(step, record);
	return VPNALG_TRANSLATED;
}

/* The beginning */

static enum vpnalg_result open_ip_flow(struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_IP_FLOW,
		.space = L2TP_PROTOCOL,
		.zone = facts->zone,
		.inside = facts->local,
		.remote = facts->remote,
		.inside_port = L2TP_NUMBER_FLOW,
		.outside_port = L2TP_NUMBER_FLOW,
		.peer = true,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	enum vpnalg_result result =
		vpnalg_session_open(step, &opening, &step->record);

	if (result == VPNALG_TRANSLATED)
		l2tp_flow(step, step->record)->flags = L2TP_FLOW_SHARED;
	return result;
}

static enum vpnalg_result open_flow(struct vpnalg_step *step,
				    const struct l2tp_message *m)
{
	enum vpnalg_result result;

	if (step->facts->undo || l2tp_is_idle(m))
		return VPNALG_DROP_NO_SESSION;
	if (!m->udp)
		return open_ip_flow(step);
	result = vpnalg_session_open_port(
		step, L2TP_KIND_FLOW,
		vpnalg_session_timers(step->translator)->udp, &step->record);
	if (result == VPNALG_TRANSLATED)
		l2tp_flow(step, step->record)->remote_port = L2TP_PORT;
	return result;
}

/* The flow of a tunnel or session. */
static struct vpnalg_record *flow_of(struct vpnalg_step *step,
				     struct vpnalg_record *tunnel)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, tunnel, VPNALG_INSIDE_OWN,
			     &tuple);
	if (step->facts->protocol == PROTOCOL_UDP) {
		tuple.space = PROTOCOL_UDP;
		tuple.id = tuple.port & 0xffff;
		tuple.port = L2TP_PORT;
	} else {
		tuple.role = VPNALG_INSIDE_PEER;
		tuple.id = 0;
		tuple.port = L2TP_NUMBER_FLOW;
	}
	return vpnalg_session_find(step->translator, &tuple);
}

/* Out */

/* A turn that ended without an answer may still be held by a flow that has not
 * got this port. */
static struct vpnalg_record *flow_out_of(struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_record *record = step->record;
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = PROTOCOL_UDP,
				      .local = facts->local,
				      .remote = facts->remote };

	if (is_tunnel(record))
		return flow_of(step, record);
	if (record->kind != L2TP_KIND_FLOW ||
	    step->slot != VPNALG_OUTSIDE_PEER || is_shared(step, record))
		return record;
	tuple.id = vpnalg_get16(facts->l4 + PORT_SOURCE_OFF);
	return vpnalg_session_find(step->translator, &tuple);
}

static void live(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	l2tp_flow(step, flow)->flags &= (uint16_t)~L2TP_FLOW_LINGERING;
	vpnalg_session_live(step->translator, flow,
			    vpnalg_session_timers(step->translator)->udp);
	vpnalg_l2tp_server_live(step, flow);
}

static void linger(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (f->flags & (L2TP_FLOW_LINGERING | L2TP_FLOW_SHARED))
		return;
	f->flags |= L2TP_FLOW_LINGERING;
	vpnalg_session_live(step->translator, flow,
			    vpnalg_session_timers(step->translator)->linger);
}

static void refresh(struct vpnalg_step *step, struct vpnalg_record *flow,
		    const struct l2tp_message *m)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;
	bool asks = m->control && m->type == L2TP_SCCRQ;

	if (m->control && m->type == L2TP_STOPCCN) {
		linger(step, flow);
	} else if (l2tp_flow(step, flow)->flags & L2TP_FLOW_LINGERING) {
		if (asks || (!l2tp_is_idle(m) &&
			     l2tp_is_past_grace(step, flow)))
			live(step, flow);
	} else if (flow->deadline - step->now < life - life / L2TP_SLACK_PART) {
		live(step, flow);
	}
}

/* What travels out, in either form. */
enum vpnalg_result vpnalg_l2tp_flow_out(struct vpnalg_step *step,
					struct l2tp_message *m, bool insists)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_record *flow;

	if (step->record == NULL)
		result = open_flow(step, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (is_tunnel(step->record) && step->slot == VPNALG_OUTSIDE_PEER &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	flow = flow_out_of(step);
	if (flow == NULL)
		return VPNALG_DROP_NO_SESSION;
	step->record = flow;
	if (m->control && m->type == L2TP_SCCRQ)
		result = vpnalg_l2tp_server_ask(step, flow, m, insists);
	if (result == VPNALG_TRANSLATED && is_shared(step, flow))
		result = vpnalg_l2tp_tunnel_out(step, flow, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	refresh(step, flow, m);
	return finish(step, flow, m);
}

/* In */

static bool is_answer(const struct l2tp_message *m)
{
	return m->control && m->type == L2TP_SCCRP;
}

/* The inside host will send to that port from now on. */
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
	tuple.space = L2TP_PROTOCOL;
	tuple.port = L2TP_NUMBER_ANSWER | port;
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

/* RFC 2661 8.1: the answer to an SCCRQ may come from another port, which is
 * fixed then. */
static enum vpnalg_result take_remote_port(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   const struct l2tp_message *m)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	enum vpnalg_result result = VPNALG_TRANSLATED;
	uint16_t port;

	if (!m->udp)
		return VPNALG_TRANSLATED;
	port = vpnalg_get16(step->facts->l4 + PORT_SOURCE_OFF);
	if (port == f->remote_port)
		return VPNALG_TRANSLATED;
	if (!(f->flags & L2TP_FLOW_ASKING) || !is_answer(m))
		return VPNALG_DROP_PORT_HELD;
	if (!(f->flags & (L2TP_FLOW_SHARED | L2TP_FLOW_HIDDEN)) &&
	    f->own[m->version - 2] != m->header.value)
		return VPNALG_DROP_PORT_HELD;
	if (port != L2TP_PORT)
		result = give_answer_key(step, flow, port);
	if (result != VPNALG_TRANSLATED)
		return result;
	f->remote_port = port;
	vpnalg_session_changed(step->translator, flow);
	return VPNALG_TRANSLATED;
}

/* The header of the first answer shows the ID that the SCCRQ has hidden. */
static bool learns_hidden(struct vpnalg_step *step, struct vpnalg_record *flow,
			  const struct l2tp_message *m)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if ((f->flags & (L2TP_FLOW_ASKING | L2TP_FLOW_HIDDEN |
			 L2TP_FLOW_SHARED)) !=
	    (L2TP_FLOW_ASKING | L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED))
		return false;
	f->own[m->version - 2] = m->header.value;
	vpnalg_session_changed(step->translator, flow);
	return true;
}

/* An SCCRP to port 1701 that belongs to no tunnel that is known. */
static enum vpnalg_result take_answer(struct vpnalg_step *step,
				      const struct l2tp_message *m,
				      struct vpnalg_record **flow)
{
	struct vpnalg_record *asker;

	if (*flow != NULL && learns_hidden(step, *flow, m))
		return VPNALG_TRANSLATED;
	if (step->facts->inside)
		return VPNALG_UNTOUCHED;
	asker = vpnalg_l2tp_server_asker(step, step->record);
	if (asker == NULL || asker == *flow)
		return VPNALG_UNTOUCHED;
	if (learns_hidden(step, asker, m)) {
		*flow = asker;
		return VPNALG_TRANSLATED;
	}
	vpnalg_l2tp_server_stray(step, asker, m);
	return VPNALG_DROP_AMBIGUOUS;
}

/* For a shared flow, but for no tunnel that is known. Only who has the port
 * itself may have it, if nobody else can be meant. */
static enum vpnalg_result judge_unknown(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_message *m)
{
	if (!m->udp)
		return flow->flags & VPNALG_SESSION_SHARED &&
				       !step->facts->inside
			       ? VPNALG_DROP_AMBIGUOUS
			       : VPNALG_TRANSLATED;
	if (outside_port(step, flow) != L2TP_PORT)
		return VPNALG_DROP_NO_SESSION;
	return vpnalg_l2tp_server_insists(step, flow) ? VPNALG_DROP_AMBIGUOUS
						      : VPNALG_TRANSLATED;
}

/* Without a tunnel. */
static enum vpnalg_result take_unknown(struct vpnalg_step *step,
				       const struct l2tp_message *m,
				       struct vpnalg_record **flow)
{
	bool at_1701 = !m->udp || is_shared(step, *flow) ||
		       outside_port(step, *flow) == L2TP_PORT;
	enum vpnalg_result result = VPNALG_UNTOUCHED;

	if (at_1701 && is_answer(m))
		result = take_answer(step, m, flow);
	if (result != VPNALG_UNTOUCHED)
		return result;
	return is_shared(step, *flow) ? judge_unknown(step, *flow, m)
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
	return finish(step, step->record, m);
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

	if (is_answer(m))
		result = take_answer(step, m, &flow);
	if (result == VPNALG_TRANSLATED) {
		step->record = flow;
		return finish(step, flow, m);
	}
	return result == VPNALG_UNTOUCHED && insists ? VPNALG_DROP_GUARDED
						     : result;
}

static void take_control(struct vpnalg_step *step, struct vpnalg_record *flow,
			 const struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	bool learns = f->flags & L2TP_FLOW_HIDDEN &&
		      f->flags & L2TP_FLOW_SHARED;

	if (m->type == L2TP_STOPCCN)
		linger(step, flow);
	if (m->type == L2TP_STOPCCN || (m->type == L2TP_SCCRP && !learns))
		vpnalg_l2tp_server_answered(step, flow, m);
}

static enum vpnalg_result control_in(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct vpnalg_record *tunnel,
				     struct l2tp_message *m)
{
	enum vpnalg_result result = take_remote_port(step, flow, m);

	if (result != VPNALG_TRANSLATED)
		return result;
	if (tunnel == NULL && is_shared(step, flow))
		tunnel = vpnalg_l2tp_tunnel_find(step, flow, false,
						 &m->header);
	if (tunnel != NULL)
		result = vpnalg_l2tp_tunnel_in(step, flow, tunnel, m);
	else
		result = take_unknown(step, m, &flow);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	if (m->control)
		take_control(step, flow, m);
	step->record = flow;
	return finish(step, flow, m);
}

/* What travels in, in either form. */
enum vpnalg_result vpnalg_l2tp_flow_in(struct vpnalg_step *step,
				       struct l2tp_message *m)
{
	struct vpnalg_record *record = step->record, *flow = record;

	if (record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (record->kind == L2TP_KIND_SERVER)
		return server_in(step, m);
	if (is_tunnel(record) && !m->control)
		return data_in(step, m);
	if (is_tunnel(record))
		flow = flow_of(step, record);
	if (flow == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (is_shared(step, flow) && !m->whole)
		return VPNALG_DROP_TRUNCATED;
	return control_in(step, flow, flow == record ? NULL : record, m);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Incoming packets: finds the host of each. */
#include "in.h"

#include "../wire/ip.h"
#include "answer.h"
#include "any_address.h"
#include "flow.h"
#include "lifetime.h"
#include "peer.h"
#include "remote_port.h"
#include "server.h"
#include "tunnel.h"
#include "unmatched.h"

/* Takes data of a tunnel or session that has its own key. */
static enum vpnalg_result data_in(struct vpnalg_step *step,
				  struct l2tp_message *m)
{
	struct l2tp_tunnel *tunnel =
		vpnalg_session_body(step->translator, step->record);
	struct vpnalg_tuple inside;

	if (m->udp && vpnalg_get16(step->parsed->l4 + PORT_SOURCE_OFF) !=
			      tunnel->remote_port)
		return VPNALG_DROP_PORT_HELD;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &inside);
	m->header.other = inside.id;
	vpnalg_l2tp_lifetime_hear(step, step->record);
	return vpnalg_l2tp_flow_finish(step, m);
}

/* Takes a packet to port 1701, which no flow has for itself. It may be the
 * router's own. */
static enum vpnalg_result server_in(struct vpnalg_step *step,
				    const struct l2tp_message *m)
{
	bool fixed_port = ((struct l2tp_server *)vpnalg_session_body(
				   step->translator, step->record))
				  ->flags &
			  L2TP_SERVER_FIXED_PORT;
	enum vpnalg_result result = VPNALG_UNTOUCHED;
	struct vpnalg_record *flow = NULL;

	if (l2tp_is_answer(m))
		result = vpnalg_l2tp_unmatched_answer(step, m, &flow);
	if (result == VPNALG_TRANSLATED) {
		step->record = flow;
		return vpnalg_l2tp_flow_finish(step, m);
	}
	return result == VPNALG_UNTOUCHED && fixed_port ? VPNALG_DROP_GUARDED
							: result;
}

/* Updates the flow for a message. A message that names the requested ID answers
 * the pending SCCRQ; if the ID is hidden, the inside host shows it later. */
static void take_control(struct vpnalg_step *step, struct vpnalg_record *flow,
			 const struct l2tp_message *m)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	uint32_t own = f->own[m->version - 2];
	uint32_t id = step->parsed->inside ? m->header.value : m->header.other;

	if (m->type == L2TP_STOPCCN && (own == 0 || own == id))
		vpnalg_l2tp_flow_linger(step, flow);
	if (!(f->flags & L2TP_FLOW_PENDING) ||
	    (m->type != L2TP_STOPCCN && !l2tp_is_answer(m)))
		return;
	if (f->flags & L2TP_FLOW_HIDDEN) {
		f->flags |= L2TP_FLOW_HEARD;
		vpnalg_session_changed(step->translator, flow);
	} else if (own == id) {
		vpnalg_l2tp_server_answered(step, flow);
	}
}

/* Learns the peer's ID and port from an answer. Fails if the store has no
 * room. */
static enum vpnalg_result learn_peer(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct vpnalg_record *tunnel,
				     const struct l2tp_message *m)
{
	bool awaited =
		vpnalg_l2tp_remote_port_is_awaited(step, flow, tunnel, m);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (awaited && !l2tp_is_shared(step, flow) &&
	    !(l2tp_flow(step, flow)->flags & L2TP_FLOW_HIDDEN))
		result = vpnalg_l2tp_peer_prove(step, flow, l2tp_own(m));
	if (awaited && result == VPNALG_TRANSLATED)
		result = vpnalg_l2tp_remote_port_take(step, flow);
	return result;
}

static enum vpnalg_result control_in(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct vpnalg_record *tunnel,
				     struct l2tp_message *m)
{
	enum vpnalg_result result;

	/* In the outside form the tunnel was found before the flow. */
	if (tunnel == NULL && step->parsed->inside &&
	    l2tp_is_shared(step, flow))
		tunnel = vpnalg_l2tp_tunnel_find(step, flow, false, &m->header);
	if (!vpnalg_l2tp_remote_port_is_right(step, flow, tunnel, m))
		return VPNALG_DROP_PORT_HELD;
	result = tunnel != NULL
			 ? vpnalg_l2tp_answer_prepare(step, flow, tunnel, m)
			 : vpnalg_l2tp_unmatched_take(step, m, &flow);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	result = learn_peer(step, flow, tunnel, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (tunnel != NULL)
		vpnalg_l2tp_lifetime_hear(step, tunnel);
	if (tunnel != NULL && m->control)
		vpnalg_l2tp_answer_commit(step, flow, tunnel, m);
	if (m->control)
		take_control(step, flow, m);
	vpnalg_l2tp_flow_answered(step, flow);
	step->record = flow;
	return vpnalg_l2tp_flow_finish(step, m);
}

/* Takes an answer from another address. The flow and tunnel that it opens are
 * closed if it does not get through. */
static enum vpnalg_result any_address_in(struct vpnalg_step *step,
					 struct l2tp_message *m)
{
	struct vpnalg_record *sccrq = step->record, *flow, *tunnel = NULL;
	enum vpnalg_result result =
		vpnalg_l2tp_any_address_follow(step, m, &flow);

	if (result != VPNALG_TRANSLATED)
		return result;
	step->record = flow;
	if (l2tp_is_shared(step, flow))
		result = vpnalg_l2tp_tunnel_open(step, flow, &m->header, true,
						 &tunnel);
	if (result == VPNALG_TRANSLATED)
		result = control_in(step, flow, tunnel, m);
	if (result == VPNALG_TRANSLATED) {
		vpnalg_l2tp_any_address_close(step, sccrq);
		return VPNALG_TRANSLATED;
	}
	step->record = sccrq;
	if (tunnel != NULL)
		vpnalg_session_close(step->translator, tunnel);
	vpnalg_session_close(step->translator, flow);
	return result;
}

/* Returns whether a packet came to the flow's own outside port although L2TP
 * has port 1701: no SCCRQ was sent from there. */
static bool is_to_wrong_port(struct vpnalg_step *step,
			     struct vpnalg_record *flow)
{
	return step->parsed->protocol == PROTOCOL_UDP &&
	       !step->parsed->inside && l2tp_is_shared(step, flow) &&
	       vpnalg_local_port(step->parsed) != L2TP_PORT;
}

static enum vpnalg_result foreign_in(struct vpnalg_step *step,
				     const struct l2tp_message *m)
{
	if (vpnalg_remote_port(step->parsed) != L2TP_PORT)
		return step->parsed->inside ? VPNALG_UNTOUCHED
					    : VPNALG_DROP_PORT_HELD;
	return vpnalg_l2tp_flow_finish(step, m);
}

/* Returns whether a packet over IP was found by the slot but is no answer: only
 * an answer may match a requester with a hidden ID. */
static bool is_others(struct vpnalg_step *step, const struct l2tp_message *m)
{
	return step->record->kind == L2TP_KIND_IP_FLOW &&
	       step->slot == VPNALG_OUTSIDE_PEER && !l2tp_is_answer(m);
}

/* Returns whether a packet that the flow has not taken may be another
 * session's. In its inside form it was found by the inside host's port alone,
 * unless it comes from port 1701. */
static bool may_be_another_sessions(const struct vpnalg_step *step)
{
	return step->parsed->inside && step->parsed->protocol == PROTOCOL_UDP &&
	       vpnalg_remote_port(step->parsed) != L2TP_PORT;
}

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
	if (record->kind == L2TP_KIND_ANY_ADDRESS)
		return any_address_in(step, m);
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

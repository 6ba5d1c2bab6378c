/* SPDX-License-Identifier: BSD-2-Clause */
/* What travels out: it may open a flow and keeps it. */
#include "out.h"

#include "../wire/ip.h"
#include "control.h"
#include "flow.h"
#include "request.h"
#include "server.h"
#include "tunnel.h"

/* Whether it has the outside port that the flow has for itself, where L2TP has
 * port 1701. */
static bool has_wrong_port(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	return step->parsed->protocol == PROTOCOL_UDP &&
	       !step->parsed->inside &&
	       vpnalg_local_port(step->parsed) !=
		       (l2tp_is_shared(step, flow)
				? L2TP_PORT
				: l2tp_flow_port(step, flow));
}

/* Whether it goes to a port of the remote from which the flow, or the tunnel
 * that it is for, was answered. */
static bool has_right_remote(struct vpnalg_step *step,
			     struct vpnalg_record *flow,
			     const struct l2tp_message *m)
{
	struct vpnalg_record *tunnel;
	uint16_t port;

	if (!m->udp || !step->parsed->inside)
		return true;
	port = vpnalg_remote_port(step->parsed);
	if (port == L2TP_PORT || port == l2tp_flow(step, flow)->remote_port)
		return true;
	tunnel = vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);
	return tunnel != NULL && tunnel->kind != L2TP_KIND_CLAIM &&
	       l2tp_tunnel(step, tunnel)->remote_port == port;
}

/* The flow that has sent it; NULL if it is not the one that was found. A turn
 * that ended without an answer may still be held by a flow that does not have
 * this port. */
static struct vpnalg_record *sender(struct vpnalg_step *step,
				    const struct l2tp_message *m)
{
	struct vpnalg_record *flow = step->record;

	if (l2tp_is_tunnel(flow))
		flow = vpnalg_l2tp_flow_of(step, flow);
	if (flow == NULL || (!m->foreign && has_wrong_port(step, flow)) ||
	    !has_right_remote(step, flow, m))
		return NULL;
	return flow;
}

/* What is no SCCRQ. */
static enum vpnalg_result pass(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct l2tp_message *m, bool insists)
{
	if (!m->foreign && !(l2tp_flow(step, flow)->flags & L2TP_FLOW_BEGUN))
		vpnalg_l2tp_server_resume(step, flow, insists);
	if (!m->foreign)
		return vpnalg_l2tp_control_out(step, flow, m);
	vpnalg_l2tp_flow_refresh(step, flow, m);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result go_out(struct vpnalg_step *step,
				 struct l2tp_message *m, bool insists)
{
	struct vpnalg_record *flow = sender(step, m);
	enum vpnalg_result result;

	if (flow == NULL)
		return VPNALG_UNTOUCHED;
	step->record = flow;
	result = vpnalg_l2tp_request_is_one(m)
			 ? vpnalg_l2tp_request(step, flow, m, insists)
			 : pass(step, flow, m, insists);
	if (result != VPNALG_TRANSLATED)
		return result;
	return vpnalg_l2tp_flow_finish(step, flow, m);
}

/* In either form. What is dropped leaves no flow behind, unless its host is told
 * to wait: then the flow knows how long it has. */
enum vpnalg_result vpnalg_l2tp_out(struct vpnalg_step *step,
				   struct l2tp_message *m, bool insists)
{
	struct vpnalg_record *opened = NULL;
	enum vpnalg_result result;

	if (step->record == NULL) {
		result = vpnalg_l2tp_flow_open(step, m);
		if (result != VPNALG_TRANSLATED)
			return result;
		step->slot = VPNALG_INSIDE_OWN;
		opened = step->record;
	}
	result = go_out(step, m, insists);
	if (opened == NULL || result == VPNALG_TRANSLATED ||
	    result == VPNALG_DROP_HELD)
		return result;
	vpnalg_session_close(step->translator, opened);
	step->record = NULL;
	return result;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Outgoing packets: they may open a flow, and keep it. */
#include "out.h"

#include "../wire/ip.h"
#include "control.h"
#include "flow.h"
#include "request.h"
#include "server.h"
#include "tunnel.h"

/* Returns whether the packet has the flow's own outside port where L2TP has
 * port 1701, or the reverse. */
static bool has_wrong_port(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	return step->parsed->protocol == PROTOCOL_UDP &&
	       !step->parsed->inside &&
	       vpnalg_local_port(step->parsed) !=
		       (l2tp_is_shared(step, flow)
				? L2TP_PORT
				: l2tp_flow_port(step, flow));
}

/* Returns whether the packet goes to a port that the remote has answered from,
 * to the flow or to the packet's tunnel. */
static bool has_right_remote(struct vpnalg_step *step,
			     struct vpnalg_record *flow,
			     const struct l2tp_message *m)
{
	struct vpnalg_record *tunnel;
	uint16_t port;

	if (!m->udp)
		return true;
	port = vpnalg_remote_port(step->parsed);
	if (port == L2TP_PORT || port == l2tp_flow(step, flow)->remote_port)
		return true;
	tunnel = vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);
	return tunnel != NULL && tunnel->kind != L2TP_KIND_CLAIM &&
	       l2tp_tunnel(step, tunnel)->remote_port == port;
}

/* Returns the flow that has sent the packet; NULL if it is not the one found. A
 * requester that was not answered may still have the slot, without having this
 * port. */
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

/* Takes a packet that is no SCCRQ. */
static enum vpnalg_result pass(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct l2tp_message *m, bool fixed_port)
{
	if (!m->foreign && !(l2tp_flow(step, flow)->flags & L2TP_FLOW_BEGUN))
		vpnalg_l2tp_server_resume(step, flow, fixed_port);
	if (!m->foreign)
		return vpnalg_l2tp_control_out(step, flow, m);
	vpnalg_l2tp_flow_refresh(step, flow, m);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result go_out(struct vpnalg_step *step,
				 struct l2tp_message *m, bool fixed_port)
{
	struct vpnalg_record *flow = sender(step, m);
	enum vpnalg_result result;

	if (flow == NULL)
		return VPNALG_UNTOUCHED;
	step->record = flow;
	result = vpnalg_l2tp_request_is_one(m)
			 ? vpnalg_l2tp_request(step, flow, m, fixed_port)
			 : pass(step, flow, m, fixed_port);
	if (result != VPNALG_TRANSLATED)
		return result;
	return vpnalg_l2tp_flow_finish(step, m);
}

/* A dropped packet leaves no flow behind, unless its host is held back: then
 * the flow knows for how long. */
enum vpnalg_result vpnalg_l2tp_out(struct vpnalg_step *step,
				   struct l2tp_message *m, bool fixed_port)
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
	result = go_out(step, m, fixed_port);
	if (opened == NULL || result == VPNALG_TRANSLATED ||
	    result == VPNALG_DROP_HELD)
		return result;
	vpnalg_session_close(step->translator, opened);
	step->record = NULL;
	return result;
}

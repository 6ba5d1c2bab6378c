/* SPDX-License-Identifier: BSD-2-Clause */
/* The remote port that a flow is answered from (RFC 2661 8.1). */
#include "remote_port.h"

#include "../wire/ip.h"
#include "../wire/ipsec.h"

/* Gives the flow a key of the port that it is answered from: the inside host
 * sends there from now on. The key shows other handlers, too, that packets
 * between these ports are the flow's. */
static enum vpnalg_result link_answer_port(struct vpnalg_step *step,
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
		vpnalg_session_unlink(translator, flow, VPNALG_INSIDE_PEER);
	} else {
		before = 0;
	}
	if (vpnalg_session_link(translator, flow, &tuple))
		return VPNALG_TRANSLATED;
	tuple.port = before;
	if (before != 0)
		vpnalg_session_link(translator, flow, &tuple);
	return VPNALG_DROP_STORE;
}

/* In a shared flow the tunnel shows that an SCCRQ is pending, until the inside
 * host has gone on with it. */
bool vpnalg_l2tp_remote_port_is_awaited(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					struct vpnalg_record *tunnel,
					const struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);

	if (!l2tp_is_answer(m))
		return false;
	if (tunnel != NULL)
		return !(l2tp_tunnel(step, tunnel)->flags &
			 L2TP_TUNNEL_CONFIRMED);
	if (!(f->flags & L2TP_FLOW_PENDING))
		return false;
	return f->flags & L2TP_FLOW_HIDDEN ||
	       (!(f->flags & L2TP_FLOW_SHARED) &&
		f->own[m->version - 2] == m->header.value);
}

/* Returns whether the inside host has another session with that port of the
 * remote, from its own: packets from there are that session's. */
static bool has_session(struct vpnalg_step *step, struct vpnalg_record *flow,
			uint16_t port)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, flow, VPNALG_INSIDE_OWN,
			     &inside);
	inside.port = port;
	return vpnalg_session_find(step->translator, &inside) != NULL;
}

/* Returns whether the flow may be answered from that port. What the host sends
 * to the ports of IKE is IKE's. */
static bool may_answer(struct vpnalg_step *step, struct vpnalg_record *flow,
		       uint16_t port)
{
	if (port == L2TP_PORT)
		return true;
	return port != IKE_PORT && port != IKE_PORT_NAT_T &&
	       !has_session(step, flow, port);
}

/* The answer to an SCCRQ may come from another port, which is fixed then. */
bool vpnalg_l2tp_remote_port_is_right(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct vpnalg_record *tunnel,
				      const struct l2tp_message *m)
{
	uint16_t port, right = l2tp_flow(step, flow)->remote_port;

	if (!m->udp)
		return true;
	port = vpnalg_remote_port(step->parsed);
	if (m->foreign)
		return port == L2TP_PORT;
	if (tunnel != NULL)
		right = l2tp_tunnel(step, tunnel)->remote_port;
	return port == right ||
	       (vpnalg_l2tp_remote_port_is_awaited(step, flow, tunnel, m) &&
		may_answer(step, flow, port));
}

enum vpnalg_result vpnalg_l2tp_remote_port_take(struct vpnalg_step *step,
						struct vpnalg_record *flow)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	enum vpnalg_result result = VPNALG_TRANSLATED;
	uint16_t port = vpnalg_remote_port(step->parsed);

	if (step->parsed->protocol != PROTOCOL_UDP || port == f->remote_port)
		return VPNALG_TRANSLATED;
	if (port != L2TP_PORT)
		result = link_answer_port(step, flow, port);
	if (result != VPNALG_TRANSLATED)
		return result;
	f->remote_port = port;
	vpnalg_session_changed(step->translator, flow);
	return VPNALG_TRANSLATED;
}

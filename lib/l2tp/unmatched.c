/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that match no known tunnel. Incoming ones are for the flow, or answer
 * a flow with an SCCRQ that hides its ID. Outgoing ones need a claim to the
 * remote's ID. */
#include "unmatched.h"

#include "flow.h"
#include "peer.h"
#include "server.h"
#include "tunnel.h"

static bool hides_id(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	const uint16_t all =
		L2TP_FLOW_PENDING | L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED;

	return (l2tp_flow(step, flow)->flags & all) == all;
}

/* Learns a hidden ID from the header of the first answer, unless it is a known
 * one. The flow is shared: all IDs of the answer must be in memory. */
static enum vpnalg_result learn_hidden(struct vpnalg_step *step,
				       struct vpnalg_record *flow,
				       const struct l2tp_message *m)
{
	if (!m->whole)
		return VPNALG_DROP_TRUNCATED;
	if (!vpnalg_l2tp_tunnel_has_no_other(step, flow, &m->header))
		return VPNALG_DROP_AMBIGUOUS;
	l2tp_flow(step, flow)->own[m->version - 2] = m->header.value;
	vpnalg_session_changed(step->translator, flow);
	return VPNALG_TRANSLATED;
}

/* Returns whether this outside ID is that of another flow's tunnel. */
static bool is_anothers(struct vpnalg_step *step, struct vpnalg_record *flow,
			const struct l2tp_id *id)
{
	struct vpnalg_record *holder =
		vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_OWN, id);

	return holder != NULL && !vpnalg_l2tp_tunnel_is_of(step, flow, holder);
}

enum vpnalg_result vpnalg_l2tp_unmatched_answer(struct vpnalg_step *step,
						const struct l2tp_message *m,
						struct vpnalg_record **flow)
{
	struct vpnalg_record *requester;

	if (*flow != NULL && hides_id(step, *flow)) {
		if (step->parsed->inside &&
		    is_anothers(step, *flow, &m->header))
			vpnalg_l2tp_server_refuse(step, *flow);
		return learn_hidden(step, *flow, m);
	}
	if (step->parsed->inside)
		return VPNALG_UNTOUCHED;
	requester = vpnalg_l2tp_server_requester(step, step->record);
	if (requester == NULL || requester == *flow ||
	    vpnalg_record_is_routers(requester))
		return VPNALG_UNTOUCHED;
	if (hides_id(step, requester)) {
		*flow = requester;
		return learn_hidden(step, requester, m);
	}
	vpnalg_l2tp_server_misdirected(step, requester, m);
	return VPNALG_DROP_AMBIGUOUS;
}

/* Returns whether a shared flow may have the message. Only the flow that has
 * the port itself, or over IP the rest, may have it, and only if it can be for
 * no other. */
static enum vpnalg_result judge_unmatched(struct vpnalg_step *step,
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
	if (l2tp_flow_port(step, flow) != L2TP_PORT ||
	    (m->header.value != 0 && !resumed))
		return VPNALG_DROP_NO_SESSION;
	/* New tunnels have IDs that are not its own. */
	if (m->header.value != 0)
		return VPNALG_TRANSLATED;
	return vpnalg_l2tp_server_has_fixed_port(step, flow)
		       ? VPNALG_DROP_AMBIGUOUS
		       : VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_l2tp_unmatched_take(struct vpnalg_step *step,
					      const struct l2tp_message *m,
					      struct vpnalg_record **flow)
{
	bool at_1701 = !m->udp || l2tp_is_shared(step, *flow) ||
		       l2tp_flow_port(step, *flow) == L2TP_PORT;
	enum vpnalg_result result = VPNALG_UNTOUCHED;

	if (at_1701 && l2tp_is_answer(m))
		result = vpnalg_l2tp_unmatched_answer(step, m, flow);
	if (result != VPNALG_UNTOUCHED)
		return result;
	return l2tp_is_shared(step, *flow) ? judge_unmatched(step, *flow, m)
					   : VPNALG_TRANSLATED;
}

/* Outgoing packets */

/* Sets *claim to the claim for the packet's ID: the one that the flow has, NULL
 * for ID 0, or a new one if it has none or has lost it to another. */
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

/* A host that shares a port, and has no tunnel, cannot be distinguished from
 * the others, neither here nor by the answers. But one host has the port
 * itself, and over IP one has the rest. An ID that belongs to another host
 * never passes. */
enum vpnalg_result vpnalg_l2tp_unmatched_pass(struct vpnalg_step *step,
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
		vpnalg_l2tp_flow_set_busy(step, flow, m, claim);
	return VPNALG_TRANSLATED;
}

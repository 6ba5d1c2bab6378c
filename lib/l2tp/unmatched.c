/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes in and is of no tunnel that is known: whether it is for the flow, or
 * answers a flow whose SCCRQ hides the ID. */
#include "unmatched.h"

#include "flow.h"
#include "server.h"
#include "tunnel.h"

static bool hides_id(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	const uint16_t all =
		L2TP_FLOW_PENDING | L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED;

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
	struct vpnalg_record *holder =
		vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_OWN, id);

	return holder != NULL && !vpnalg_l2tp_tunnel_is_of(step, flow, holder);
}

/* An SCCRP to port 1701 that belongs to no tunnel that is known. */
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
	if (requester == NULL || requester == *flow)
		return VPNALG_UNTOUCHED;
	if (hides_id(step, requester)) {
		*flow = requester;
		return learn_hidden(step, requester, m);
	}
	vpnalg_l2tp_server_misdirected(step, requester, m);
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
	if (l2tp_flow_port(step, flow) != L2TP_PORT ||
	    (m->header.value != 0 && !resumed))
		return VPNALG_DROP_NO_SESSION;
	if (m->header.value !=
	    0) /* new tunnels have IDs that are not its own */
		return VPNALG_TRANSLATED;
	return vpnalg_l2tp_server_has_fixed_port(step, flow)
		       ? VPNALG_DROP_AMBIGUOUS
		       : VPNALG_TRANSLATED;
}

/* Without a tunnel. */
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
	return l2tp_is_shared(step, *flow) ? judge_unknown(step, *flow, m)
					   : VPNALG_TRANSLATED;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What travels out: it may open a flow and keeps it. */
#include "l2tp.h"

#include "wire_ip.h"

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

	if (l2tp_is_tunnel(record))
		return vpnalg_l2tp_flow_of(step, record);
	if (record->kind != L2TP_KIND_FLOW ||
	    step->slot != VPNALG_OUTSIDE_PEER || l2tp_is_shared(step, record))
		return record;
	tuple.id = vpnalg_get16(facts->l4 + PORT_SOURCE_OFF);
	return vpnalg_session_find(step->translator, &tuple);
}

/* What travels out, in either form. */
enum vpnalg_result vpnalg_l2tp_out(struct vpnalg_step *step,
				   struct l2tp_message *m, bool insists)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_record *flow;

	if (step->record == NULL)
		result = vpnalg_l2tp_flow_open(step, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (l2tp_is_tunnel(step->record) && step->slot == VPNALG_OUTSIDE_PEER &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	flow = flow_out_of(step);
	if (flow == NULL)
		return VPNALG_DROP_NO_SESSION;
	step->record = flow;
	if (m->control && m->type == L2TP_SCCRQ)
		result = vpnalg_l2tp_server_ask(step, flow, m, insists);
	if (result == VPNALG_TRANSLATED && l2tp_is_shared(step, flow))
		result = vpnalg_l2tp_control_out(step, flow, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	return vpnalg_l2tp_flow_finish(step, flow, m);
}

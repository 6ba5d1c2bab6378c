/* SPDX-License-Identifier: BSD-2-Clause */
/* What travels out: it may open a flow and keeps it. */
#include "l2tp.h"

/* Whether several hosts may have sent it. */
static bool is_ambiguous(const struct vpnalg_step *step)
{
	const struct vpnalg_record *record = step->record;

	if (!(record->flags & VPNALG_SESSION_SHARED))
		return false;
	return l2tp_is_tunnel(record)
		       ? step->slot == VPNALG_OUTSIDE_PEER
		       : record->kind == L2TP_KIND_IP_FLOW &&
				 step->slot == VPNALG_OUTSIDE_OWN;
}

/* The flow that has sent it; NULL if it is not the one that was found. A turn
 * that ended without an answer may still be held by a flow that does not have
 * this port. */
static struct vpnalg_record *sender(struct vpnalg_step *step)
{
	struct vpnalg_record *record = step->record;

	if (l2tp_is_tunnel(record))
		return vpnalg_l2tp_flow_of(step, record);
	if (record->kind == L2TP_KIND_FLOW &&
	    step->slot == VPNALG_OUTSIDE_PEER && !l2tp_is_shared(step, record))
		return NULL;
	return record;
}

/* In either form. */
enum vpnalg_result vpnalg_l2tp_out(struct vpnalg_step *step,
				   struct l2tp_message *m, bool insists)
{
	bool asks = m->control && m->type == L2TP_SCCRQ;
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_record *flow;

	if (step->record == NULL) {
		result = vpnalg_l2tp_flow_open(step, m);
		if (result != VPNALG_TRANSLATED)
			return result;
		step->slot = VPNALG_INSIDE_OWN;
		if (!asks)
			vpnalg_l2tp_server_resume(step, step->record, insists);
	}
	flow = sender(step);
	if (flow == NULL)
		return VPNALG_UNTOUCHED;
	if (is_ambiguous(step))
		return VPNALG_DROP_AMBIGUOUS;
	step->record = flow;
	if (asks)
		result = vpnalg_l2tp_server_ask(step, flow, m, insists);
	if (result != VPNALG_TRANSLATED)
		return result;
	vpnalg_l2tp_flow_refresh(step, flow, m);
	if (l2tp_is_shared(step, flow))
		result = vpnalg_l2tp_control_out(step, flow, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!vpnalg_l2tp_message_is_fit(m))
		return VPNALG_DROP_AMBIGUOUS;
	if (asks)
		result = vpnalg_l2tp_question_ask(step, flow, m);
	if (result != VPNALG_TRANSLATED)
		return result;
	return vpnalg_l2tp_flow_finish(step, flow, m);
}

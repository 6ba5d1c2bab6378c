/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs that may be answered from another address (RFC 2661 8.1). The outside
 * port and the requested ID find the record of such an SCCRQ, whatever address
 * answers. */
#include <vpnalg/l2tp.h>

#include "any_address.h"

#include <string.h>

#include "../wire/ip.h"

static struct l2tp_any_address *body(struct vpnalg_step *step,
				     struct vpnalg_record *sccrq)
{
	return vpnalg_session_body(step->translator, sccrq);
}

/* Returns the outside port that the flow's packets come from. */
static uint32_t port_of(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	return l2tp_is_shared(step, flow) ? L2TP_PORT
					  : l2tp_flow_port(step, flow);
}

/* Returns whether the record is of an SCCRQ of the flow, as the flow is outside
 * now. */
static bool is_of(struct vpnalg_step *step, struct vpnalg_record *sccrq,
		  struct vpnalg_record *flow)
{
	size_t length = step->parsed->addr_len;
	struct vpnalg_tuple its, ours;

	vpnalg_session_tuple(step->translator, sccrq, VPNALG_OUTSIDE_OWN, &its);
	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN, &ours);
	return (its.port & L2TP_PORT_MASK) == port_of(step, flow) &&
	       memcmp(its.local, ours.local, length) == 0 &&
	       memcmp(body(step, sccrq)->remote, ours.remote, length) == 0;
}

/* Requests */

static enum vpnalg_result open_record(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      const struct l2tp_id *id,
				      struct l2tp_opened *opened)
{
	uint32_t space = L2TP_SPACE_ANY_ADDRESS | id->space;
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_ANY_ADDRESS,
		.space = L2TP_PROTOCOL,
		.id = id->value,
		.outside_id = id->value,
		.outside_port = space | port_of(step, flow),
		.lifetime = vpnalg_session_timers(step->translator)
				    ->call_unanswered,
	};
	struct vpnalg_record *sccrq;
	enum vpnalg_result result;
	const uint8_t *remote;

	vpnalg_session_hosts(step->translator, flow, &opening);
	remote = opening.remote;
	opening.remote = NULL;
	opening.inside_port = space | vpnalg_session_id(step->translator, flow,
							VPNALG_INSIDE_OWN);
	result = vpnalg_session_open(step, &opening, &sccrq);
	if (result != VPNALG_TRANSLATED)
		return result;
	memcpy(body(step, sccrq)->remote, remote, step->parsed->addr_len);
	vpnalg_session_changed(step->translator, sccrq);
	l2tp_note(opened, sccrq);
	return VPNALG_TRANSLATED;
}

static struct vpnalg_record *find_record(struct vpnalg_step *step,
					 struct vpnalg_record *flow,
					 const struct l2tp_id *id)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, flow, VPNALG_INSIDE_OWN, &tuple);
	tuple.space = L2TP_PROTOCOL;
	tuple.port = L2TP_SPACE_ANY_ADDRESS | id->space | tuple.id;
	tuple.id = id->value;
	tuple.remote = NULL;
	return vpnalg_session_find(step->translator, &tuple);
}

/* Renews the record of an SCCRQ that is sent again, or opens one. An SCCRQ that
 * was answered is not open to other addresses again. */
static enum vpnalg_result renew_or_open(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_id *id,
					struct l2tp_opened *opened)
{
	struct vpnalg_record *sccrq = find_record(step, flow, id);

	if (sccrq == NULL)
		return open_record(step, flow, id, opened);
	if (!is_of(step, sccrq, flow)) {
		vpnalg_session_close(step->translator, sccrq);
		return open_record(step, flow, id, opened);
	}
	if (!(body(step, sccrq)->flags & L2TP_ANY_ADDRESS_ANSWERED))
		vpnalg_session_set_lifetime(
			step->translator, sccrq,
			vpnalg_session_timers(step->translator)
				->call_unanswered);
	return VPNALG_TRANSLATED;
}

/* An ID that cannot be read, or that is another one outside, gets no record: an
 * answer from another address could not be found by it. */
enum vpnalg_result vpnalg_l2tp_any_address_open(struct vpnalg_step *step,
						struct vpnalg_record *flow,
						const struct l2tp_message *m,
						struct l2tp_opened *opened)
{
	const struct vpnalg_l2tp_settings *settings =
		vpnalg_session_settings(step->translator, step->handler);
	enum vpnalg_result result = VPNALG_TRANSLATED;
	unsigned i;

	if (!settings->any_address || !m->udp || !step->parsed->inside ||
	    m->ids[L2TP_OWN_TUNNEL].hidden ||
	    m->ids[L2TP_OWN_CONNECTION].hidden)
		return VPNALG_TRANSLATED;
	for (i = L2TP_OWN_TUNNEL;
	     i <= L2TP_OWN_CONNECTION && result == VPNALG_TRANSLATED; i++)
		if (m->ids[i].value != 0 && m->ids[i].other == m->ids[i].value)
			result = renew_or_open(step, flow, &m->ids[i], opened);
	return result;
}

/* Answers */

/* Returns the inside host's flow with a remote, from the port that sent the
 * SCCRQ. */
static struct vpnalg_record *flow_with(struct vpnalg_step *step,
				       struct vpnalg_record *sccrq,
				       const uint8_t *remote)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, sccrq, VPNALG_INSIDE_OWN,
			     &tuple);
	tuple.space = PROTOCOL_UDP;
	tuple.id = tuple.port & L2TP_PORT_MASK;
	tuple.port = L2TP_PORT;
	tuple.remote = remote;
	return vpnalg_session_find(step->translator, &tuple);
}

/* Returns the flow that sent the SCCRQ, if another address may still answer it.
 * Equal SCCRQs of two hosts may not be answered so. */
static struct vpnalg_record *requester_of(struct vpnalg_step *step,
					  struct vpnalg_record *sccrq,
					  const struct l2tp_message *m)
{
	struct vpnalg_record *flow;
	const struct l2tp_flow *f;

	if (sccrq->flags & VPNALG_SESSION_SHARED ||
	    body(step, sccrq)->flags & L2TP_ANY_ADDRESS_ANSWERED ||
	    flow_with(step, sccrq, step->parsed->remote) != NULL)
		return NULL;
	flow = flow_with(step, sccrq, body(step, sccrq)->remote);
	if (flow == NULL || flow->kind != L2TP_KIND_FLOW ||
	    !is_of(step, sccrq, flow))
		return NULL;
	f = l2tp_flow(step, flow);
	return f->flags & L2TP_FLOW_PENDING &&
			       f->own[m->version - 2] == m->header.value
		       ? flow
		       : NULL;
}

/* Opens a flow like the requester's, with the same ports, towards the address
 * that has answered. */
static enum vpnalg_result open_flow(struct vpnalg_step *step,
				    struct vpnalg_record *requester,
				    struct vpnalg_record **flow)
{
	const struct l2tp_flow *from = l2tp_flow(step, requester);
	uint16_t port = l2tp_flow_port(step, requester);
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_FLOW,
		.space = PROTOCOL_UDP,
		.inside_port = L2TP_PORT,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	enum vpnalg_result result;
	struct l2tp_flow *to;

	vpnalg_session_hosts(step->translator, requester, &opening);
	opening.remote = step->parsed->remote;
	opening.id = vpnalg_session_id(step->translator, requester,
				       VPNALG_INSIDE_OWN);
	opening.keep = opening.id == port;
	opening.ranges[0] = (struct vpnalg_range){ port, 1, 1 };
	opening.least = opening.greatest = port;
	result = vpnalg_session_open(step, &opening, flow);
	if (result != VPNALG_TRANSLATED)
		return result;
	to = l2tp_flow(step, *flow);
	to->own[0] = from->own[0];
	to->own[1] = from->own[1];
	to->remote_port = L2TP_PORT;
	to->flags = from->flags & (L2TP_FLOW_SHARED | L2TP_FLOW_PENDING);
	vpnalg_session_changed(step->translator, *flow);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_l2tp_any_address_follow(struct vpnalg_step *step,
						  const struct l2tp_message *m,
						  struct vpnalg_record **flow)
{
	struct vpnalg_record *requester = requester_of(step, step->record, m);

	if (requester == NULL)
		return VPNALG_UNTOUCHED;
	if (l2tp_is_shared(step, requester) && !m->whole)
		return VPNALG_DROP_TRUNCATED;
	return open_flow(step, requester, flow);
}

void vpnalg_l2tp_any_address_close(struct vpnalg_step *step,
				   struct vpnalg_record *sccrq)
{
	body(step, sccrq)->flags |= L2TP_ANY_ADDRESS_ANSWERED;
	vpnalg_session_changed(step->translator, sccrq);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs that may be answered from another address, where the caller wants that
 * (RFC 2661 8.1). A question is found by the outside port and the ID that was
 * asked for, whoever answers. */
#include "l2tp.h"

#include <string.h>

#include "../wire/ip.h"

#define PORT_MASK 0x0000ffffU

static struct l2tp_question *body(struct vpnalg_step *step,
				  struct vpnalg_record *question)
{
	return vpnalg_session_body(step->translator, question);
}

/* From which the flow's packets come. */
static uint32_t port_of(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	return l2tp_is_shared(step, flow) ? L2TP_PORT
					  : vpnalg_l2tp_flow_port(step, flow);
}

/* Whether the flow has asked it, as it stands outside now. */
static bool is_of(struct vpnalg_step *step, struct vpnalg_record *question,
		  struct vpnalg_record *flow)
{
	size_t length = step->parsed->addr_len;
	struct vpnalg_tuple its, ours;

	vpnalg_session_tuple(step->translator, question, VPNALG_OUTSIDE_OWN,
			     &its);
	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN, &ours);
	return (its.port & PORT_MASK) == port_of(step, flow) &&
	       memcmp(its.local, ours.local, length) == 0 &&
	       memcmp(body(step, question)->remote, ours.remote, length) == 0;
}

/* Asking */

static enum vpnalg_result open_question(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					const struct l2tp_id *id,
					struct l2tp_opened *opened)
{
	uint32_t number = L2TP_NUMBER_QUESTION | id->what;
	struct vpnalg_tuple ends;
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_QUESTION,
		.space = L2TP_PROTOCOL,
		.id = id->value,
		.outside_id = id->value,
		.outside_port = number | port_of(step, flow),
		.lifetime = vpnalg_session_timers(step->translator)
				    ->call_unanswered,
	};
	struct vpnalg_record *question;
	enum vpnalg_result result;

	vpnalg_session_tuple(step->translator, flow, VPNALG_INSIDE_OWN, &ends);
	opening.zone = ends.zone;
	opening.inside = ends.local;
	opening.inside_port = number | ends.id;
	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN, &ends);
	opening.outside = ends.local;
	result = vpnalg_session_open(step, &opening, &question);
	if (result != VPNALG_TRANSLATED)
		return result;
	memcpy(body(step, question)->remote, ends.remote,
	       step->parsed->addr_len);
	vpnalg_session_changed(step->translator, question);
	l2tp_note(opened, question);
	return VPNALG_TRANSLATED;
}

static struct vpnalg_record *find_question(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   const struct l2tp_id *id)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, flow, VPNALG_INSIDE_OWN, &tuple);
	tuple.space = L2TP_PROTOCOL;
	tuple.port = L2TP_NUMBER_QUESTION | id->what | tuple.id;
	tuple.id = id->value;
	tuple.remote = NULL;
	return vpnalg_session_find(step->translator, &tuple);
}

/* Once answered, the same question is not open to others again. */
static enum vpnalg_result ask(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      const struct l2tp_id *id,
			      struct l2tp_opened *opened)
{
	struct vpnalg_record *question = find_question(step, flow, id);

	if (question == NULL)
		return open_question(step, flow, id, opened);
	if (!is_of(step, question, flow)) {
		vpnalg_session_close(step->translator, question);
		return open_question(step, flow, id, opened);
	}
	if (!(body(step, question)->flags & L2TP_QUESTION_ANSWERED))
		vpnalg_session_set_lifetime(
			step->translator, question,
			vpnalg_session_timers(step->translator)
				->call_unanswered);
	return VPNALG_TRANSLATED;
}

/* An SCCRQ goes out. An ID that cannot be read, or that is another one outside,
 * is none by which a stranger's answer could be told. */
enum vpnalg_result vpnalg_l2tp_question_ask(struct vpnalg_step *step,
					    struct vpnalg_record *flow,
					    const struct l2tp_message *m,
					    struct l2tp_opened *opened)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;
	unsigned i;

	if (!vpnalg_session_l2tp(step->translator)->any_address || !m->udp ||
	    !step->parsed->inside || m->ids[L2TP_OWN_TUNNEL].hidden ||
	    m->ids[L2TP_OWN_CONNECTION].hidden)
		return VPNALG_TRANSLATED;
	for (i = L2TP_OWN_TUNNEL;
	     i <= L2TP_OWN_CONNECTION && result == VPNALG_TRANSLATED; i++)
		if (m->ids[i].value != 0 && m->ids[i].other == m->ids[i].value)
			result = ask(step, flow, &m->ids[i], opened);
	return result;
}

/* Answers */

/* The inside host's flow with a remote, by the port from which it asked. */
static struct vpnalg_record *flow_with(struct vpnalg_step *step,
				       struct vpnalg_record *question,
				       const uint8_t *remote)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, question, VPNALG_INSIDE_OWN,
			     &tuple);
	tuple.space = PROTOCOL_UDP;
	tuple.id = tuple.port & PORT_MASK;
	tuple.port = L2TP_PORT;
	tuple.remote = remote;
	return vpnalg_session_find(step->translator, &tuple);
}

/* Who has asked it, if it may still be answered from elsewhere. Equal questions
 * of two hosts may not. */
static struct vpnalg_record *asker_of(struct vpnalg_step *step,
				      struct vpnalg_record *question,
				      const struct l2tp_message *m)
{
	struct vpnalg_record *flow;
	const struct l2tp_flow *f;

	if (question->flags & VPNALG_SESSION_SHARED ||
	    body(step, question)->flags & L2TP_QUESTION_ANSWERED ||
	    flow_with(step, question, step->parsed->remote) != NULL)
		return NULL;
	flow = flow_with(step, question, body(step, question)->remote);
	if (flow == NULL || flow->kind != L2TP_KIND_FLOW ||
	    !is_of(step, question, flow))
		return NULL;
	f = l2tp_flow(step, flow);
	return f->flags & L2TP_FLOW_ASKING &&
			       f->own[m->version - 2] == m->header.value
		       ? flow
		       : NULL;
}

/* The same as the asker's, ports and all, but with who has answered. */
static enum vpnalg_result open_flow(struct vpnalg_step *step,
				    struct vpnalg_record *asker,
				    struct vpnalg_record **flow)
{
	const struct l2tp_flow *from = l2tp_flow(step, asker);
	struct vpnalg_tuple inside, outside;
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_FLOW,
		.space = PROTOCOL_UDP,
		.remote = step->parsed->remote,
		.inside_port = L2TP_PORT,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	enum vpnalg_result result;
	struct l2tp_flow *to;

	vpnalg_session_tuple(step->translator, asker, VPNALG_INSIDE_OWN,
			     &inside);
	vpnalg_session_tuple(step->translator, asker, VPNALG_OUTSIDE_OWN,
			     &outside);
	opening.zone = inside.zone;
	opening.inside = inside.local;
	opening.outside = outside.local;
	opening.id = inside.id;
	opening.keep = inside.id == outside.id;
	opening.ranges[0] = (struct vpnalg_range){ outside.id, 1, 1 };
	opening.least = opening.greatest = outside.id;
	result = vpnalg_session_open(step, &opening, flow);
	if (result != VPNALG_TRANSLATED)
		return result;
	to = l2tp_flow(step, *flow);
	to->own[0] = from->own[0];
	to->own[1] = from->own[1];
	to->remote_port = L2TP_PORT;
	to->flags = from->flags & (L2TP_FLOW_SHARED | L2TP_FLOW_ASKING);
	vpnalg_session_changed(step->translator, *flow);
	return VPNALG_TRANSLATED;
}

/* An answer to the question step->record comes from where it was not asked: a
 * flow for it. */
enum vpnalg_result vpnalg_l2tp_question_follow(struct vpnalg_step *step,
					       const struct l2tp_message *m,
					       struct vpnalg_record **flow)
{
	struct vpnalg_record *asker = asker_of(step, step->record, m);

	if (asker == NULL)
		return VPNALG_UNTOUCHED;
	if (l2tp_is_shared(step, asker) && !m->whole)
		return VPNALG_DROP_TRUNCATED;
	return open_flow(step, asker, flow);
}

/* It is fixed from now on. */
void vpnalg_l2tp_question_settle(struct vpnalg_step *step,
				 struct vpnalg_record *question)
{
	body(step, question)->flags |= L2TP_QUESTION_ANSWERED;
	vpnalg_session_changed(step->translator, question);
}

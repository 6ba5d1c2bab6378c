/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows. */
#include "flow.h"

#include "server.h"

#include "../wire/ip.h"

/* A flow over IP that has sent nothing for as long as this loses the rest to
 * another host. */
#define SILENCE_MS 60000

/* Returns the port that the packet gets, by a flow or by a tunnel in it. A
 * packet that is not L2TP has the flow's own outside port, even if L2TP shares
 * another one. */
static uint16_t other_port(struct vpnalg_step *step, bool foreign)
{
	struct vpnalg_record *record = step->record;
	const unsigned role =
		step->parsed->inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN;

	if (record->kind != L2TP_KIND_FLOW)
		return (uint16_t)vpnalg_session_port(step->translator, record,
						     role);
	if (step->parsed->inside && !foreign && l2tp_is_shared(step, record))
		return L2TP_PORT;
	return (uint16_t)vpnalg_session_id(step->translator, record, role);
}

enum vpnalg_result vpnalg_l2tp_flow_finish(struct vpnalg_step *step,
					   const struct l2tp_message *m)
{
	vpnalg_l2tp_message_rewrite(step, m);
	vpnalg_rewrite_ends_to(step, other_port(step, m->foreign));
	return VPNALG_TRANSLATED;
}

/* The beginning */

/* Opens a flow over IP. Its outside ID is random; vpnalg_l2tp_flow_take_rest()
 * explains why. */
static enum vpnalg_result open_ip_flow(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = {
		.kind = L2TP_KIND_IP_FLOW,
		.space = L2TP_PROTOCOL,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.inside_port = L2TP_SPACE_FLOW,
		.outside_port = L2TP_SPACE_FLOW,
		.outside_id = vpnalg_session_random(step->translator) | 1,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	enum vpnalg_result result =
		vpnalg_session_open(step, &opening, &step->record);

	if (result != VPNALG_TRANSLATED)
		return result;
	l2tp_flow(step, step->record)->flags = L2TP_FLOW_SHARED;
	vpnalg_session_changed(step->translator, step->record);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_l2tp_flow_open(struct vpnalg_step *step,
					 const struct l2tp_message *m)
{
	enum vpnalg_result result;

	if (step->parsed->undo || l2tp_is_idle(m))
		return VPNALG_DROP_NO_SESSION;
	if (!m->udp)
		return open_ip_flow(step);
	result = vpnalg_session_open_port(
		step, L2TP_KIND_FLOW,
		vpnalg_session_timers(step->translator)->udp, &step->record);
	if (result != VPNALG_TRANSLATED)
		return result;
	l2tp_flow(step, step->record)->remote_port = L2TP_PORT;
	vpnalg_session_changed(step->translator, step->record);
	return VPNALG_TRANSLATED;
}

/* Makes the inside key of the flow of a tunnel, session or claim. */
static void key_of(struct vpnalg *translator, struct vpnalg_record *tunnel,
		   struct vpnalg_tuple *tuple)
{
	unsigned port;

	vpnalg_session_tuple(translator, tunnel, VPNALG_INSIDE_OWN, tuple);
	port = tuple->port & L2TP_PORT_MASK;
	tuple->role = VPNALG_INSIDE_OWN;
	tuple->id = port;
	tuple->port = port != 0 ? L2TP_PORT : (uint32_t)L2TP_SPACE_FLOW;
	if (port != 0)
		tuple->space = PROTOCOL_UDP;
}

struct vpnalg_record *vpnalg_l2tp_flow_peek(struct vpnalg *translator,
					    struct vpnalg_record *tunnel)
{
	struct vpnalg_tuple tuple;

	key_of(translator, tunnel, &tuple);
	return vpnalg_session_peek(translator, &tuple);
}

struct vpnalg_record *vpnalg_l2tp_flow_find(struct vpnalg_step *step,
					    struct vpnalg_record *tunnel)
{
	struct vpnalg_record *flow;
	struct vpnalg_tuple tuple;

	key_of(step->translator, tunnel, &tuple);
	flow = vpnalg_session_find(step->translator, &tuple);
	return flow != NULL && flow->handler == tunnel->handler ? flow : NULL;
}

struct vpnalg_record *vpnalg_l2tp_flow_of(struct vpnalg_step *step,
					  struct vpnalg_record *tunnel)
{
	struct vpnalg_record *flow = vpnalg_l2tp_flow_find(step, tunnel);

	return flow != NULL && l2tp_is_shared(step, flow) &&
			       l2tp_may_have(step, flow, tunnel)
		       ? flow
		       : NULL;
}

void vpnalg_l2tp_flow_answered(struct vpnalg_step *step,
			       struct vpnalg_record *flow)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (f->flags & L2TP_FLOW_ANSWERED)
		return;
	f->flags |= L2TP_FLOW_ANSWERED;
	vpnalg_session_changed(step->translator, flow);
}

/* The rest, over IP: packets of no known tunnel or session */

bool vpnalg_l2tp_flow_has_rest(struct vpnalg_step *step,
			       struct vpnalg_record *flow)
{
	struct vpnalg_tuple own;

	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN, &own);
	return flow->keys & 1U << VPNALG_OUTSIDE_OWN && own.id == 0;
}

static bool is_silent(struct vpnalg_step *step,
		      const struct vpnalg_record *flow)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;

	return flow->deadline - step->now + SILENCE_MS <= life;
}

/* The first host that sends a packet of no tunnel or session has the rest,
 * until it is silent. */
enum vpnalg_result vpnalg_l2tp_flow_take_rest(struct vpnalg_step *step,
					      struct vpnalg_record *flow)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *holder;
	struct vpnalg_tuple tuple;
	uint32_t before;

	if (vpnalg_l2tp_flow_has_rest(step, flow))
		return VPNALG_TRANSLATED;
	vpnalg_session_tuple(translator, flow, VPNALG_OUTSIDE_OWN, &tuple);
	before = tuple.id;
	tuple.id = 0;
	holder = vpnalg_session_find(translator, &tuple);
	if (step->parsed->undo || (holder != NULL && !is_silent(step, holder)))
		return VPNALG_DROP_AMBIGUOUS;
	vpnalg_session_unlink(translator, flow, VPNALG_OUTSIDE_OWN);
	if (vpnalg_session_link(translator, flow, &tuple))
		return VPNALG_TRANSLATED;
	tuple.id = before;
	vpnalg_session_link(translator, flow, &tuple);
	return VPNALG_DROP_STORE;
}

/* Lifetime */

static uint32_t slack(uint32_t life)
{
	return life / L2TP_SLACK_PART < L2TP_SLACK_MS ? life / L2TP_SLACK_PART
						      : L2TP_SLACK_MS;
}

/* Moves the flow's deadline. */
static void live(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	vpnalg_session_set_lifetime(
		step->translator, flow,
		vpnalg_session_timers(step->translator)->udp);
}

void vpnalg_l2tp_flow_keep(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;

	if (flow->deadline - step->now <= life - slack(life))
		live(step, flow);
}

/* In a shared flow the tunnel itself has an end. */
void vpnalg_l2tp_flow_linger(struct vpnalg_step *step,
			     struct vpnalg_record *flow)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (f->flags & (L2TP_FLOW_LINGERING | L2TP_FLOW_SHARED))
		return;
	f->flags |= L2TP_FLOW_LINGERING;
	vpnalg_session_set_lifetime(
		step->translator, flow,
		vpnalg_session_timers(step->translator)->linger);
}

void vpnalg_l2tp_flow_refresh(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      const struct l2tp_message *m)
{
	bool requests = m->control && m->type == L2TP_SCCRQ;
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (m->control && m->type == L2TP_STOPCCN) {
		vpnalg_l2tp_flow_linger(step, flow);
	} else if (f->flags & L2TP_FLOW_LINGERING) {
		if (!requests &&
		    (l2tp_is_idle(m) || !l2tp_is_past_grace(step, flow)))
			return;
		f->flags &= (uint16_t)~L2TP_FLOW_LINGERING;
		live(step, flow);
	} else {
		vpnalg_l2tp_flow_keep(step, flow);
	}
	/* Data is spared the second lookup. */
	if (m->control && !(f->flags & L2TP_FLOW_LINGERING))
		vpnalg_l2tp_server_extend(step, flow);
}

/* Data */

void vpnalg_l2tp_flow_set_busy(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       const struct l2tp_message *m,
			       const struct vpnalg_record *with)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (with == NULL && f->busy == 0)
		return;
	f->busy = 0;
	if (with != NULL) {
		f->busy = m->header.value;
		f->busy_version = m->version;
		f->busy_until = (uint32_t)with->deadline;
	}
	vpnalg_session_changed(step->translator, flow);
}

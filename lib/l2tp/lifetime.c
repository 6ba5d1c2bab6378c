/* SPDX-License-Identifier: BSD-2-Clause */
/* The lifetimes of tunnels, and of the sessions of version 3 in them. */
#include "lifetime.h"

/* A tunnel that its sessions have kept alive outlives the last of them by this,
 * for the packet that has found that one dead. */
#define LAST_MOMENT_MS 1000

static struct l2tp_tunnel *body(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

/* Parents */

static bool is_session(const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_SESSION;
}

struct vpnalg_record *vpnalg_l2tp_lifetime_tunnel(struct vpnalg *translator,
						  struct vpnalg_record *session)
{
	const struct l2tp_tunnel *s = body(translator, session);
	uint32_t port =
		vpnalg_session_port(translator, session, VPNALG_INSIDE_OWN);
	struct vpnalg_record *parent = vpnalg_session_peek_beside(
		translator, session, VPNALG_INSIDE_OWN, L2TP_PROTOCOL,
		s->parent, L2TP_SPACE_CONNECTION | (port & L2TP_PORT_MASK));

	if (parent == NULL ||
	    body(translator, parent)->generation != s->generation)
		return NULL;
	return parent;
}

void vpnalg_l2tp_lifetime_join(struct vpnalg_step *step,
			       struct vpnalg_record *session,
			       struct vpnalg_record *tunnel)
{
	struct l2tp_tunnel *s = body(step->translator, session);

	s->parent =
		vpnalg_session_id(step->translator, tunnel, VPNALG_INSIDE_OWN);
	s->generation = body(step->translator, tunnel)->generation;
	vpnalg_session_join(step->translator, tunnel);
	vpnalg_session_reparented(step->translator, session);
	vpnalg_session_changed(step->translator, session);
}

void vpnalg_l2tp_lifetime_closed(struct vpnalg *translator,
				 struct vpnalg_record *record)
{
	vpnalg_session_leave(translator,
			     vpnalg_l2tp_lifetime_tunnel(translator, record),
			     LAST_MOMENT_MS);
}

/* The end */

/* Begins the linger, which ends at the latest when the record would have died
 * anyway: an end makes nothing live longer. */
static void linger(struct vpnalg *translator, struct vpnalg_record *record,
		   vpnalg_time until)
{
	uint32_t ms = vpnalg_session_timers(translator)->linger;
	vpnalg_time left = until - vpnalg_session_now(translator);

	vpnalg_session_end(translator, record, left < ms ? left : ms);
}

/* Returns the time at which the record dies if nothing more comes. A tunnel
 * lives as long as its sessions, even past its own deadline, and they as the
 * flow. */
static vpnalg_time end_of(const struct vpnalg_record *flow,
			  const struct vpnalg_record *record)
{
	return record->children > 0 ? flow->deadline : record->deadline;
}

/* An end that the inside host has announced is final. */
void vpnalg_l2tp_lifetime_end(struct vpnalg_step *step,
			      const struct vpnalg_record *flow,
			      struct vpnalg_record *record)
{
	if (!step->parsed->inward)
		body(step->translator, record)->flags |= L2TP_TUNNEL_FINAL;
	linger(step->translator, record, end_of(flow, record));
	vpnalg_session_changed(step->translator, record);
}

void vpnalg_l2tp_lifetime_extend(struct vpnalg_step *step,
				 const struct vpnalg_record *flow,
				 struct vpnalg_record *record)
{
	vpnalg_session_revive(step->translator, record,
			      flow->deadline - step->now);
}

/* A session ends with its tunnel, whenever the sweep visits it: what the host
 * sends in it takes back the end of both. */
void vpnalg_l2tp_lifetime_swept(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	struct vpnalg_record *parent =
		vpnalg_l2tp_lifetime_tunnel(translator, record);
	vpnalg_time until = record->deadline;

	if (vpnalg_session_goes_on(translator, parent))
		return;
	if (parent != NULL && vpnalg_session_is_alive(translator, parent) &&
	    parent->deadline < until)
		until = parent->deadline;
	linger(translator, record, until);
}

/* Returns whether the deadline is far enough away. A tunnel that its sessions
 * keep alive may be past it. */
static bool is_fresh(struct vpnalg_step *step,
		     const struct vpnalg_record *record)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;

	return record->deadline > step->now &&
	       record->deadline - step->now >= life - life / L2TP_SLACK_PART;
}

static bool may_revive(struct vpnalg_step *step,
		       const struct vpnalg_record *record,
		       const struct l2tp_tunnel *its)
{
	return record->flags & VPNALG_SESSION_ENDED &&
	       !(its->flags & L2TP_TUNNEL_FINAL) &&
	       l2tp_is_past_grace(step, record);
}

/* Returns whether there is a tunnel to go on with; a tunnel itself needs none.
 * A host that goes on with a session goes on with its tunnel, and the tunnel's
 * end is taken back. The tunnel is looked up only if an end was announced: the
 * sweep sees all else. */
static bool has_parent(struct vpnalg_step *step, struct vpnalg_record *flow,
		       struct vpnalg_record *record)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	struct vpnalg_record *parent;

	if (!is_session(record) || (!(record->flags & VPNALG_SESSION_ENDED) &&
				    !(f->flags & L2TP_FLOW_ENDED)))
		return true;
	parent = vpnalg_l2tp_lifetime_tunnel(step->translator, record);
	if (parent != NULL &&
	    vpnalg_session_is_alive(step->translator, parent) &&
	    may_revive(step, parent, body(step->translator, parent))) {
		vpnalg_l2tp_lifetime_extend(step, flow, parent);
		f->flags &= (uint16_t)~L2TP_FLOW_ENDED;
		vpnalg_session_changed(step->translator, flow);
	}
	return vpnalg_session_goes_on(step->translator, parent);
}

void vpnalg_l2tp_lifetime_use(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      struct vpnalg_record *record, bool begins)
{
	const struct l2tp_tunnel *its = body(step->translator, record);
	bool ended = record->flags & VPNALG_SESSION_ENDED;

	if (ended ? !may_revive(step, record, its) &&
			    (!begins || its->flags & L2TP_TUNNEL_FINAL)
		  : is_fresh(step, record))
		return;
	if (has_parent(step, flow, record))
		vpnalg_l2tp_lifetime_extend(step, flow, record);
	else
		linger(step->translator, record, record->deadline);
}

static void note_heard(struct vpnalg_step *step, struct vpnalg_record *record)
{
	body(step->translator, record)->heard = (uint32_t)step->now;
	vpnalg_session_changed(step->translator, record);
}

/* Heard is noted once a second. A remote that sends data of a session has not
 * forgotten its control connection. */
void vpnalg_l2tp_lifetime_hear(struct vpnalg_step *step,
			       struct vpnalg_record *record)
{
	struct vpnalg_record *parent;

	if ((uint32_t)step->now - body(step->translator, record)->heard <
	    L2TP_SLACK_MS)
		return;
	note_heard(step, record);
	if (!is_session(record))
		return;
	parent = vpnalg_l2tp_lifetime_tunnel(step->translator, record);
	if (parent != NULL)
		note_heard(step, parent);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels of shared flows, called control connections in version 3, and the
 * sessions of version 3 in them: what tells apart whose a packet is. Sessions
 * of version 2 have no records, for their IDs mean nothing without the tunnel's
 * (RFC 2661 3.1). */
#include "l2tp.h"

#include <string.h>

#include "wire_ip.h"

/* What a tunnel lives on when its sessions have ended in the midst of its
 * packet. */
#define LAST_MOMENT_MS 1000

#define PORT_MASK 0x0000ffffU

static struct l2tp_tunnel *body(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

uint32_t vpnalg_l2tp_tunnel_id(struct vpnalg_step *step,
			       struct vpnalg_record *record, unsigned role)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, record, role, &tuple);
	return tuple.id;
}

/* Finding */

/* A tuple for the host, port and remote of the flow. */
void vpnalg_l2tp_tunnel_tuple(struct vpnalg_step *step,
			      struct vpnalg_record *flow, unsigned role,
			      uint32_t what, struct vpnalg_tuple *tuple)
{
	bool inside = role == VPNALG_INSIDE_OWN || role == VPNALG_INSIDE_PEER;

	vpnalg_session_tuple(step->translator, flow,
			     inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
			     tuple);
	tuple->port = what;
	if (step->facts->protocol == PROTOCOL_UDP)
		tuple->port |= inside ? tuple->id : (uint32_t)L2TP_PORT;
	tuple->role = (uint8_t)role;
	tuple->space = L2TP_PROTOCOL;
}

/* Whether a tunnel, session or claim is the flow's. */
bool vpnalg_l2tp_tunnel_is_of(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      struct vpnalg_record *record)
{
	struct vpnalg_tuple ours, its;

	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_OWN, 0, &ours);
	vpnalg_session_tuple(step->translator, record, VPNALG_INSIDE_OWN, &its);
	return ours.zone == its.zone && ours.port == (its.port & PORT_MASK) &&
	       memcmp(ours.local, its.local, step->facts->addr_len) == 0;
}

/* Whether the record's flow is gone. The sessions of a control connection keep
 * it until the sweep has closed them: it may have outlived its flow, and be found
 * in a later one. */
static bool is_left_over(struct vpnalg_step *step, struct vpnalg_record *flow,
			 unsigned role, struct vpnalg_record *record)
{
	if (role != VPNALG_INSIDE_OWN && role != VPNALG_INSIDE_PEER)
		flow = vpnalg_l2tp_flow_find(step, record);
	return flow == NULL || !l2tp_may_have(step, flow, record);
}

/* The tunnel, session or claim with an ID and port of the flow, whoever's. What is
 * left over is closed. */
struct vpnalg_record *vpnalg_l2tp_tunnel_holder(struct vpnalg_step *step,
						struct vpnalg_record *flow,
						unsigned role,
						const struct l2tp_id *id)
{
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	if (id->size == 0 || id->value == 0)
		return NULL;
	vpnalg_l2tp_tunnel_tuple(step, flow, role, id->what, &tuple);
	tuple.id = id->value;
	record = vpnalg_session_find(step->translator, &tuple);
	if (record == NULL || !is_left_over(step, flow, role, record))
		return record;
	vpnalg_session_close(step->translator, record);
	return NULL;
}

/* The flow's tunnel or session with an ID of the packet's form, its own or the
 * peer's; by the peer's a claim, too. */
struct vpnalg_record *vpnalg_l2tp_tunnel_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      bool peer,
					      const struct l2tp_id *id)
{
	unsigned role = peer ? VPNALG_INSIDE_PEER : VPNALG_INSIDE_OWN;
	struct vpnalg_record *record;

	if (step->facts->inside) /* such a key has the host and port in it */
		return vpnalg_l2tp_tunnel_holder(step, flow, role, id);
	role++; /* the outside one */
	record = vpnalg_l2tp_tunnel_holder(step, flow, role, id);
	return record != NULL && vpnalg_l2tp_tunnel_is_of(step, flow, record)
		       ? record
		       : NULL;
}

/* Whether an ID of the inside host's, which is no tunnel's or session's of the
 * flow, is none in the other form either: as it is, it may pass. */
bool vpnalg_l2tp_tunnel_is_nobodys(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_id *id)
{
	return vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_INSIDE_OWN, id) ==
		       NULL &&
	       vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_OWN, id) ==
		       NULL;
}

/* The same for the ID in the header: a tunnel was looked for in the packet's own
 * form already. */
bool vpnalg_l2tp_tunnel_has_no_other(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_id *id)
{
	unsigned role = step->facts->inside ? VPNALG_OUTSIDE_OWN
					    : VPNALG_INSIDE_OWN;

	return (!step->facts->inside &&
		!(l2tp_flow(step, flow)->flags & L2TP_FLOW_MANAGED)) ||
	       vpnalg_l2tp_tunnel_holder(step, flow, role, id) == NULL;
}

void vpnalg_l2tp_tunnel_other(struct vpnalg_step *step, struct l2tp_id *id,
			      struct vpnalg_record *record)
{
	id->other = vpnalg_l2tp_tunnel_id(
		step, record,
		step->facts->inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN);
}

/* Parents */

static bool is_session(const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_SESSION;
}

static struct vpnalg_record *parent_of(struct vpnalg *translator,
				       struct vpnalg_record *session)
{
	const struct l2tp_tunnel *s = body(translator, session);
	struct vpnalg_record *parent;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, session, VPNALG_INSIDE_OWN, &tuple);
	tuple.id = s->parent;
	tuple.port = L2TP_NUMBER_CONNECTION | (tuple.port & PORT_MASK);
	parent = vpnalg_session_peek(translator, &tuple);
	if (parent == NULL ||
	    body(translator, parent)->generation != s->generation)
		return NULL;
	return parent;
}

/* Whether a tunnel, which may be NULL, goes on. */
static bool stands(const struct vpnalg *translator,
		   const struct vpnalg_record *tunnel)
{
	return tunnel != NULL && !(tunnel->flags & VPNALG_SESSION_ENDED) &&
	       vpnalg_session_alive(translator, tunnel);
}

static void leave(struct vpnalg *translator, struct vpnalg_record *session)
{
	struct vpnalg_record *parent = parent_of(translator, session);

	if (parent == NULL || parent->children == 0)
		return;
	parent->children--;
	if (!vpnalg_session_alive(translator, parent) &&
	    !(parent->flags & VPNALG_SESSION_ENDED))
		vpnalg_session_live(translator, parent, LAST_MOMENT_MS);
	vpnalg_session_changed(translator, parent);
}

void vpnalg_l2tp_tunnel_join(struct vpnalg_step *step,
			     struct vpnalg_record *session,
			     struct vpnalg_record *tunnel)
{
	struct l2tp_tunnel *s = body(step->translator, session);

	s->parent = vpnalg_l2tp_tunnel_id(step, tunnel, VPNALG_INSIDE_OWN);
	s->generation = body(step->translator, tunnel)->generation;
	tunnel->children++;
	vpnalg_session_changed(step->translator, tunnel);
	vpnalg_session_changed(step->translator, session);
}

void vpnalg_l2tp_tunnel_closed(struct vpnalg *translator,
			       struct vpnalg_record *record)
{
	if (is_session(record))
		leave(translator, record);
}

/* The end */

/* No session outlives its flow, so an end does not make one live longer. */
static void linger(struct vpnalg *translator, struct vpnalg_record *record)
{
	uint32_t ms = vpnalg_session_timers(translator)->linger;

	if (record->flags & VPNALG_SESSION_ENDED)
		return;
	record->flags |= VPNALG_SESSION_ENDED;
	if (record->deadline - vpnalg_session_now(translator) > ms)
		vpnalg_session_live(translator, record, ms);
	vpnalg_session_changed(translator, record);
}

/* What the inside host has ended nothing takes back. */
void vpnalg_l2tp_tunnel_end(struct vpnalg_step *step,
			    struct vpnalg_record *record)
{
	if (!step->facts->inward)
		body(step->translator, record)->flags |= L2TP_TUNNEL_FINAL;
	linger(step->translator, record);
	vpnalg_session_changed(step->translator, record);
}

static void live(struct vpnalg_step *step, const struct vpnalg_record *flow,
		 struct vpnalg_record *record)
{
	record->flags &= (uint8_t)~VPNALG_SESSION_ENDED;
	vpnalg_session_live(step->translator, record,
			    flow->deadline - step->now);
}

void vpnalg_l2tp_tunnel_swept(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	if (!stands(translator, parent_of(translator, record)))
		linger(translator, record);
}

/* A tunnel that its sessions keep alive may be past its deadline. */
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

/* Whether there is a tunnel to go on with; a tunnel itself needs none. Who goes on
 * with a session goes on with its tunnel. It is looked for only if an end was
 * announced: what else becomes of it the sweep tells. */
static bool has_parent(struct vpnalg_step *step, struct vpnalg_record *flow,
		       struct vpnalg_record *record)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);
	struct vpnalg_record *parent;

	if (!is_session(record) || (!(record->flags & VPNALG_SESSION_ENDED) &&
				    !(f->flags & L2TP_FLOW_ENDED)))
		return true;
	parent = parent_of(step->translator, record);
	if (parent != NULL && vpnalg_session_alive(step->translator, parent) &&
	    may_revive(step, parent, body(step->translator, parent))) {
		live(step, flow, parent);
		f->flags &= (uint16_t)~L2TP_FLOW_ENDED;
		vpnalg_session_changed(step->translator, flow);
	}
	return stands(step->translator, parent);
}

/* The inside host goes on with it, or only begins: what it has confirmed is
 * another tunnel than the one that was to end. */
void vpnalg_l2tp_tunnel_use(struct vpnalg_step *step,
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
		live(step, flow, record);
	else
		linger(step->translator, record);
}

static void note_heard(struct vpnalg_step *step, struct vpnalg_record *record)
{
	body(step->translator, record)->heard = (uint32_t)step->now;
	vpnalg_session_changed(step->translator, record);
}

/* Something has come in for it; noted once a second. A remote that sends data of
 * a session has not forgotten its control connection. */
void vpnalg_l2tp_tunnel_hear(struct vpnalg_step *step,
			     struct vpnalg_record *record)
{
	struct vpnalg_record *parent;

	if ((uint32_t)step->now - body(step->translator, record)->heard <
	    L2TP_SLACK_MS)
		return;
	note_heard(step, record);
	if (!is_session(record))
		return;
	parent = parent_of(step->translator, record);
	if (parent != NULL)
		note_heard(step, parent);
}

/* The beginning */

/* Whether another flow has what is no tunnel's or session's: it may have any ID,
 * and keeps it. Nobody can be given another one under a digest. */
static bool others_may_have(struct vpnalg_step *step,
			    struct vpnalg_record *flow)
{
	bool udp = step->facts->protocol == PROTOCOL_UDP;
	struct vpnalg_record *holder;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN,
			     &tuple);
	tuple.id = udp ? L2TP_PORT : 0;
	holder = vpnalg_session_find(step->translator, &tuple);
	if (holder == NULL || holder == flow || holder->handler != flow->handler)
		return false;
	return !udp || (holder->kind == L2TP_KIND_FLOW &&
			l2tp_flow(step, holder)->flags & L2TP_FLOW_RESUMED);
}

enum vpnalg_result vpnalg_l2tp_tunnel_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   const struct l2tp_id *id, bool exact,
					   struct vpnalg_record **opened)
{
	uint32_t greatest = id->size == 2 ? UINT16_MAX : UINT32_MAX;
	struct vpnalg_tuple tuple;
	struct vpnalg_opening opening = {
		.kind = id->what == L2TP_NUMBER_SESSION ? L2TP_KIND_SESSION
							: L2TP_KIND_TUNNEL,
		.space = L2TP_PROTOCOL,
		.id = id->value,
		.keep = exact || !others_may_have(step, flow),
		.least = 1,
		.greatest = greatest,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	struct l2tp_tunnel *tunnel;
	enum vpnalg_result result;

	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_OWN, id->what, &tuple);
	opening.zone = tuple.zone;
	opening.inside = tuple.local;
	opening.remote = tuple.remote;
	opening.inside_port = tuple.port;
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_OUTSIDE_OWN, id->what, &tuple);
	opening.outside = tuple.local;
	opening.outside_port = tuple.port;
	if (exact)
		opening.least = opening.greatest = id->value;
	else
		opening.ranges[0] = (struct vpnalg_range){ 1, 1, greatest };
	result = vpnalg_session_open(step, &opening, opened);
	if (result != VPNALG_TRANSLATED)
		return result == VPNALG_DROP_NO_ID && exact
			       ? VPNALG_DROP_AMBIGUOUS
			       : result;
	l2tp_flow(step, flow)->flags |= L2TP_FLOW_MANAGED;
	vpnalg_session_changed(step->translator, flow);
	tunnel = body(step->translator, *opened);
	tunnel->generation = (uint16_t)vpnalg_session_random(step->translator);
	tunnel->remote_port = l2tp_flow(step, flow)->remote_port;
	tunnel->heard = (uint32_t)step->now - L2TP_UNHEARD_MS;
	live(step, flow, *opened);
	return VPNALG_TRANSLATED;
}

/* Its owner asks for it once more: its peer is another one now. */
void vpnalg_l2tp_tunnel_reopen(struct vpnalg_step *step,
			       const struct vpnalg_record *flow,
			       struct vpnalg_record *record)
{
	vpnalg_l2tp_peer_detach(step, record);
	body(step->translator, record)->flags = 0;
	live(step, flow, record);
}

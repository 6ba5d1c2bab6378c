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

#define TUNNEL_MASK 0xffff0000U
#define PORT_MASK 0x0000ffffU

static struct l2tp_tunnel *body(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

static uint32_t id_of(struct vpnalg_step *step, struct vpnalg_record *record,
		      unsigned role)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, record, role, &tuple);
	return tuple.id;
}

/* Finding */

/* A tuple for the host, port and remote of the flow. */
static void tuple_for(struct vpnalg_step *step, struct vpnalg_record *flow,
		      unsigned role, uint32_t what, struct vpnalg_tuple *tuple)
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

static bool is_of(struct vpnalg_step *step, struct vpnalg_record *flow,
		  struct vpnalg_record *record)
{
	struct vpnalg_tuple ours, its;

	tuple_for(step, flow, VPNALG_INSIDE_OWN, 0, &ours);
	vpnalg_session_tuple(step->translator, record, VPNALG_INSIDE_OWN, &its);
	return ours.zone == its.zone && ours.port == (its.port & PORT_MASK) &&
	       memcmp(ours.local, its.local, step->facts->addr_len) == 0;
}

/* The flow's tunnel or session with an ID of the packet's form, its own or the
 * peer's. */
struct vpnalg_record *vpnalg_l2tp_tunnel_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      bool peer,
					      const struct l2tp_id *id)
{
	unsigned role = peer ? VPNALG_INSIDE_PEER : VPNALG_INSIDE_OWN;
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	if (id->size == 0 || id->value == 0)
		return NULL;
	if (!step->facts->inside)
		role++; /* the outside one */
	tuple_for(step, flow, role, id->what, &tuple);
	tuple.id = id->value;
	record = vpnalg_session_find(step->translator, &tuple);
	return record != NULL && is_of(step, flow, record) ? record : NULL;
}

static void set_other(struct vpnalg_step *step, struct l2tp_id *id,
		      struct vpnalg_record *record)
{
	id->other = id_of(step, record,
			  step->facts->inside ? VPNALG_OUTSIDE_OWN
					      : VPNALG_INSIDE_OWN);
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

/* Whether the tunnel of a session goes on; a tunnel itself needs none. */
static bool stands(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_record *parent;

	if (!is_session(record))
		return true;
	parent = parent_of(translator, record);
	return parent != NULL && !(parent->flags & VPNALG_SESSION_ENDED) &&
	       vpnalg_session_alive(translator, parent);
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

static void join(struct vpnalg_step *step, struct vpnalg_record *session,
		 struct vpnalg_record *tunnel)
{
	struct l2tp_tunnel *s = body(step->translator, session);

	s->parent = id_of(step, tunnel, VPNALG_INSIDE_OWN);
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

static void linger(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->flags & VPNALG_SESSION_ENDED)
		return;
	record->flags |= VPNALG_SESSION_ENDED;
	vpnalg_session_live(translator, record,
			    vpnalg_session_timers(translator)->linger);
}

/* What the inside host has ended nothing takes back. */
static void end(struct vpnalg_step *step, struct vpnalg_record *record)
{
	if (!step->facts->inward)
		body(step->translator, record)->flags |= L2TP_TUNNEL_FINAL;
	linger(step->translator, record);
	vpnalg_session_changed(step->translator, record);
}

static void live(struct vpnalg_step *step, struct vpnalg_record *record)
{
	record->flags &= (uint8_t)~VPNALG_SESSION_ENDED;
	vpnalg_session_live(step->translator, record,
			    vpnalg_session_timers(step->translator)->udp);
}

void vpnalg_l2tp_tunnel_swept(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	if (!stands(translator, record))
		linger(translator, record);
}

/* The inside host goes on with it. */
static void use(struct vpnalg_step *step, struct vpnalg_record *record)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;
	vpnalg_time left = record->deadline - step->now;

	if (record->flags & VPNALG_SESSION_ENDED) {
		if (!(body(step->translator, record)->flags &
		      L2TP_TUNNEL_FINAL) &&
		    l2tp_is_past_grace(step, record) &&
		    stands(step->translator, record))
			live(step, record);
		return;
	}
	if (left >= life - life / L2TP_SLACK_PART)
		return;
	if (stands(step->translator, record))
		live(step, record);
	else
		linger(step->translator, record);
}

/* The beginning */

static enum vpnalg_result open_record(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      const struct l2tp_id *id, bool exact,
				      struct vpnalg_record **opened)
{
	uint32_t greatest = id->size == 2 ? UINT16_MAX : UINT32_MAX;
	struct vpnalg_tuple inside, outside;
	struct vpnalg_opening opening = {
		.kind = id->what == L2TP_NUMBER_SESSION ? L2TP_KIND_SESSION
							: L2TP_KIND_TUNNEL,
		.space = L2TP_PROTOCOL,
		.id = id->value,
		.keep = true,
		.least = 1,
		.greatest = greatest,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	struct l2tp_tunnel *tunnel;
	enum vpnalg_result result;

	tuple_for(step, flow, VPNALG_INSIDE_OWN, id->what, &inside);
	tuple_for(step, flow, VPNALG_OUTSIDE_OWN, id->what, &outside);
	opening.zone = inside.zone;
	opening.inside = inside.local;
	opening.remote = inside.remote;
	opening.outside = outside.local;
	opening.inside_port = inside.port;
	opening.outside_port = outside.port;
	if (exact)
		opening.least = opening.greatest = id->value;
	else
		opening.ranges[0] = (struct vpnalg_range){ 1, 1, greatest };
	result = vpnalg_session_open(step, &opening, opened);
	if (result != VPNALG_TRANSLATED)
		return result == VPNALG_DROP_NO_ID && exact
			       ? VPNALG_DROP_AMBIGUOUS
			       : result;
	tunnel = body(step->translator, *opened);
	tunnel->generation = (uint16_t)vpnalg_session_random(step->translator);
	tunnel->remote_port = l2tp_flow(step, flow)->remote_port;
	vpnalg_session_changed(step->translator, *opened);
	return VPNALG_TRANSLATED;
}

static void detach(struct vpnalg_step *step, struct vpnalg_record *record)
{
	vpnalg_session_take(step->translator, record, VPNALG_INSIDE_PEER);
	vpnalg_session_take(step->translator, record, VPNALG_OUTSIDE_PEER);
	record->flags &= (uint8_t)~VPNALG_SESSION_SHARED;
	body(step->translator, record)->flags &=
		(uint16_t)~L2TP_TUNNEL_ATTACHED;
}

/* Its owner asks for it once more: its peer is another one now. */
static void reopen(struct vpnalg_step *step, struct vpnalg_record *record)
{
	detach(step, record);
	body(step->translator, record)->flags = 0;
	live(step, record);
}

/* What the remote calls it is known now. */
static enum vpnalg_result attach(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 struct vpnalg_record *record, uint32_t peer)
{
	struct l2tp_tunnel *t = body(step->translator, record);
	struct vpnalg_tuple inside, outside;
	uint32_t what;

	if (t->flags & L2TP_TUNNEL_ATTACHED &&
	    id_of(step, record, VPNALG_INSIDE_PEER) == peer)
		return VPNALG_TRANSLATED;
	vpnalg_session_tuple(step->translator, record, VPNALG_INSIDE_OWN,
			     &inside);
	what = inside.port & TUNNEL_MASK;
	detach(step, record);
	tuple_for(step, flow, VPNALG_INSIDE_PEER, what, &inside);
	tuple_for(step, flow, VPNALG_OUTSIDE_PEER, what, &outside);
	inside.id = outside.id = peer;
	if (!vpnalg_session_give(step->translator, record, &inside) ||
	    !vpnalg_session_give(step->translator, record, &outside)) {
		detach(step, record);
		return VPNALG_DROP_STORE;
	}
	t->flags |= L2TP_TUNNEL_ATTACHED;
	vpnalg_session_changed(step->translator, record);
	return VPNALG_TRANSLATED;
}

/* Out */

/* The tunnel's own ID, in an SCCRQ, SCCRP or StopCCN. */
static enum vpnalg_result own_tunnel(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct l2tp_message *m,
				     struct l2tp_id *id,
				     struct vpnalg_record **tunnel)
{
	struct vpnalg_record *record;
	enum vpnalg_result result;

	if (id->size == 0)
		return VPNALG_TRANSLATED;
	record = vpnalg_l2tp_tunnel_find(step, flow, false, id);
	if (record == NULL) {
		if (!step->facts->inside || m->type == L2TP_STOPCCN)
			return VPNALG_DROP_NO_SESSION;
		result = open_record(step, flow, id, m->digest, &record);
		if (result != VPNALG_TRANSLATED)
			return result;
	} else if (m->type == L2TP_SCCRQ) {
		reopen(step, record);
	}
	set_other(step, id, record);
	*tunnel = record;
	return VPNALG_TRANSLATED;
}

/* An SCCCN, by which the inside host shows that it has had the answer: the
 * tunnel is the one that the answer was for. */
static enum vpnalg_result complete(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_message *m,
				   struct vpnalg_record **tunnel)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	struct l2tp_id own = m->header;
	enum vpnalg_result result;

	own.value = f->own[m->version - 2];
	if (*tunnel != NULL || !step->facts->inside || own.value == 0)
		return VPNALG_TRANSLATED;
	*tunnel = vpnalg_l2tp_tunnel_find(step, flow, false, &own);
	if (*tunnel == NULL) {
		result = open_record(step, flow, &own, true, tunnel);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	return VPNALG_TRANSLATED;
}

static bool opens_session(const struct l2tp_message *m)
{
	return m->type == L2TP_ICRQ || m->type == L2TP_ICRP ||
	       m->type == L2TP_OCRQ || m->type == L2TP_OCRP;
}

/* The session's own ID. One of no session passes as it is, for without it the
 * control connection would stall. */
static enum vpnalg_result own_session(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m,
				      struct vpnalg_record *tunnel)
{
	struct l2tp_id *id = &m->ids[L2TP_OWN_SESSION];
	uint32_t peer = m->ids[L2TP_PEER_SESSION].value;
	struct vpnalg_record *session =
		vpnalg_l2tp_tunnel_find(step, flow, false, id);
	enum vpnalg_result result;

	if (session == NULL) {
		if (id->size == 0 || id->value == 0 || m->version != 3 ||
		    !opens_session(m) || !step->facts->inside ||
		    tunnel->children == UINT16_MAX)
			return VPNALG_TRANSLATED;
		result = open_record(step, flow, id, m->digest, &session);
		if (result != VPNALG_TRANSLATED)
			return result;
		join(step, session, tunnel);
	}
	set_other(step, id, session);
	if (m->type == L2TP_CDN)
		end(step, session);
	else if (peer != 0)
		return attach(step, flow, session, peer);
	return VPNALG_TRANSLATED;
}

/* Who shares a port and is not known to the remote by a tunnel cannot be told
 * from the others, neither here nor by what comes back. */
static bool may_be_unknown(struct vpnalg_step *step,
			   struct vpnalg_record *flow,
			   const struct l2tp_message *m)
{
	return !m->udp || m->header.value == 0 ||
	       id_of(step, flow, VPNALG_OUTSIDE_OWN) == L2TP_PORT;
}

static enum vpnalg_result control_out(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct l2tp_message *m,
				      struct vpnalg_record *tunnel)
{
	struct vpnalg_record *own = NULL;
	enum vpnalg_result result;
	unsigned i;

	for (i = L2TP_OWN_TUNNEL; i <= L2TP_OWN_CONNECTION; i++) {
		result = own_tunnel(step, flow, m, &m->ids[i], &own);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (m->type == L2TP_SCCCN) {
		result = complete(step, flow, m, &tunnel);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (tunnel == NULL)
		tunnel = own;
	if (tunnel == NULL)
		return may_be_unknown(step, flow, m) ? VPNALG_TRANSLATED
						     : VPNALG_DROP_NO_SESSION;
	if (m->header.value != 0) {
		result = attach(step, flow, tunnel, m->header.value);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (m->type == L2TP_SCCCN)
		vpnalg_l2tp_server_answered(step, flow, m);
	result = own_session(step, flow, m, tunnel);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (m->type == L2TP_STOPCCN)
		end(step, tunnel);
	else if (!l2tp_is_idle(m))
		use(step, tunnel);
	return VPNALG_TRANSLATED;
}

/* What travels out in a shared flow. */
enum vpnalg_result vpnalg_l2tp_tunnel_out(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  struct l2tp_message *m)
{
	struct vpnalg_record *tunnel =
		vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);

	if (!m->whole)
		return VPNALG_DROP_TRUNCATED;
	if (m->control)
		return control_out(step, flow, m, tunnel);
	if (tunnel != NULL)
		use(step, tunnel);
	else if (!may_be_unknown(step, flow, m))
		return VPNALG_DROP_NO_SESSION;
	return VPNALG_TRANSLATED;
}

/* In */

static const struct l2tp_id *own_of(const struct l2tp_message *m)
{
	return &m->ids[m->version == 2 ? L2TP_OWN_TUNNEL
				       : L2TP_OWN_CONNECTION];
}

/* Whether a message is not the tunnel's, for its sender has another ID: it is
 * for one that asked with the same ID from another port, or hid it. */
static bool is_stray(struct vpnalg_step *step, struct vpnalg_record *flow,
		     struct vpnalg_record *tunnel,
		     const struct l2tp_message *m)
{
	const struct l2tp_id *its = own_of(m);
	struct vpnalg_record *asker;

	if ((m->type != L2TP_SCCRP && m->type != L2TP_STOPCCN) ||
	    !(body(step->translator, tunnel)->flags & L2TP_TUNNEL_ATTACHED))
		return false;
	if (its->size != 0)
		return its->value != id_of(step, tunnel, VPNALG_INSIDE_PEER);
	asker = vpnalg_l2tp_server_asker(step, flow);
	return m->type == L2TP_SCCRP && asker != NULL && asker != flow;
}

/* Of equal hidden IDs nobody can make two: the later one is refused. */
static void take_stray(struct vpnalg_step *step, struct vpnalg_record *flow,
		       const struct l2tp_message *m)
{
	const uint16_t hides = L2TP_FLOW_HIDDEN | L2TP_FLOW_SHARED;
	struct vpnalg_record *asker = vpnalg_l2tp_server_asker(step, flow);
	struct l2tp_flow *f;

	if (m->type != L2TP_SCCRP || asker == NULL || asker == flow)
		return;
	f = l2tp_flow(step, asker);
	if ((f->flags & hides) != hides) {
		vpnalg_l2tp_server_stray(step, asker, m);
		return;
	}
	f->flags |= L2TP_FLOW_CLASH;
	vpnalg_l2tp_server_answered(step, asker, m);
	vpnalg_session_live(step->translator, asker,
			    vpnalg_session_timers(step->translator)->linger);
}

static enum vpnalg_result session_in(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     struct l2tp_message *m)
{
	struct l2tp_id *id = &m->ids[L2TP_PEER_SESSION];
	uint32_t peer = m->ids[L2TP_OWN_SESSION].value;
	struct vpnalg_record *session =
		vpnalg_l2tp_tunnel_find(step, flow, false, id);

	if (session == NULL)
		return VPNALG_TRANSLATED;
	set_other(step, id, session);
	if (m->type == L2TP_CDN)
		end(step, session);
	else if (peer != 0)
		return attach(step, flow, session, peer);
	return VPNALG_TRANSLATED;
}

/* What travels in for a tunnel or session of a shared flow. */
enum vpnalg_result vpnalg_l2tp_tunnel_in(struct vpnalg_step *step,
					 struct vpnalg_record *flow,
					 struct vpnalg_record *tunnel,
					 struct l2tp_message *m)
{
	struct l2tp_tunnel *t = body(step->translator, tunnel);
	struct l2tp_flow *f = l2tp_flow(step, flow);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	set_other(step, &m->header, tunnel);
	t->remote_port = f->remote_port;
	if (!m->control)
		return VPNALG_TRANSLATED;
	if (is_stray(step, flow, tunnel, m)) {
		take_stray(step, flow, m);
		return VPNALG_DROP_AMBIGUOUS;
	}
	if (m->type == L2TP_SCCRP) {
		f->own[m->version - 2] =
			id_of(step, tunnel, VPNALG_INSIDE_OWN);
		if (own_of(m)->size != 0)
			result = attach(step, flow, tunnel, own_of(m)->value);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	result = session_in(step, flow, m);
	if (result == VPNALG_TRANSLATED && m->type == L2TP_STOPCCN)
		end(step, tunnel);
	vpnalg_session_changed(step->translator, tunnel);
	return result;
}

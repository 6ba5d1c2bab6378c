/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a server's ports (RFC 2661 8.1): whether it answers to the
 * port that asked, or to port 1701 whatever asked. Until that is known one SCCRQ
 * is unanswered at a time, so that it is known whose the answer is. Over IP there
 * are no ports: such a server is like one that insists. */
#include "l2tp.h"

#include "wire_ip.h"

static bool is_udp(const struct vpnalg_step *step)
{
	return step->facts->protocol == PROTOCOL_UDP;
}

static void tuple_for(struct vpnalg_step *step, struct vpnalg_record *record,
		      uint32_t number, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(step->translator, record, VPNALG_OUTSIDE_OWN,
			     tuple);
	tuple->role = VPNALG_OUTSIDE_PEER;
	tuple->space = L2TP_PROTOCOL;
	tuple->id = 0;
	tuple->port = number | (is_udp(step) ? L2TP_PORT : 0);
}

static struct l2tp_server *body(struct vpnalg_step *step,
				struct vpnalg_record *server)
{
	return vpnalg_session_body(step->translator, server);
}

struct vpnalg_record *vpnalg_l2tp_server_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow)
{
	struct vpnalg_tuple tuple;

	tuple_for(step, flow, L2TP_NUMBER_SERVER, &tuple);
	return vpnalg_session_find(step->translator, &tuple);
}

/* The flow whose turn it is to ask, if any. */
struct vpnalg_record *vpnalg_l2tp_server_asker(struct vpnalg_step *step,
					       struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	tuple_for(step, record, L2TP_NUMBER_ASKING, &tuple);
	return vpnalg_session_find(step->translator, &tuple);
}

static enum vpnalg_result open_server(struct vpnalg_step *step,
				      struct vpnalg_record *flow, bool insists,
				      struct vpnalg_record **server)
{
	struct vpnalg_tuple inside, outside;
	struct vpnalg_opening opening = { .kind = L2TP_KIND_SERVER,
					  .space = L2TP_PROTOCOL,
					  .peer = true };
	enum vpnalg_result result;

	vpnalg_session_tuple(step->translator, flow, VPNALG_INSIDE_OWN,
			     &inside);
	tuple_for(step, flow, L2TP_NUMBER_SERVER, &outside);
	opening.zone = inside.zone;
	opening.inside = inside.local;
	opening.remote = inside.remote;
	opening.outside = outside.local;
	opening.inside_port = opening.outside_port = outside.port;
	opening.lifetime = vpnalg_session_timers(step->translator)->udp;
	result = vpnalg_session_open(step, &opening, server);
	if (result != VPNALG_TRANSLATED || !insists)
		return result;
	body(step, *server)->flags = L2TP_SERVER_INSISTS;
	vpnalg_session_changed(step->translator, *server);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result read_flags(struct vpnalg_step *step,
				     struct vpnalg_record *flow, bool insists,
				     uint32_t *flags)
{
	struct vpnalg_record *server;
	enum vpnalg_result result;

	*flags = L2TP_SERVER_INSISTS;
	if (!is_udp(step))
		return VPNALG_TRANSLATED;
	server = vpnalg_l2tp_server_find(step, flow);
	if (server == NULL) {
		if (step->facts->undo)
			return VPNALG_DROP_NO_SESSION;
		result = open_server(step, flow, insists, &server);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	*flags = body(step, server)->flags;
	return VPNALG_TRANSLATED;
}

bool vpnalg_l2tp_server_insists(struct vpnalg_step *step,
				struct vpnalg_record *flow)
{
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, flow);

	return server != NULL &&
	       body(step, server)->flags & L2TP_SERVER_INSISTS;
}

static void set_flags(struct vpnalg_step *step, struct vpnalg_record *flow,
		      uint32_t flags)
{
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, flow);

	if (server == NULL || body(step, server)->flags == flags)
		return;
	body(step, server)->flags = flags;
	vpnalg_session_changed(step->translator, server);
}

void vpnalg_l2tp_server_live(struct vpnalg_step *step,
			     struct vpnalg_record *flow)
{
	struct vpnalg_record *server = NULL;

	if (is_udp(step))
		server = vpnalg_l2tp_server_find(step, flow);
	if (server != NULL)
		vpnalg_session_live(
			step->translator, server,
			vpnalg_session_timers(step->translator)->udp);
}

/* A turn is not made longer by asking again, so everybody has one in time. */
static enum vpnalg_result take_turn(struct vpnalg_step *step,
				    struct vpnalg_record *flow)
{
	struct vpnalg_record *asker = vpnalg_l2tp_server_asker(step, flow);
	struct vpnalg_tuple tuple;
	uint32_t now = (uint32_t)step->now;

	if (asker == flow)
		return VPNALG_TRANSLATED;
	if (asker != NULL && now - l2tp_flow(step, asker)->since < L2TP_TURN_MS)
		return VPNALG_DROP_WAIT;
	tuple_for(step, flow, L2TP_NUMBER_ASKING, &tuple);
	if (!vpnalg_session_give(step->translator, flow, &tuple))
		return VPNALG_DROP_STORE;
	l2tp_flow(step, flow)->since = now;
	return VPNALG_TRANSLATED;
}

/* The flow that has port 1701 already may have to share it later. */
static void share(struct vpnalg_step *step, struct vpnalg_record *flow,
		  uint32_t flags)
{
	bool has_port = vpnalg_l2tp_flow_port(step, flow) == L2TP_PORT;

	if (flags & L2TP_SERVER_INSISTS ||
	    (!(flags & L2TP_SERVER_HONOURS) && has_port))
		l2tp_flow(step, flow)->flags |= L2TP_FLOW_SHARED;
}

/* A flow is opened by a message that is no SCCRQ. */
void vpnalg_l2tp_server_resume(struct vpnalg_step *step,
			       struct vpnalg_record *flow, bool insists)
{
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, flow);
	uint32_t flags = insists ? L2TP_SERVER_INSISTS : 0;

	if (server != NULL)
		flags = body(step, server)->flags;
	share(step, flow, flags);
	l2tp_flow(step, flow)->flags |= L2TP_FLOW_RESUMED;
	vpnalg_session_changed(step->translator, flow);
}

static void note_question(struct l2tp_flow *flow, const struct l2tp_message *m,
			  bool hidden)
{
	flow->own[0] = m->ids[L2TP_OWN_TUNNEL].value;
	flow->own[1] = m->ids[L2TP_OWN_CONNECTION].value;
	flow->flags |= L2TP_FLOW_ASKING;
	flow->flags &= (uint16_t)~L2TP_FLOW_HIDDEN;
	if (hidden)
		flow->flags |= L2TP_FLOW_HIDDEN;
}

/* An SCCRQ goes out. */
enum vpnalg_result vpnalg_l2tp_server_ask(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_message *m,
					  bool insists)
{
	const struct l2tp_id *own = &m->ids[L2TP_OWN_TUNNEL];
	const struct l2tp_id *own3 = &m->ids[L2TP_OWN_CONNECTION];
	struct l2tp_flow *f = l2tp_flow(step, flow);
	bool hidden = own->hidden || own3->hidden;
	enum vpnalg_result result;
	uint32_t flags;

	if (f->flags & L2TP_FLOW_CLASH)
		return VPNALG_DROP_AMBIGUOUS;
	result = read_flags(step, flow, insists, &flags);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (flags & L2TP_SERVER_HONOURS ||
	    (flags & L2TP_SERVER_INSISTS && !hidden))
		result = VPNALG_TRANSLATED;
	else
		result = take_turn(step, flow);
	if (result != VPNALG_TRANSLATED)
		return result;
	share(step, flow, flags);
	if (step->facts->inside)
		note_question(f, m, hidden);
	vpnalg_session_changed(step->translator, flow);
	return VPNALG_TRANSLATED;
}

/* The answer to an SCCRQ has come, to the port that asked. */
void vpnalg_l2tp_server_answered(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 const struct l2tp_message *m)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (!(f->flags & L2TP_FLOW_ASKING))
		return;
	f->flags &= (uint16_t)~L2TP_FLOW_ASKING;
	vpnalg_session_take(step->translator, flow, VPNALG_OUTSIDE_PEER);
	vpnalg_session_changed(step->translator, flow);
	if (m->udp && !(f->flags & L2TP_FLOW_SHARED) &&
	    vpnalg_l2tp_flow_port(step, flow) != L2TP_PORT)
		set_flags(step, flow, L2TP_SERVER_HONOURS);
}

/* What seems to be the answer to the asker has come to port 1701, from where it
 * did not ask: the server insists. The asker asks again by itself. */
void vpnalg_l2tp_server_stray(struct vpnalg_step *step,
			      struct vpnalg_record *asker,
			      const struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, asker);
	struct vpnalg_record *server;

	if (f->flags & L2TP_FLOW_SHARED ||
	    (!(f->flags & L2TP_FLOW_HIDDEN) &&
	     f->own[m->version - 2] != m->header.value))
		return;
	server = vpnalg_l2tp_server_find(step, asker);
	if (server != NULL &&
	    !(body(step, server)->flags & L2TP_SERVER_HONOURS))
		set_flags(step, asker, L2TP_SERVER_INSISTS);
}

/* Of equal hidden IDs nobody can make two: the later one is refused. */
void vpnalg_l2tp_server_refuse(struct vpnalg_step *step,
			       struct vpnalg_record *asker,
			       const struct l2tp_message *m)
{
	l2tp_flow(step, asker)->flags |= L2TP_FLOW_CLASH;
	vpnalg_l2tp_server_answered(step, asker, m);
	vpnalg_session_live(step->translator, asker,
			    vpnalg_session_timers(step->translator)->linger);
}

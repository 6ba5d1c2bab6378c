/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports of a server (RFC 2661 8.1): it answers to the port that an SCCRQ
 * came from, or to port 1701 always. Only an answer to a pending SCCRQ, or the
 * requester's reaction to it, shows which. Over IP there are no ports, and a
 * server has a fixed port. */
#include "server.h"

#include "../wire/ip.h"

static bool is_udp(const struct vpnalg_step *step)
{
	return step->parsed->protocol == PROTOCOL_UDP;
}

static void tuple_for(struct vpnalg_step *step, struct vpnalg_record *record,
		      uint32_t space, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(step->translator, record, VPNALG_OUTSIDE_OWN,
			     tuple);
	tuple->role = VPNALG_OUTSIDE_PEER;
	tuple->space = L2TP_PROTOCOL;
	tuple->id = 0;
	tuple->port = space | (is_udp(step) ? L2TP_PORT : 0);
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

	tuple_for(step, flow, L2TP_SPACE_SERVER, &tuple);
	return vpnalg_session_find(step->translator, &tuple);
}

void vpnalg_l2tp_server_slot(struct vpnalg_step *step,
			     struct vpnalg_record *flow,
			     struct vpnalg_tuple *tuple)
{
	tuple_for(step, flow, L2TP_SPACE_SLOT, tuple);
}

struct vpnalg_record *vpnalg_l2tp_server_requester(struct vpnalg_step *step,
						   struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	tuple_for(step, record, L2TP_SPACE_SLOT, &tuple);
	return vpnalg_session_find(step->translator, &tuple);
}

enum vpnalg_result vpnalg_l2tp_server_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   bool fixed_port,
					   struct vpnalg_record **server)
{
	struct vpnalg_opening opening = { .kind = L2TP_KIND_SERVER,
					  .space = L2TP_PROTOCOL,
					  .peer = true };
	struct vpnalg_tuple tuple;
	enum vpnalg_result result;

	vpnalg_session_hosts(step->translator, flow, &opening);
	tuple_for(step, flow, L2TP_SPACE_SERVER, &tuple);
	opening.inside_port = opening.outside_port = tuple.port;
	opening.lifetime = vpnalg_session_timers(step->translator)->udp;
	result = vpnalg_session_open(step, &opening, server);
	if (result != VPNALG_TRANSLATED || !fixed_port)
		return result;
	body(step, *server)->flags = L2TP_SERVER_FIXED_PORT;
	vpnalg_session_changed(step->translator, *server);
	return VPNALG_TRANSLATED;
}

uint32_t vpnalg_l2tp_server_flags(struct vpnalg_step *step,
				  struct vpnalg_record *server)
{
	if (!is_udp(step))
		return L2TP_SERVER_FIXED_PORT;
	return server != NULL ? body(step, server)->flags : 0;
}

bool vpnalg_l2tp_server_has_fixed_port(struct vpnalg_step *step,
				       struct vpnalg_record *flow)
{
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, flow);

	return server != NULL &&
	       body(step, server)->flags & L2TP_SERVER_FIXED_PORT;
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

void vpnalg_l2tp_server_extend(struct vpnalg_step *step,
			       struct vpnalg_record *flow)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;
	struct vpnalg_record *server = NULL;

	if (is_udp(step))
		server = vpnalg_l2tp_server_find(step, flow);
	/* Flows with a longer time, of earlier timers, need it as well. */
	if (server != NULL && server->deadline - step->now < life)
		vpnalg_session_set_lifetime(step->translator, server, life);
}

/* A flow with port 1701 shares it. */
void vpnalg_l2tp_server_resume(struct vpnalg_step *step,
			       struct vpnalg_record *flow, bool fixed_port)
{
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, flow);
	uint16_t flags = L2TP_FLOW_BEGUN | L2TP_FLOW_RESUMED;

	if (server != NULL)
		fixed_port = body(step, server)->flags & L2TP_SERVER_FIXED_PORT;
	if (fixed_port || l2tp_flow_port(step, flow) == L2TP_PORT)
		flags |= L2TP_FLOW_SHARED;
	l2tp_flow(step, flow)->flags |= flags;
	vpnalg_session_changed(step->translator, flow);
}

/* Learns from an answer, which has come to the port of the SCCRQ. If other
 * ports were not answered and port 1701 was, the server has a fixed port. */
static void learn(struct vpnalg_step *step, struct vpnalg_record *flow,
		  const struct l2tp_flow *f)
{
	bool elsewhere = l2tp_flow_port(step, flow) != L2TP_PORT;
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, flow);

	if (!elsewhere || server == NULL)
		return;
	if (!(f->flags & L2TP_FLOW_SHARED))
		set_flags(step, flow, L2TP_SERVER_SYMMETRIC);
	else if (f->unanswered >= L2TP_UNANSWERED_MAX &&
		 body(step, server)->flags == 0)
		set_flags(step, flow, L2TP_SERVER_FIXED_PORT);
}

void vpnalg_l2tp_server_answered(struct vpnalg_step *step,
				 struct vpnalg_record *flow)
{
	struct l2tp_flow *f = l2tp_flow(step, flow);

	if (!(f->flags & L2TP_FLOW_PENDING))
		return;
	vpnalg_session_unlink(step->translator, flow, VPNALG_OUTSIDE_PEER);
	if (is_udp(step))
		learn(step, flow, f);
	f->flags &= (uint16_t)~L2TP_FLOW_PENDING;
	f->held_count = f->unanswered = 0;
	vpnalg_session_changed(step->translator, flow);
}

/* An answer that has come to port 1701, which the requester does not have,
 * shows a fixed port. The requester repeats its SCCRQ by itself. */
void vpnalg_l2tp_server_misdirected(struct vpnalg_step *step,
				    struct vpnalg_record *requester,
				    const struct l2tp_message *m)
{
	const struct l2tp_flow *f = l2tp_flow(step, requester);
	struct vpnalg_record *server = vpnalg_l2tp_server_find(step, requester);
	bool hidden = f->flags & L2TP_FLOW_HIDDEN;

	if (f->flags & L2TP_FLOW_SHARED || server == NULL ||
	    !(f->flags & L2TP_FLOW_PENDING))
		return;
	if (hidden ? !(body(step, server)->flags & L2TP_SERVER_SYMMETRIC)
		   : f->own[m->version - 2] == m->header.value)
		set_flags(step, requester, L2TP_SERVER_FIXED_PORT);
}

/* Equal hidden IDs of two hosts cannot be distinguished: the later host is
 * refused. */
void vpnalg_l2tp_server_refuse(struct vpnalg_step *step,
			       struct vpnalg_record *requester)
{
	l2tp_flow(step, requester)->flags |= L2TP_FLOW_CLASH;
	vpnalg_l2tp_server_answered(step, requester);
	vpnalg_session_set_lifetime(
		step->translator, requester,
		vpnalg_session_timers(step->translator)->linger);
}

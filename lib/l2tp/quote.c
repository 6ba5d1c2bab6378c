/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP packets that ICMP errors quote. A flow with a port of its own is found
 * by that. In a shared flow the ID in the header decides: 12 to 14 bytes behind
 * the IP header must be quoted, of version 3 over UDP 16, unless one host alone
 * can be meant. */
#include "quote.h"

#include <string.h>

#include "../wire/ip.h"
#include "flow.h"
#include "message.h"
#include "server.h"
#include "tunnel.h"

/* Returns the tunnel, session or claim of a shared flow that the header names,
 * or NULL. */
static struct vpnalg_record *find_tunnel(struct vpnalg_step *step,
					 struct vpnalg_record *flow,
					 const struct l2tp_id *id)
{
	unsigned role =
		step->parsed->inward ? VPNALG_INSIDE_OWN : VPNALG_INSIDE_PEER;
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	if (!step->parsed->inside)
		role++; /* the outside one */
	vpnalg_l2tp_tunnel_tuple(step, flow, role, id->space, &tuple);
	tuple.id = id->value;
	record = vpnalg_session_find(step->translator, &tuple);
	return record != NULL && record->handler == flow->handler &&
			       vpnalg_l2tp_tunnel_is_of(step, flow, record) &&
			       l2tp_may_have(step, flow, record)
		       ? record
		       : NULL;
}

/* Returns whether the ports are those of the flow's packets, or of its
 * tunnel's, which may be NULL. */
static bool has_right_ports(struct vpnalg_step *step,
			    struct vpnalg_record *flow,
			    struct vpnalg_record *tunnel, bool foreign)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	uint16_t port;

	if (parsed->protocol != PROTOCOL_UDP)
		return true;
	port = !foreign && l2tp_is_shared(step, flow)
		       ? L2TP_PORT
		       : l2tp_flow_port(step, flow);
	if (!parsed->inside && vpnalg_local_port(parsed) != port)
		return false;
	port = vpnalg_remote_port(parsed);
	return port == L2TP_PORT ||
	       port == l2tp_flow(step, flow)->remote_port ||
	       (tunnel != NULL && tunnel->kind != L2TP_KIND_CLAIM &&
		port == l2tp_tunnel(step, tunnel)->remote_port);
}

/* Returns the flow's tunnel or session with an ID inside, be it dead; NULL if
 * there is none that counts where the flow does. */
static const struct vpnalg_record *peek(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					unsigned role, uint32_t space,
					uint32_t id)
{
	struct vpnalg_tuple tuple, ours, its;
	struct vpnalg_record *record;

	if (id == 0)
		return NULL;
	vpnalg_l2tp_tunnel_tuple(step, flow, role, space, &tuple);
	tuple.id = id;
	record = vpnalg_session_peek(step->translator, &tuple);
	if (record == NULL || record->handler != flow->handler ||
	    record->kind == L2TP_KIND_CLAIM)
		return NULL;
	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN, &ours);
	vpnalg_session_tuple(step->translator, record, VPNALG_OUTSIDE_OWN,
			     &its);
	return memcmp(ours.local, its.local, step->parsed->addr_len) == 0
		       ? record
		       : NULL;
}

/* Returns whether no other host has L2TP with the remote, from this outside
 * address: as many records are counted there as are the flow's own, by what the
 * flow remembers. They are itself, what it has requested last, and where its
 * last data went. With more tunnels of the host that is not known. */
static bool is_alone(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	const struct vpnalg_record *tunnel, *connection, *busy;
	unsigned known = 1;

	tunnel = peek(step, flow, VPNALG_INSIDE_OWN, L2TP_SPACE_TUNNEL,
		      f->own[0]);
	connection = peek(step, flow, VPNALG_INSIDE_OWN, L2TP_SPACE_CONNECTION,
			  f->own[1]);
	busy = peek(step, flow, VPNALG_INSIDE_PEER,
		    f->busy_version == 3 ? L2TP_SPACE_SESSION
					 : L2TP_SPACE_TUNNEL,
		    f->busy);
	known += tunnel != NULL;
	known += connection != NULL;
	known += busy != NULL && busy != tunnel;
	return vpnalg_session_guard_count(step->translator, flow) == known;
}

/* Returns whether nothing but an ID distinguishes the flow's packets from
 * another host's. */
static bool needs_id(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	if (step->parsed->protocol != PROTOCOL_UDP)
		return true;
	if (l2tp_flow_port(step, flow) != L2TP_PORT)
		return l2tp_is_shared(step, flow);
	return vpnalg_l2tp_server_has_fixed_port(step, flow) &&
	       !is_alone(step, flow);
}

/* Returns the result for a packet of the flow with a header that names no ID,
 * or one that is not quoted. `found`: another key than the ports has led to the
 * flow. */
static enum vpnalg_result without_id(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_message *m, bool found)
{
	if (!has_right_ports(step, flow, NULL, false))
		return VPNALG_UNTOUCHED; /* another flow of its host's */
	if (!found && needs_id(step, flow))
		return VPNALG_DROP_QUOTE_SHORT;
	step->record = flow;
	return vpnalg_l2tp_flow_finish(step, m);
}

/* Takes a packet of a shared flow by the ID in its header. Over IP one flow has
 * the rest. */
static enum vpnalg_result by_id(struct vpnalg_step *step,
				struct vpnalg_record *flow,
				struct l2tp_message *m)
{
	struct vpnalg_record *tunnel = find_tunnel(step, flow, &m->header);

	if (tunnel == NULL &&
	    (m->udp || !vpnalg_l2tp_flow_has_rest(step, flow)))
		return VPNALG_UNTOUCHED;
	if (!has_right_ports(step, flow, tunnel, false))
		return VPNALG_UNTOUCHED;
	if (tunnel != NULL && step->parsed->inward)
		vpnalg_l2tp_tunnel_other(step, &m->header, tunnel);
	step->record = flow;
	return vpnalg_l2tp_flow_finish(step, m);
}

static bool is_flow(const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_FLOW ||
	       record->kind == L2TP_KIND_IP_FLOW;
}

enum vpnalg_result vpnalg_l2tp_quote(struct vpnalg_step *step)
{
	struct vpnalg_record *flow = step->record;
	bool by_tunnel = l2tp_is_tunnel(flow);
	/* An SCCRQ by its own ID or by the slot; inside, the host itself. */
	bool found = by_tunnel || step->slot == VPNALG_OUTSIDE_PEER ||
		     (step->parsed->inside && !step->parsed->inward);
	struct l2tp_message m = { 0 }; /* without IDs in AVPs */
	enum vpnalg_result result;

	if (by_tunnel)
		flow = vpnalg_l2tp_flow_of(step, flow);
	if (flow == NULL || !is_flow(flow))
		return VPNALG_UNTOUCHED;
	result = vpnalg_l2tp_message_head(step->parsed, &m);
	if (result == VPNALG_DROP_TRUNCATED)
		return without_id(step, flow, &m, false);
	if (result != VPNALG_TRANSLATED)
		return VPNALG_DROP_ICMP_ERROR;
	if (!m.foreign && l2tp_is_shared(step, flow))
		return m.header.value != 0 ? by_id(step, flow, &m)
					   : without_id(step, flow, &m, found);
	if (!has_right_ports(step, flow, NULL, m.foreign))
		return VPNALG_UNTOUCHED;
	step->record = flow;
	return vpnalg_l2tp_flow_finish(step, &m);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels of shared flows, called control connections in version 3, and their
 * sessions of version 3. A session of version 2 needs no record: its ID means
 * nothing without the tunnel's (RFC 2661 3.1). */
#include "tunnel.h"

#include <string.h>

#include "../wire/ip.h"
#include "flow.h"
#include "lifetime.h"

static struct l2tp_tunnel *body(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

/* Finding */

void vpnalg_l2tp_tunnel_tuple(struct vpnalg_step *step,
			      struct vpnalg_record *flow, unsigned role,
			      uint32_t space, struct vpnalg_tuple *tuple)
{
	bool inside = role == VPNALG_INSIDE_OWN || role == VPNALG_INSIDE_PEER;

	vpnalg_session_tuple(step->translator, flow,
			     inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
			     tuple);
	tuple->port = space;
	if (step->parsed->protocol == PROTOCOL_UDP)
		tuple->port |= inside ? tuple->id : (uint32_t)L2TP_PORT;
	tuple->role = (uint8_t)role;
	tuple->space = L2TP_PROTOCOL;
}

bool vpnalg_l2tp_tunnel_is_of(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      struct vpnalg_record *record)
{
	struct vpnalg_tuple ours, its;

	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_OWN, 0, &ours);
	vpnalg_session_tuple(step->translator, record, VPNALG_INSIDE_OWN, &its);
	return ours.zone == its.zone &&
	       ours.port == (its.port & L2TP_PORT_MASK) &&
	       memcmp(ours.local, its.local, step->parsed->addr_len) == 0;
}

/* Returns whether the record's flow is gone. A control connection lives until
 * the sweep has closed its sessions: it may have outlived its flow, and be
 * found in a later one. */
static bool is_left_over(struct vpnalg_step *step, struct vpnalg_record *flow,
			 unsigned role, struct vpnalg_record *record)
{
	if (role != VPNALG_INSIDE_OWN && role != VPNALG_INSIDE_PEER)
		flow = vpnalg_l2tp_flow_find(step, record);
	return flow == NULL || !l2tp_may_have(step, flow, record);
}

struct vpnalg_record *vpnalg_l2tp_tunnel_holder(struct vpnalg_step *step,
						struct vpnalg_record *flow,
						unsigned role,
						const struct l2tp_id *id)
{
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	if (id->value == 0)
		return NULL;
	vpnalg_l2tp_tunnel_tuple(step, flow, role, id->space, &tuple);
	tuple.id = id->value;
	record = vpnalg_session_find(step->translator, &tuple);
	if (record == NULL || !is_left_over(step, flow, role, record))
		return record;
	vpnalg_session_close(step->translator, record);
	return NULL;
}

struct vpnalg_record *vpnalg_l2tp_tunnel_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      bool peer,
					      const struct l2tp_id *id)
{
	unsigned role = peer ? VPNALG_INSIDE_PEER : VPNALG_INSIDE_OWN;
	struct vpnalg_record *record;

	if (step->parsed->inside) /* the key has the host and port in it */
		return vpnalg_l2tp_tunnel_holder(step, flow, role, id);
	role++; /* the outside one */
	record = vpnalg_l2tp_tunnel_holder(step, flow, role, id);
	return record != NULL && vpnalg_l2tp_tunnel_is_of(step, flow, record)
		       ? record
		       : NULL;
}

bool vpnalg_l2tp_tunnel_is_nobodys(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_id *id)
{
	return vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_INSIDE_OWN, id) ==
		       NULL &&
	       vpnalg_l2tp_tunnel_holder(step, flow, VPNALG_OUTSIDE_OWN, id) ==
		       NULL;
}

bool vpnalg_l2tp_tunnel_has_no_other(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_id *id)
{
	unsigned role =
		step->parsed->inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN;

	return (!step->parsed->inside &&
		!(l2tp_flow(step, flow)->flags & L2TP_FLOW_MANAGED)) ||
	       vpnalg_l2tp_tunnel_holder(step, flow, role, id) == NULL;
}

void vpnalg_l2tp_tunnel_other(struct vpnalg_step *step, struct l2tp_id *id,
			      struct vpnalg_record *record)
{
	id->other = vpnalg_session_id(step->translator, record,
				      step->parsed->inside ? VPNALG_OUTSIDE_OWN
							   : VPNALG_INSIDE_OWN);
}

/* The beginning */

/* Returns whether another flow has the port or the rest without known tunnels:
 * it may have any ID, and keeps it. Under a digest its ID cannot be changed. */
static bool others_may_have(struct vpnalg_step *step,
			    struct vpnalg_record *flow)
{
	bool udp = step->parsed->protocol == PROTOCOL_UDP;
	struct vpnalg_record *holder;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, flow, VPNALG_OUTSIDE_OWN,
			     &tuple);
	tuple.id = udp ? L2TP_PORT : 0;
	holder = vpnalg_session_find(step->translator, &tuple);
	if (holder == NULL || holder == flow ||
	    vpnalg_record_handler(holder) != vpnalg_record_handler(flow))
		return false;
	return !udp || (holder->kind == L2TP_KIND_FLOW &&
			l2tp_flow(step, holder)->flags & L2TP_FLOW_RESUMED);
}

/* Describes a tunnel or session of the flow, but for its outside ID. The
 * addresses point into the flow. */
static void set_opening(struct vpnalg_step *step, struct vpnalg_record *flow,
			const struct l2tp_id *id,
			struct vpnalg_opening *opening)
{
	struct vpnalg_tuple tuple;

	*opening = (struct vpnalg_opening){
		.kind = id->space == L2TP_SPACE_SESSION ? L2TP_KIND_SESSION
							: L2TP_KIND_TUNNEL,
		.space = L2TP_PROTOCOL,
		.id = id->value,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};
	vpnalg_session_hosts(step->translator, flow, opening);
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_INSIDE_OWN, id->space,
				 &tuple);
	opening->inside_port = tuple.port;
	vpnalg_l2tp_tunnel_tuple(step, flow, VPNALG_OUTSIDE_OWN, id->space,
				 &tuple);
	opening->outside_port = tuple.port;
}

static void begin(struct vpnalg_step *step, struct vpnalg_record *flow,
		  struct vpnalg_record *record)
{
	struct l2tp_tunnel *tunnel = body(step->translator, record);

	l2tp_flow(step, flow)->flags |= L2TP_FLOW_MANAGED;
	vpnalg_session_changed(step->translator, flow);
	tunnel->generation = (uint16_t)vpnalg_session_random(step->translator);
	tunnel->remote_port = l2tp_flow(step, flow)->remote_port;
	tunnel->heard = (uint32_t)step->now - L2TP_UNHEARD_MS;
	vpnalg_l2tp_lifetime_extend(step, flow, record);
}

enum vpnalg_result vpnalg_l2tp_tunnel_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   const struct l2tp_id *id, bool exact,
					   struct vpnalg_record **opened)
{
	uint32_t greatest = id->size == 2 ? UINT16_MAX : UINT32_MAX;
	struct vpnalg_opening opening;
	enum vpnalg_result result;

	set_opening(step, flow, id, &opening);
	opening.keep = exact || !others_may_have(step, flow);
	opening.least = exact ? id->value : 1;
	opening.greatest = exact ? id->value : greatest;
	if (!exact)
		opening.ranges[0] = (struct vpnalg_range){ 1, 1, greatest };
	result = vpnalg_session_open(step, &opening, opened);
	if (result == VPNALG_DROP_NO_ID && exact)
		return VPNALG_DROP_AMBIGUOUS;
	if (result == VPNALG_TRANSLATED)
		begin(step, flow, *opened);
	return result;
}

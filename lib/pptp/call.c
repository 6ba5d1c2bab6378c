/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: children of a control connection, ended by a linger (RFC 2637 3.2).
 * Their GRE packets: call_packet.c. */
#include "call.h"

#include <string.h>

#include "../wire/ip.h"

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that a busy
 * call does not write to its record, or look up its control connection, for
 * every packet. The sweep looks it up too. */
#define SLACK_PART 16

/* A control connection that its calls have kept alive outlives the last of them
 * by this, for the packet that has found that one dead. */
#define LAST_MOMENT_MS 1000

struct vpnalg_record *vpnalg_pptp_call_parent(struct vpnalg *translator,
					      struct vpnalg_record *call)
{
	const struct pptp_call *c = pptp_call_body(translator, call);
	struct vpnalg_record *parent = vpnalg_session_peek_beside(
		translator, call, VPNALG_INSIDE_OWN, PROTOCOL_TCP,
		c->inside_port, c->remote_port);
	const struct pptp_control *control;

	if (parent == NULL ||
	    vpnalg_record_handler(parent) != vpnalg_record_handler(call))
		return NULL;
	control = vpnalg_session_body(translator, parent);
	return control->generation == c->generation ? parent : NULL;
}

bool vpnalg_pptp_call_stands(struct vpnalg *translator,
			     struct vpnalg_record *call)
{
	return vpnalg_session_goes_on(
		translator, vpnalg_pptp_call_parent(translator, call));
}

void vpnalg_pptp_call_leave(struct vpnalg *translator,
			    struct vpnalg_record *call)
{
	vpnalg_session_leave(translator,
			     vpnalg_pptp_call_parent(translator, call),
			     LAST_MOMENT_MS);
}

void vpnalg_pptp_call_join(struct vpnalg_step *step, struct vpnalg_record *call)
{
	struct pptp_control *control =
		vpnalg_session_body(step->translator, step->record);
	struct pptp_call *c = pptp_call_body(step->translator, call);
	struct vpnalg_tuple tuple;
	uint16_t inside, outside;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &tuple);
	c->inside_port = (uint16_t)tuple.id;
	c->remote_port = (uint16_t)tuple.port;
	c->generation = control->generation;
	vpnalg_session_join(step->translator, step->record);
	vpnalg_session_reparented(step->translator, call);
	inside = pptp_call_id(step->translator, call, VPNALG_INSIDE_OWN);
	outside = pptp_call_id(step->translator, call, VPNALG_OUTSIDE_OWN);
	if (inside >> 8 != outside >> 8)
		control->flags |= PPTP_MIXED;
	vpnalg_session_changed(step->translator, call);
}

/* The call's control connection is not looked up: step->record has its key, if
 * it is the one. */
bool vpnalg_pptp_call_is_of(struct vpnalg_step *step,
			    struct vpnalg_record *call)
{
	const struct pptp_call *c = pptp_call_body(step->translator, call);
	size_t addr_len = step->parsed->addr_len;
	struct vpnalg_tuple its, ours;

	if (c->generation != pptp_control(step)->generation)
		return false;
	vpnalg_session_tuple(step->translator, call, VPNALG_INSIDE_OWN, &its);
	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &ours);
	return c->inside_port == ours.id && c->remote_port == ours.port &&
	       its.zone == ours.zone &&
	       memcmp(its.local, ours.local, addr_len) == 0 &&
	       memcmp(its.remote, ours.remote, addr_len) == 0;
}

/* Finding */

void vpnalg_pptp_call_tuple(struct vpnalg_step *step, unsigned role,
			    uint16_t id, struct vpnalg_tuple *tuple)
{
	bool inside = role == VPNALG_INSIDE_OWN || role == VPNALG_INSIDE_PEER;

	vpnalg_session_tuple(step->translator, step->record,
			     inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
			     tuple);
	tuple->role = (uint8_t)role;
	tuple->space = GRE_PROTOCOL;
	tuple->id = id;
	tuple->port = 0;
}

struct vpnalg_record *vpnalg_pptp_call_find(struct vpnalg_step *step,
					    unsigned role, uint16_t id)
{
	struct vpnalg_tuple tuple;

	vpnalg_pptp_call_tuple(step, role, id, &tuple);
	return vpnalg_session_find(step->translator, &tuple);
}

void vpnalg_pptp_call_detach(struct vpnalg *translator,
			     struct vpnalg_record *call)
{
	vpnalg_session_unlink(translator, call, VPNALG_INSIDE_PEER);
	vpnalg_session_unlink(translator, call, VPNALG_OUTSIDE_PEER);
	call->flags &= (uint8_t)~VPNALG_SESSION_SHARED;
	pptp_call_body(translator, call)->flags &=
		(uint16_t)~PPTP_CALL_ATTACHED;
}

/* The end */

void vpnalg_pptp_call_linger(struct vpnalg *translator,
			     struct vpnalg_record *call)
{
	struct pptp_call *c = pptp_call_body(translator, call);

	if (c->flags & PPTP_CALL_LINGERING)
		return;
	c->flags |= PPTP_CALL_LINGERING;
	vpnalg_session_end(translator, call,
			   vpnalg_session_timers(translator)->linger);
}

void vpnalg_pptp_call_revive(struct vpnalg *translator,
			     struct vpnalg_record *call)
{
	struct pptp_call *c = pptp_call_body(translator, call);

	c->flags &= (uint16_t) ~(PPTP_CALL_LINGERING | PPTP_CALL_ORPHANED);
	vpnalg_session_revive(translator, call,
			      pptp_call_lifetime(translator, c));
}

static void mark_shared(struct vpnalg *translator, struct vpnalg_record *call)
{
	if (call->flags & VPNALG_SESSION_SHARED)
		return;
	call->flags |= VPNALG_SESSION_SHARED;
	vpnalg_session_changed(translator, call);
}

/* Links a key again that a newer call has taken, once that call is gone. Until
 * then a third call may hold it, which has taken it from no one and is marked
 * here. */
static void relink(struct vpnalg *translator, struct vpnalg_record *call,
		   unsigned role)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple tuple;

	if (call->keys & 1U << role)
		return;
	vpnalg_session_tuple(translator, call, role, &tuple);
	holder = vpnalg_session_find(translator, &tuple);
	if (holder == NULL) {
		vpnalg_session_link(translator, call, &tuple);
		return;
	}
	mark_shared(translator, holder);
	mark_shared(translator, call);
}

void vpnalg_pptp_call_relink_peer(struct vpnalg *translator,
				  struct vpnalg_record *call)
{
	relink(translator, call, VPNALG_INSIDE_PEER);
	relink(translator, call, VPNALG_OUTSIDE_PEER);
}

/* Makes a call linger once its control connection has ended, and revives it if
 * the connection's end is taken back. */
static void follow_parent(struct vpnalg *translator, struct vpnalg_record *call)
{
	struct pptp_call *c = pptp_call_body(translator, call);
	bool stands = vpnalg_pptp_call_stands(translator, call);

	if (c->flags & PPTP_CALL_ORPHANED) {
		if (stands)
			vpnalg_pptp_call_revive(translator, call);
	} else if (!stands && !(c->flags & PPTP_CALL_LINGERING)) {
		c->flags |= PPTP_CALL_ORPHANED;
		vpnalg_pptp_call_linger(translator, call);
	}
}

void vpnalg_pptp_call_swept(struct vpnalg *translator,
			    struct vpnalg_record *call)
{
	follow_parent(translator, call);
	if (pptp_call_lacks_peer_key(call, pptp_call_body(translator, call)))
		vpnalg_pptp_call_relink_peer(translator, call);
}

void vpnalg_pptp_call_answer(struct vpnalg *translator,
			     struct vpnalg_record *call)
{
	struct pptp_call *c = pptp_call_body(translator, call);

	if (c->flags & PPTP_CALL_ANSWERED)
		return;
	c->flags |= PPTP_CALL_ANSWERED;
	vpnalg_session_changed(translator, call);
	if (!(c->flags & PPTP_CALL_LINGERING))
		vpnalg_session_set_lifetime(translator, call,
					    pptp_call_lifetime(translator, c));
}

void vpnalg_pptp_call_sent(struct vpnalg *translator,
			   struct vpnalg_record *call)
{
	const struct pptp_call *c = pptp_call_body(translator, call);
	vpnalg_time life = pptp_call_lifetime(translator, c);

	follow_parent(translator, call);
	if (!(c->flags & PPTP_CALL_LINGERING))
		vpnalg_session_set_lifetime(translator, call,
					    life + life / SLACK_PART);
	else if (vpnalg_session_is_past_grace(
			 translator, call,
			 vpnalg_session_timers(translator)->linger) &&
		 vpnalg_pptp_call_stands(translator, call))
		vpnalg_pptp_call_revive(translator, call);
}

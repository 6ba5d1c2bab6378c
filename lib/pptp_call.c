/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP calls: opened by their owner's Call ID in a control message, attached to
 * the peer's Call ID, carried by GRE, ended by a linger (RFC 2637 2.7-2.15,
 * 3.2, 4). */
#include "pptp.h"

#include <string.h>

#include "wire_ip.h"

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that a busy
 * call does not write to its record, or look at its control connection, for
 * every packet. The sweep looks at that too. */
#define SLACK_PART 16

#define LAST_MOMENT_MS 1000

static struct pptp_call *body(struct vpnalg *translator,
			      struct vpnalg_record *call)
{
	return vpnalg_session_body(translator, call);
}

static uint16_t own_id(struct vpnalg *translator, struct vpnalg_record *call,
		       unsigned role)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, call, role, &tuple);
	return (uint16_t)tuple.id;
}

/* The control connection that the call came from, if that one is still what
 * its ports lead to. It may be dead. */
static struct vpnalg_record *parent_of(struct vpnalg *translator,
				       struct vpnalg_record *call)
{
	const struct pptp_call *c = body(translator, call);
	const struct pptp_control *control;
	struct vpnalg_record *parent;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, call, VPNALG_INSIDE_OWN, &tuple);
	tuple.space = PROTOCOL_TCP;
	tuple.id = c->inside_port;
	tuple.port = c->remote_port;
	parent = vpnalg_session_peek(translator, &tuple);
	if (parent == NULL)
		return NULL;
	control = vpnalg_session_body(translator, parent);
	return control->generation == c->generation ? parent : NULL;
}

static bool parent_stands(struct vpnalg *translator,
			  struct vpnalg_record *call)
{
	struct vpnalg_record *parent = parent_of(translator, call);

	return parent != NULL && !(parent->flags & VPNALG_SESSION_ENDED) &&
	       vpnalg_session_alive(translator, parent);
}

static void leave_parent(struct vpnalg *translator, struct vpnalg_record *call)
{
	struct vpnalg_record *parent = parent_of(translator, call);

	if (parent == NULL || parent->children == 0)
		return;
	parent->children--;
	/* What its calls have kept alive does not die in the midst of the
	 * packet that has found the last of them dead. */
	if (!vpnalg_session_alive(translator, parent) &&
	    !(parent->flags & VPNALG_SESSION_ENDED))
		vpnalg_session_live(translator, parent, LAST_MOMENT_MS);
	vpnalg_session_changed(translator, parent);
}

static void join_parent(struct vpnalg_step *step, struct vpnalg_record *call)
{
	struct pptp_control *control =
		vpnalg_session_body(step->translator, step->record);
	struct pptp_call *c = body(step->translator, call);
	struct vpnalg_tuple tuple;
	uint16_t inside, outside;

	vpnalg_session_tuple(step->translator, step->record,
			     VPNALG_INSIDE_OWN, &tuple);
	c->inside_port = (uint16_t)tuple.id;
	c->remote_port = (uint16_t)tuple.port;
	c->generation = control->generation;
	step->record->children++;
	inside = own_id(step->translator, call, VPNALG_INSIDE_OWN);
	outside = own_id(step->translator, call, VPNALG_OUTSIDE_OWN);
	if (inside >> 8 != outside >> 8)
		control->flags |= PPTP_MIXED;
	vpnalg_session_changed(step->translator, step->record);
	vpnalg_session_changed(step->translator, call);
}

static bool is_parent(struct vpnalg_step *step, struct vpnalg_record *call)
{
	return parent_of(step->translator, call) == step->record;
}

/* The end */

static uint32_t lifetime(struct vpnalg *translator,
			 const struct pptp_call *call)
{
	const struct vpnalg_timers *timers = vpnalg_session_timers(translator);

	if (call->flags & PPTP_CALL_CLEARING)
		return timers->linger;
	return call->flags & PPTP_CALL_ANSWERED ? timers->call_idle
						: timers->call_unanswered;
}

static void linger(struct vpnalg *translator, struct vpnalg_record *call)
{
	struct pptp_call *c = body(translator, call);

	if (c->flags & PPTP_CALL_LINGERING)
		return;
	c->flags |= PPTP_CALL_LINGERING;
	call->flags |= VPNALG_SESSION_ENDED;
	vpnalg_session_live(translator, call,
			    vpnalg_session_timers(translator)->linger);
}

static void revive(struct vpnalg *translator, struct vpnalg_record *call)
{
	struct pptp_call *c = body(translator, call);

	c->flags &= (uint16_t)~(PPTP_CALL_LINGERING | PPTP_CALL_ORPHANED);
	call->flags &= (uint8_t)~VPNALG_SESSION_ENDED;
	vpnalg_session_live(translator, call, lifetime(translator, c));
}

/* The key that a newer call took away, once that one is gone. */
static void give_back(struct vpnalg *translator, struct vpnalg_record *call,
		      unsigned role)
{
	struct vpnalg_tuple tuple;

	if (call->keys & 1U << role)
		return;
	vpnalg_session_tuple(translator, call, role, &tuple);
	if (vpnalg_session_find(translator, &tuple) == NULL)
		vpnalg_session_give(translator, call, &tuple);
}

static void give_back_peer(struct vpnalg *translator,
			   struct vpnalg_record *call)
{
	if (!(body(translator, call)->flags & PPTP_CALL_ATTACHED))
		return;
	give_back(translator, call, VPNALG_INSIDE_PEER);
	give_back(translator, call, VPNALG_OUTSIDE_PEER);
}

/* The end of the control connection may be taken back, and the call's with
 * it. */
static void follow_parent(struct vpnalg *translator,
			  struct vpnalg_record *call)
{
	struct pptp_call *c = body(translator, call);
	bool stands = parent_stands(translator, call);

	if (c->flags & PPTP_CALL_ORPHANED) {
		if (stands)
			revive(translator, call);
	} else if (!stands && !(c->flags & PPTP_CALL_LINGERING)) {
		c->flags |= PPTP_CALL_ORPHANED;
		linger(translator, call);
	}
}

void vpnalg_pptp_call_swept(struct vpnalg *translator,
			    struct vpnalg_record *call)
{
	follow_parent(translator, call);
	give_back_peer(translator, call);
}

void vpnalg_pptp_call_closed(struct vpnalg *translator,
			     struct vpnalg_record *call)
{
	leave_parent(translator, call);
}

/* IDs in control messages */

/* A tuple for the host and remote of the control connection. */
static void tuple_for(struct vpnalg_step *step, unsigned role, uint16_t id,
		      struct vpnalg_tuple *tuple)
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

static struct vpnalg_record *find(struct vpnalg_step *step, unsigned role,
				  uint16_t id)
{
	struct vpnalg_tuple tuple;

	tuple_for(step, role, id, &tuple);
	return vpnalg_session_find(step->translator, &tuple);
}

/* A call of this control connection, by its inside Call ID. */
static struct vpnalg_record *find_child(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find(step, VPNALG_INSIDE_OWN, own);

	return call != NULL && is_parent(step, call) ? call : NULL;
}

/* Whether the call is of the same host as the control connection, or has the
 * same outside address. */
static bool shares(struct vpnalg_step *step, struct vpnalg_record *call,
		   unsigned role)
{
	size_t addr_len = step->facts->addr_len;
	struct vpnalg_tuple a, b;

	vpnalg_session_tuple(step->translator, call, role, &a);
	vpnalg_session_tuple(step->translator, step->record, role, &b);
	return a.zone == b.zone && memcmp(a.local, b.local, addr_len) == 0;
}

static bool differs_in_front(const struct pptp_id *id)
{
	return id->split && id->value >> 8 != id->other >> 8;
}

static struct vpnalg_range same_first_byte(unsigned first)
{
	return (struct vpnalg_range){ .first = first << 8,
				      .step = 1,
				      .count = 256 };
}

static const struct vpnalg_range all_ids = { .first = 0,
					     .step = 1,
					     .count = 65536 };

static void describe_call(struct vpnalg_step *step, uint16_t id,
			  struct vpnalg_opening *opening)
{
	struct vpnalg_tuple tuple;

	memset(opening, 0, sizeof(*opening));
	opening->kind = PPTP_KIND_CALL;
	opening->space = GRE_PROTOCOL;
	opening->id = id;
	opening->greatest = UINT16_MAX;
	opening->ranges[0] = same_first_byte(id >> 8);
	opening->lifetime =
		vpnalg_session_timers(step->translator)->call_unanswered;
	tuple_for(step, VPNALG_OUTSIDE_OWN, id, &tuple);
	opening->outside = tuple.local;
	tuple_for(step, VPNALG_INSIDE_OWN, id, &tuple);
	opening->zone = tuple.zone;
	opening->inside = tuple.local;
	opening->remote = tuple.remote;
}

/* Whether the first byte of an ID may pass before the second is known: for a
 * new call, if it can have an outside ID of the same first byte, whatever the
 * second is. */
bool vpnalg_pptp_call_may_split(struct vpnalg_step *step, uint8_t first,
				bool opens)
{
	const struct pptp_control *control =
		vpnalg_session_body(step->translator, step->record);
	struct vpnalg_opening opening;
	uint32_t id;

	if (control->flags & PPTP_MIXED)
		return false;
	if (!opens)
		return true;
	describe_call(step, (uint16_t)(first << 8), &opening);
	return vpnalg_session_may_open(step, &opening, &id) &&
	       id >> 8 == first;
}

/* An ID of no call passes as it is, for without it the stream would stall;
 * only it must not name the call of another host. */
static enum vpnalg_result pass_stranger(struct vpnalg_step *step,
					struct pptp_id *id)
{
	struct vpnalg_range ranges[2] = { same_first_byte(id->value >> 8),
					  all_ids };
	struct vpnalg_tuple tuple;

	id->other = id->value;
	tuple_for(step, VPNALG_OUTSIDE_OWN, id->value, &tuple);
	if (!step->facts->inside ||
	    vpnalg_session_find(step->translator, &tuple) == NULL)
		return VPNALG_TRANSLATED;
	if (!vpnalg_session_free_id(step->translator, &tuple, ranges,
				    id->split ? 1 : 2))
		return VPNALG_DROP_NO_ID;
	id->other = (uint16_t)tuple.id;
	return VPNALG_TRANSLATED;
}

/* How often a failing store drops an ID before the stream goes on without its
 * call: TCP sends again, and the store may have recovered by then. */
#define FAILURES_MAX 3

static bool may_retry(struct vpnalg_step *step)
{
	struct pptp_control *control =
		vpnalg_session_body(step->translator, step->record);

	if (control->failures++ < FAILURES_MAX)
		return true;
	control->failures = 0;
	return false;
}

static void no_failure(struct vpnalg_step *step)
{
	struct pptp_control *control =
		vpnalg_session_body(step->translator, step->record);

	control->failures = 0;
}

/* A call that cannot be had must not stop the stream, for other calls depend on
 * it: its ID passes as that of no call, and its GRE goes nowhere. */
static enum vpnalg_result open_call(struct vpnalg_step *step,
				    struct pptp_id *id)
{
	struct vpnalg_opening opening;
	struct vpnalg_record *call;
	enum vpnalg_result result;

	if (step->record->children == UINT16_MAX)
		return pass_stranger(step, id);
	describe_call(step, id->value, &opening);
	opening.keep = true;
	if (!id->split)
		opening.ranges[1] = all_ids;
	result = vpnalg_session_open(step, &opening, &call);
	if (result == VPNALG_DROP_STORE && may_retry(step))
		return result;
	if (result != VPNALG_TRANSLATED)
		return pass_stranger(step, id);
	no_failure(step);
	join_parent(step, call);
	id->other = own_id(step->translator, call, VPNALG_OUTSIDE_OWN);
	if (!differs_in_front(id))
		return VPNALG_TRANSLATED;
	vpnalg_session_close(step->translator, call);
	return pass_stranger(step, id);
}

static void detach(struct vpnalg *translator, struct vpnalg_record *call)
{
	vpnalg_session_take(translator, call, VPNALG_INSIDE_PEER);
	vpnalg_session_take(translator, call, VPNALG_OUTSIDE_PEER);
	call->flags &= (uint8_t)~VPNALG_SESSION_SHARED;
	body(translator, call)->flags &= (uint16_t)~PPTP_CALL_ATTACHED;
}

/* Its owner asks for a call whose ID is known already: the same one again, on
 * this connection from now on, with the outside ID that it had. */
static bool reopen_call(struct vpnalg_step *step, struct vpnalg_record *call)
{
	struct pptp_call *c = body(step->translator, call);
	bool moves = !is_parent(step, call);

	if (moves && step->record->children == UINT16_MAX)
		return false;
	if (!moves && !(c->flags & PPTP_CALL_LINGERING))
		return true;
	detach(step->translator, call);
	c->flags &= (uint16_t)~(PPTP_CALL_ANSWERED | PPTP_CALL_CLEARING);
	revive(step->translator, call);
	if (moves) {
		leave_parent(step->translator, call);
		join_parent(step, call);
	}
	return true;
}

/* A field of a message that travels out, which holds an ID that the inside host
 * owns. */
enum vpnalg_result vpnalg_pptp_call_own(struct vpnalg_step *step,
					struct pptp_id *id)
{
	bool inside = step->facts->inside;
	struct vpnalg_record *call;

	call = find(step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		    id->value);
	if (call != NULL && shares(step, call, VPNALG_INSIDE_OWN)) {
		id->other = own_id(step->translator, call,
				   inside ? VPNALG_OUTSIDE_OWN
					  : VPNALG_INSIDE_OWN);
		if (!differs_in_front(id) &&
		    shares(step, call, VPNALG_OUTSIDE_OWN) &&
		    (!id->opens || reopen_call(step, call)))
			return VPNALG_TRANSLATED;
		/* Its outside ID or address will not do here, or there are
		 * too many calls. */
		if (id->opens && inside)
			vpnalg_session_close(step->translator, call);
	}
	if (id->opens && inside)
		return open_call(step, id);
	return pass_stranger(step, id);
}

/* A field of a message that travels in, which holds an ID that the inside host
 * owns, if all is well. */
bool vpnalg_pptp_call_peer(struct vpnalg_step *step, struct pptp_id *id)
{
	bool inside = step->facts->inside;
	struct vpnalg_record *call;

	call = find(step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		    id->value);
	id->other = id->value;
	if (call == NULL || !is_parent(step, call))
		return false;
	id->other = own_id(step->translator, call,
			   inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN);
	if (!differs_in_front(id))
		return true;
	id->other = id->value;
	return false;
}

/* What the messages say of calls. IDs are inside ones; one of no call on this
 * connection changes nothing. */

enum vpnalg_result vpnalg_pptp_call_attach(struct vpnalg_step *step,
					   uint16_t own, uint16_t peer)
{
	struct vpnalg_record *call = find_child(step, own);
	struct vpnalg_tuple inside, outside;
	struct pptp_call *c;

	if (call == NULL)
		return VPNALG_TRANSLATED;
	c = body(step->translator, call);
	if (c->flags & PPTP_CALL_ATTACHED &&
	    own_id(step->translator, call, VPNALG_INSIDE_PEER) == peer)
		return VPNALG_TRANSLATED;
	detach(step->translator, call);
	tuple_for(step, VPNALG_INSIDE_PEER, peer, &inside);
	tuple_for(step, VPNALG_OUTSIDE_PEER, peer, &outside);
	if (!vpnalg_session_give(step->translator, call, &inside) ||
	    !vpnalg_session_give(step->translator, call, &outside)) {
		detach(step->translator, call);
		return may_retry(step) ? VPNALG_DROP_STORE : VPNALG_TRANSLATED;
	}
	no_failure(step);
	c->flags |= PPTP_CALL_ATTACHED;
	vpnalg_session_changed(step->translator, call);
	return VPNALG_TRANSLATED;
}

static void answered(struct vpnalg *translator, struct vpnalg_record *call)
{
	struct pptp_call *c = body(translator, call);

	if (c->flags & PPTP_CALL_ANSWERED)
		return;
	c->flags |= PPTP_CALL_ANSWERED;
	vpnalg_session_changed(translator, call);
	if (!(c->flags & PPTP_CALL_LINGERING))
		vpnalg_session_live(translator, call, lifetime(translator, c));
}

void vpnalg_pptp_call_answered(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);

	if (call != NULL)
		answered(step->translator, call);
}

/* The inside host asks for the end. Should the remote never notify it of the
 * disconnection, the call ends once it is silent. */
void vpnalg_pptp_call_clearing(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);
	struct pptp_call *c;

	if (call == NULL)
		return;
	c = body(step->translator, call);
	if (c->flags & PPTP_CALL_LINGERING)
		return;
	c->flags |= PPTP_CALL_CLEARING;
	vpnalg_session_live(step->translator, call,
			    lifetime(step->translator, c));
}

void vpnalg_pptp_call_ended(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);

	if (call != NULL)
		linger(step->translator, call);
}

void vpnalg_pptp_call_ended_by_peer(struct vpnalg_step *step, uint16_t peer)
{
	struct vpnalg_record *call = find(step, VPNALG_INSIDE_PEER, peer);

	if (call != NULL && is_parent(step, call))
		linger(step->translator, call);
}

/* GRE */

static void seen_inward(struct vpnalg *translator, struct vpnalg_record *call)
{
	answered(translator, call);
	give_back_peer(translator, call);
}

static bool is_past_grace(struct vpnalg *translator,
			  const struct vpnalg_record *call)
{
	uint32_t linger_ms = vpnalg_session_timers(translator)->linger;

	return call->deadline - vpnalg_session_now(translator) <
	       linger_ms - pptp_grace(linger_ms);
}

static void seen_outward(struct vpnalg *translator, struct vpnalg_record *call)
{
	const struct pptp_call *c = body(translator, call);
	vpnalg_time left = call->deadline - vpnalg_session_now(translator);
	vpnalg_time life = lifetime(translator, c);

	give_back_peer(translator, call);
	if (!(c->flags & PPTP_CALL_LINGERING) && left > life)
		return;
	follow_parent(translator, call);
	if (!(c->flags & PPTP_CALL_LINGERING))
		vpnalg_session_live(translator, call, life + life / SLACK_PART);
	else if (is_past_grace(translator, call) &&
		 parent_stands(translator, call))
		revive(translator, call);
}

static void rewrite_ends(struct vpnalg_step *step)
{
	unsigned role = step->facts->inside ? VPNALG_OUTSIDE_OWN
					    : VPNALG_INSIDE_OWN;
	struct vpnalg_tuple other;

	vpnalg_session_tuple(step->translator, step->record, role, &other);
	vpnalg_rewrite_local(step, other.local);
	if (step->facts->inward)
		vpnalg_rewrite_16(step, GRE_CALL_ID_OFF, (uint16_t)other.id);
}

enum vpnalg_result vpnalg_pptp_call(struct vpnalg_step *step)
{
	if (step->record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (step->slot == VPNALG_OUTSIDE_PEER &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	if (step->facts->inward)
		seen_inward(step->translator, step->record);
	else
		seen_outward(step->translator, step->record);
	rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

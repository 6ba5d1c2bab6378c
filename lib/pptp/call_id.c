/* SPDX-License-Identifier: BSD-2-Clause */
/* Call IDs in control messages: whose they are, what stands for them outside,
 * and what the messages say of their calls (RFC 2637 2.7-2.15). */
#include "call_id.h"

#include <string.h>

#include "call.h"

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

	return call != NULL && vpnalg_pptp_call_is_of(step, call) ? call : NULL;
}

/* Whether the call is of the same host as the control connection, or has the
 * same outside address. */
static bool shares(struct vpnalg_step *step, struct vpnalg_record *call,
		   unsigned role)
{
	size_t addr_len = step->parsed->addr_len;
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
	memset(opening, 0, sizeof(*opening));
	opening->kind = PPTP_KIND_CALL;
	opening->space = GRE_PROTOCOL;
	opening->id = id;
	opening->greatest = UINT16_MAX;
	opening->ranges[0] = same_first_byte(id >> 8);
	opening->lifetime =
		vpnalg_session_timers(step->translator)->call_unanswered;
	vpnalg_session_hosts(step->translator, step->record, opening);
}

/* Whether the first byte of an ID may pass before the second is known: for a
 * new call, if it can have an outside ID of the same first byte, whatever the
 * second is. */
bool vpnalg_pptp_id_may_split(struct vpnalg_step *step, uint8_t first,
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
	return vpnalg_session_may_open(step, &opening, &id) && id >> 8 == first;
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
	if (!step->parsed->inside ||
	    vpnalg_session_find(step->translator, &tuple) == NULL)
		return VPNALG_TRANSLATED;
	if (!vpnalg_session_free_id(step->translator, &tuple, ranges,
				    id->split ? 1 : 2))
		return VPNALG_DROP_NO_ID;
	id->other = (uint16_t)tuple.id;
	return VPNALG_TRANSLATED;
}

/* How often an ID is dropped, for which the store fails or none was found in a
 * bounded search, before the stream goes on without its call: TCP sends again, and
 * the store may have recovered by then, or the search goes on. */
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

	id->asked = true;
	if (step->record->children == UINT16_MAX)
		return pass_stranger(step, id);
	describe_call(step, id->value, &opening);
	opening.keep = true;
	if (!id->split)
		opening.ranges[1] = all_ids;
	result = vpnalg_session_open(step, &opening, &call);
	if ((result == VPNALG_DROP_STORE || result == VPNALG_DROP_NO_ID) &&
	    may_retry(step))
		return result;
	if (result != VPNALG_TRANSLATED)
		return pass_stranger(step, id);
	no_failure(step);
	vpnalg_pptp_call_join(step, call);
	id->other = pptp_call_id(step->translator, call, VPNALG_OUTSIDE_OWN);
	if (!differs_in_front(id))
		return VPNALG_TRANSLATED;
	vpnalg_session_close(step->translator, call);
	return pass_stranger(step, id);
}

static void detach(struct vpnalg *translator, struct vpnalg_record *call)
{
	vpnalg_session_unlink(translator, call, VPNALG_INSIDE_PEER);
	vpnalg_session_unlink(translator, call, VPNALG_OUTSIDE_PEER);
	call->flags &= (uint8_t)~VPNALG_SESSION_SHARED;
	pptp_call_body(translator, call)->flags &=
		(uint16_t)~PPTP_CALL_ATTACHED;
}

/* Its owner asks for a call whose ID is known already: the same one again, on
 * this connection from now on, with the outside ID that it had. */
static bool reopen_call(struct vpnalg_step *step, struct vpnalg_record *call)
{
	struct pptp_call *c = pptp_call_body(step->translator, call);
	bool moves = !vpnalg_pptp_call_is_of(step, call);

	if (moves && step->record->children == UINT16_MAX)
		return false;
	if (!moves && !(c->flags & PPTP_CALL_LINGERING))
		return true;
	detach(step->translator, call);
	c->flags &= (uint16_t) ~(PPTP_CALL_ANSWERED | PPTP_CALL_CLEARING);
	vpnalg_pptp_call_revive(step->translator, call);
	if (moves) {
		vpnalg_pptp_call_leave(step->translator, call);
		vpnalg_pptp_call_join(step, call);
	}
	return true;
}

/* The host asks for a call whose ID another connection of it has, and that one
 * goes on as far as anybody knows: the host was killed without a word. What the
 * remote still sends to the old call would only confuse the new one; so it
 * gets another outside ID, and the old one leads nowhere until it is freed. */
static bool replaces(struct vpnalg_step *step, struct vpnalg_record *call)
{
	const struct pptp_call *c = pptp_call_body(step->translator, call);

	return !vpnalg_pptp_call_is_of(step, call) &&
	       !(c->flags & PPTP_CALL_LINGERING) &&
	       vpnalg_pptp_call_stands(step->translator, call);
}

static void replace(struct vpnalg_step *step, struct vpnalg_record *call)
{
	detach(step->translator, call);
	vpnalg_session_unlink(step->translator, call, VPNALG_INSIDE_OWN);
	pptp_call_body(step->translator, call)->flags |= PPTP_CALL_REPLACED;
	vpnalg_pptp_call_linger(step->translator, call);
}

/* What stands for the ID of a call that is known. False if the call will not do
 * any more: its outside ID or address is not what it must be here, or it
 * cannot be opened again. */
static bool use_call(struct vpnalg_step *step, struct vpnalg_record *call,
		     struct pptp_id *id)
{
	bool inside = step->parsed->inside;

	if (id->opens && inside && replaces(step, call)) {
		replace(step, call);
		return false;
	}
	id->other =
		pptp_call_id(step->translator, call,
			     inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN);
	if (!differs_in_front(id) && shares(step, call, VPNALG_OUTSIDE_OWN) &&
	    (!id->opens || reopen_call(step, call)))
		return true;
	if (id->opens && inside)
		vpnalg_session_close(step->translator, call);
	return false;
}

/* A field of a message that travels out, which holds an ID that the inside host
 * owns. */
enum vpnalg_result vpnalg_pptp_id_own(struct vpnalg_step *step,
				      struct pptp_id *id)
{
	bool inside = step->parsed->inside;
	struct vpnalg_record *call;

	call = find(step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		    id->value);
	if (call != NULL && shares(step, call, VPNALG_INSIDE_OWN) &&
	    use_call(step, call, id))
		return VPNALG_TRANSLATED;
	if (id->opens && inside)
		return open_call(step, id);
	return pass_stranger(step, id);
}

/* A field of a message that travels in, which holds an ID that the inside host
 * owns, if all is well; else it has no other form. */
bool vpnalg_pptp_id_peer(struct vpnalg_step *step, struct pptp_id *id)
{
	bool inside = step->parsed->inside;
	struct vpnalg_record *call;

	call = find(step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		    id->value);
	if (call == NULL || !vpnalg_pptp_call_is_of(step, call))
		return false;
	id->other =
		pptp_call_id(step->translator, call,
			     inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN);
	if (!differs_in_front(id))
		return true;
	id->other = id->value;
	return false;
}

/* What the messages say of calls. IDs are inside ones; one of no call on this
 * connection changes nothing. */

/* Whether the remote's ID is that of another host's call that goes on. What the
 * remote itself says may give two calls one ID; what an inside host says may
 * not, for it would send into the other's call. */
static bool is_anothers(struct vpnalg_step *step, struct vpnalg_record *call,
			const struct vpnalg_tuple *outside)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple ours, its;

	if (step->parsed->inward)
		return false;
	holder = vpnalg_session_find(step->translator, outside);
	if (holder == NULL || holder->flags & VPNALG_SESSION_ENDED)
		return false;
	vpnalg_session_tuple(step->translator, call, VPNALG_INSIDE_OWN, &ours);
	vpnalg_session_tuple(step->translator, holder, VPNALG_INSIDE_OWN, &its);
	return ours.zone != its.zone ||
	       memcmp(ours.local, its.local, step->parsed->addr_len) != 0;
}

enum vpnalg_result vpnalg_pptp_id_attach(struct vpnalg_step *step, uint16_t own,
					 uint16_t peer)
{
	struct vpnalg_record *call = find_child(step, own);
	struct vpnalg_tuple inside, outside;
	struct pptp_call *c;

	if (call == NULL)
		return VPNALG_TRANSLATED;
	c = pptp_call_body(step->translator, call);
	if (c->flags & PPTP_CALL_ATTACHED &&
	    pptp_call_id(step->translator, call, VPNALG_INSIDE_PEER) == peer)
		return VPNALG_TRANSLATED;
	tuple_for(step, VPNALG_INSIDE_PEER, peer, &inside);
	tuple_for(step, VPNALG_OUTSIDE_PEER, peer, &outside);
	if (is_anothers(step, call, &outside))
		return VPNALG_TRANSLATED;
	detach(step->translator, call);
	if (!vpnalg_session_link(step->translator, call, &inside) ||
	    !vpnalg_session_link(step->translator, call, &outside)) {
		detach(step->translator, call);
		return may_retry(step) ? VPNALG_DROP_STORE : VPNALG_TRANSLATED;
	}
	no_failure(step);
	c->flags |= PPTP_CALL_ATTACHED;
	vpnalg_session_changed(step->translator, call);
	return VPNALG_TRANSLATED;
}

void vpnalg_pptp_id_answered(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);

	if (call != NULL)
		vpnalg_pptp_call_answer(step->translator, call);
}

/* The inside host asks for the end. Should the remote never notify it of the
 * disconnection, the call ends once it is silent. */
void vpnalg_pptp_id_clearing(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);
	struct pptp_call *c;

	if (call == NULL)
		return;
	c = pptp_call_body(step->translator, call);
	if (c->flags & PPTP_CALL_LINGERING)
		return;
	c->flags |= PPTP_CALL_CLEARING;
	vpnalg_session_set_lifetime(
		step->translator, call,
		vpnalg_pptp_call_lifetime(step->translator, c));
}

void vpnalg_pptp_id_ended(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);

	if (call != NULL)
		vpnalg_pptp_call_linger(step->translator, call);
}

void vpnalg_pptp_id_ended_by_peer(struct vpnalg_step *step, uint16_t peer)
{
	struct vpnalg_record *call = find(step, VPNALG_INSIDE_PEER, peer);

	if (call != NULL && vpnalg_pptp_call_is_of(step, call))
		vpnalg_pptp_call_linger(step->translator, call);
}

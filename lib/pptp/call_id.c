/* SPDX-License-Identifier: BSD-2-Clause */
/* Call IDs in control messages: the calls that they belong to, and their other
 * form (RFC 2637 2.7-2.15). */
#include "call_id.h"

#include <string.h>

#include "call.h"

/* Returns whether the call is of the same host as the control connection, or
 * has the same outside address. */
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

/* A new call must find an outside ID with the same first byte, whatever the
 * second byte is. */
bool vpnalg_pptp_id_may_split(struct vpnalg_step *step, uint8_t first,
			      bool opens)
{
	const struct pptp_control *control = pptp_control(step);
	struct vpnalg_opening opening;
	uint32_t id;

	if (control->flags & PPTP_MIXED)
		return false;
	if (!opens)
		return true;
	describe_call(step, (uint16_t)(first << 8), &opening);
	return vpnalg_session_may_open(step, &opening, &id) && id >> 8 == first;
}

/* Passes an ID of no call as it is, so that the stream does not stall. If it is
 * another host's outside ID a free one replaces it. */
static enum vpnalg_result pass_unknown(struct vpnalg_step *step,
				       struct pptp_id *id)
{
	struct vpnalg_range ranges[2] = { same_first_byte(id->value >> 8),
					  all_ids };
	struct vpnalg_tuple tuple;

	id->other = id->value;
	vpnalg_pptp_call_tuple(step, VPNALG_OUTSIDE_OWN, id->value, &tuple);
	if (!step->parsed->inside ||
	    vpnalg_session_find(step->translator, &tuple) == NULL)
		return VPNALG_TRANSLATED;
	if (!vpnalg_session_free_id(step->translator, &tuple, ranges,
				    id->split ? 1 : 2))
		return VPNALG_DROP_NO_ID;
	id->other = (uint16_t)tuple.id;
	return VPNALG_TRANSLATED;
}

/* Opens a call. One that cannot be opened must not stop the stream, for other
 * calls depend on it: its ID passes as that of no call, and its GRE is
 * dropped. */
static enum vpnalg_result open_call(struct vpnalg_step *step,
				    struct pptp_id *id)
{
	struct vpnalg_opening opening;
	struct vpnalg_record *call;
	enum vpnalg_result result;

	id->requested = true;
	if (step->record->children == UINT16_MAX)
		return pass_unknown(step, id);
	describe_call(step, id->value, &opening);
	opening.keep = true;
	if (!id->split)
		opening.ranges[1] = all_ids;
	result = vpnalg_session_open(step, &opening, &call);
	if ((result == VPNALG_DROP_STORE || result == VPNALG_DROP_NO_ID ||
	     result == VPNALG_DROP_LIMIT) &&
	    pptp_may_retry(step))
		return result;
	if (result != VPNALG_TRANSLATED)
		return pass_unknown(step, id);
	pptp_control(step)->failures = 0;
	vpnalg_pptp_call_join(step, call);
	id->other = pptp_call_id(step->translator, call, VPNALG_OUTSIDE_OWN);
	if (!differs_in_front(id)) {
		id->opened = call;
		return VPNALG_TRANSLATED;
	}
	vpnalg_session_close(step->translator, call);
	return pass_unknown(step, id);
}

/* Opens a call again when its owner requests it once more. The call belongs to
 * this connection from now on, and keeps its outside ID. */
static bool reopen_call(struct vpnalg_step *step, struct vpnalg_record *call)
{
	struct pptp_call *c = pptp_call_body(step->translator, call);
	bool moves = !vpnalg_pptp_call_is_of(step, call);

	if (moves && step->record->children == UINT16_MAX)
		return false;
	if (!moves && !(c->flags & PPTP_CALL_LINGERING))
		return true;
	vpnalg_pptp_call_detach(step->translator, call);
	c->flags &= (uint16_t) ~(PPTP_CALL_ANSWERED | PPTP_CALL_CLEARING);
	vpnalg_pptp_call_revive(step->translator, call);
	if (moves) {
		vpnalg_pptp_call_leave(step->translator, call);
		vpnalg_pptp_call_join(step, call);
	}
	return true;
}

/* Returns whether the host requests a call with an ID that another connection
 * of the host has, and that connection seems to go on: the host was killed
 * without closing it. The remote still sends to the old call, and would confuse
 * the new one; so the new call gets another outside ID, and the old one's
 * packets are dropped until it is freed. */
static bool replaces(struct vpnalg_step *step, struct vpnalg_record *call)
{
	const struct pptp_call *c = pptp_call_body(step->translator, call);

	return !vpnalg_pptp_call_is_of(step, call) &&
	       !(c->flags & PPTP_CALL_LINGERING) &&
	       vpnalg_pptp_call_stands(step->translator, call);
}

static void replace(struct vpnalg_step *step, struct vpnalg_record *call)
{
	vpnalg_pptp_call_detach(step->translator, call);
	vpnalg_session_unlink(step->translator, call, VPNALG_INSIDE_OWN);
	pptp_call_body(step->translator, call)->flags |= PPTP_CALL_REPLACED;
	vpnalg_pptp_call_linger(step->translator, call);
}

/* Sets the other form of a known call's ID. Returns false if the call cannot be
 * used: it has another outside ID or address than it must have here, or it
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

enum vpnalg_result vpnalg_pptp_id_own(struct vpnalg_step *step,
				      struct pptp_id *id)
{
	bool inside = step->parsed->inside;
	struct vpnalg_record *call;

	call = vpnalg_pptp_call_find(
		step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		id->value);
	if (call != NULL && shares(step, call, VPNALG_INSIDE_OWN) &&
	    use_call(step, call, id))
		return VPNALG_TRANSLATED;
	if (id->opens && inside)
		return open_call(step, id);
	return pass_unknown(step, id);
}

bool vpnalg_pptp_id_peer(struct vpnalg_step *step, struct pptp_id *id)
{
	bool inside = step->parsed->inside;
	struct vpnalg_record *call;

	call = vpnalg_pptp_call_find(
		step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		id->value);
	if (call == NULL || !vpnalg_pptp_call_is_of(step, call))
		return false;
	id->other =
		pptp_call_id(step->translator, call,
			     inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN);
	if (differs_in_front(id)) {
		id->other = id->value;
		return false;
	}
	/* That of a replaced call is another one's. */
	id->call = call->keys & 1U << VPNALG_INSIDE_OWN ? call : NULL;
	return true;
}

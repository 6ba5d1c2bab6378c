/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the policy about a session that is to be opened: its rules, what has
 * switched itself off, its limits, and the room that is kept back for others.
 *
 * Where room is short, sessions of vpnalg_general() that are half-open, have
 * ended, or have waited for an answer for two seconds are closed for new ones.
 * No other session ever is. */
#include "admit.h"

#include <string.h>

#include "event.h"
#include "policy.h"
#include "record.h"
#include "routers.h"
#include "session.h"
#include "tally.h"

/* Bounds on the records that are looked at, and on the sessions that are
 * closed, to make room for one: they bound what a packet costs. */
#define ROOM_LOOKS 24
#define ROOM_CLOSES 3

/* The free units with which any session can open, if they lie beside each
 * other: for its own record and for those that it shares with others. */
#define ROOM_AMPLE (2 * VPNALG_UNITS_MAX)

/* After sessions were closed and a record still had no room, no session is
 * closed for a record of that size within this time. */
#define UNFIT_MS 1000

/* A session that is to be opened. */
struct candidate {
	struct subject subject;
	bool child;    /* it belongs to another session */
	bool priority; /* a rule keeps room for it */
	bool takes_id; /* it takes an outside ID of its own */
	bool any_remote;
	struct tally *host, *remote;
};

/* Limits */

/* Returns the number of sessions that a limit counts. */
static uint32_t counted(const struct vpnalg *translator,
			const struct vpnalg_limit *limit,
			const struct candidate *candidate)
{
	const uint32_t *counts = translator->policy.counts;
	const struct tally *tally;
	unsigned place = limit->handler != NULL
				 ? tally_of(candidate->subject.handler)
				 : TALLY_ALL;

	if (limit->ids)
		place += TALLY_IDS;
	if (limit->per != VPNALG_PER_TRANSLATOR) {
		tally = limit->per == VPNALG_PER_HOST ? candidate->host
						      : candidate->remote;
		counts = tally != NULL ? tally->counts : NULL;
	}
	return counts != NULL ? counts[place] : 0;
}

/* Whether the candidate is one of those that a limit of IDs counts: a session
 * for all remotes counts for none of them. */
static bool counts_as_id(const struct vpnalg_limit *limit,
			 const struct candidate *candidate)
{
	return candidate->takes_id &&
	       !(limit->per == VPNALG_PER_REMOTE && candidate->any_remote);
}

static bool exceeds(const struct vpnalg *translator,
		    const struct vpnalg_limit *limit,
		    const struct candidate *candidate)
{
	if (candidate->child && limit->per != VPNALG_PER_HOST)
		return false;
	if (limit->ids && !counts_as_id(limit, candidate))
		return false;
	if (limit->handler != NULL &&
	    limit->handler() !=
		    translator->handlers[candidate->subject.handler])
		return false;
	return counted(translator, limit, candidate) >= limit->most;
}

static bool is_too_fast(const struct vpnalg *translator,
			const struct candidate *candidate)
{
	return translator->policy.set.host_rate != 0 &&
	       vpnalg_tally_allowance(translator, candidate->host) <
		       TALLY_SESSION;
}

static bool is_limited(struct vpnalg *translator, struct candidate *candidate)
{
	const struct policy *policy = &translator->policy;
	const struct subject *subject = &candidate->subject;
	uint16_t *limit = &translator->events.limit;

	if (policy->set.limit_count == 0 && policy->set.host_rate == 0)
		return false;
	candidate->host =
		policy->count_hosts
			? vpnalg_tally_of_host(translator, subject->zone,
					       subject->inside)
			: NULL;
	candidate->remote =
		policy->count_remotes && subject->remote != NULL
			? vpnalg_tally_of_remote(translator, subject->remote)
			: NULL;
	for (*limit = 0; *limit < policy->set.limit_count; ++*limit)
		if (exceeds(translator, &policy->set.limits[*limit], candidate))
			return true;
	*limit = VPNALG_LIMIT_RATE;
	return is_too_fast(translator, candidate);
}

/* Room */

/* Returns whether a living session may be closed now. A dead one is left to the
 * sweep: it may have died just now, with its last child, and the handler that
 * opens a session may still use it. */
static bool is_evictable(struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler =
		translator->handlers[record->handler];

	return handler->is_evictable != NULL &&
	       record != translator->step.record &&
	       !vpnalg_record_is_routers(record) &&
	       record_is_alive(translator, record) &&
	       handler->is_evictable(translator, record);
}

void vpnalg_admit_unfit(struct vpnalg *translator, size_t bytes)
{
	struct policy *policy = &translator->policy;

	if (policy->units + ROOM_AMPLE > policy->set.store_units)
		return;
	policy->unfit = (uint16_t)bytes;
	policy->unfit_at = translator->now;
}

static bool is_unfit(const struct vpnalg *translator, size_t bytes)
{
	const struct policy *policy = &translator->policy;

	return policy->unfit != 0 && bytes >= policy->unfit &&
	       translator->now - policy->unfit_at < UNFIT_MS;
}

bool vpnalg_admit_make_room(struct vpnalg *translator, size_t bytes)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record;
	unsigned looks, closes = 0;

	if (is_unfit(translator, bytes))
		return false;
	for (looks = 0; looks < ROOM_LOOKS && closes < ROOM_CLOSES; looks++) {
		record = NULL;
		if (!store->next(store->context, &translator->policy.cursor,
				 &record)) {
			translator->policy.cursor = 0;
			continue;
		}
		if (record_is_session(translator, record) &&
		    is_evictable(translator, record)) {
			vpnalg_session_close_as(translator, record,
						VPNALG_CLOSE_GAVE_WAY);
			closes++;
		}
	}
	return closes > 0;
}

static bool is_short(const struct vpnalg *translator,
		     const struct candidate *candidate)
{
	const struct policy *policy = &translator->policy;
	uint32_t kept = VPNALG_UNITS_MAX;

	if (candidate->child || policy->set.store_units == 0)
		return false;
	if (translator->handlers[candidate->subject.handler]->takes_rest)
		kept += policy->set.vpn_units;
	if (!candidate->priority)
		kept += policy->set.priority_units;
	return kept > policy->set.store_units ||
	       policy->units > policy->set.store_units - kept;
}

/* All together */

/* No rule concerns a session that belongs to another one. */
static bool is_denied(struct vpnalg *translator, struct candidate *candidate)
{
	uint8_t action;

	if (candidate->child)
		return false;
	vpnalg_policy_look_for_quiet(translator);
	if (translator->policy.is_off[candidate->subject.handler])
		return true;
	action = vpnalg_policy_action(translator, &candidate->subject);
	candidate->priority = action == VPNALG_RULE_PRIORITY;
	return action == VPNALG_RULE_DENY;
}

/* The policy is not asked about a child that a packet from outside opens, for
 * it belongs to an existing session; it is asked about a connection to a
 * service. */
static bool is_asked(const struct vpnalg_step *step,
		     const struct vpnalg_opening *opening)
{
	const struct vpnalg *translator = step->translator;

	return !vpnalg_policy_is_exempt(translator, step->handler,
					opening->kind) &&
	       !vpnalg_routers_opens(translator, step->handler, opening) &&
	       !(step->parsed->inward &&
		 session_kind(translator, step->handler, opening->kind)->child);
}

enum vpnalg_result vpnalg_admit(const struct vpnalg_step *step,
				const struct vpnalg_opening *opening)
{
	struct vpnalg *translator = step->translator;
	struct candidate candidate = { 0 };

	translator->policy.is_short = false;
	if (!translator->policy.refuses || !is_asked(step, opening))
		return VPNALG_TRANSLATED;
	vpnalg_policy_subject(step, opening, &candidate.subject);
	candidate.child = candidate.subject.kind->child;
	candidate.takes_id =
		!opening->peer && !candidate.subject.kind->inherits_outside;
	candidate.any_remote = opening->any_remote;
	if (is_denied(translator, &candidate))
		return VPNALG_DROP_DENIED;
	if (is_limited(translator, &candidate))
		return VPNALG_DROP_LIMIT;
	translator->events.limit = VPNALG_LIMIT_ROOM;
	translator->policy.is_short = is_short(translator, &candidate);
	return translator->policy.is_short ? VPNALG_DROP_LIMIT
					   : VPNALG_TRANSLATED;
}

/* Reading */

bool vpnalg_policy_use(struct vpnalg *translator, enum vpnalg_per per,
		       uint16_t zone, const struct vpnalg_addr *address,
		       struct vpnalg_use *given)
{
	const uint32_t *counts = translator->policy.counts;
	static const uint32_t none[TALLIES_OF(HANDLERS_MAX)];
	const struct tally *tally = NULL;
	struct vpnalg_use use = { .size = given->size };
	size_t size = given->size;
	unsigned h;

	if (event_is_running(translator))
		return false;
	if (per == VPNALG_PER_HOST && translator->policy.count_hosts)
		tally = vpnalg_tally_of_host(translator, zone, address->octets);
	else if (per == VPNALG_PER_REMOTE && translator->policy.count_remotes)
		tally = vpnalg_tally_of_remote(translator, address->octets);
	else if (per == VPNALG_PER_TRANSLATOR)
		use.units = translator->policy.units;
	else
		return false;
	if (per != VPNALG_PER_TRANSLATOR)
		counts = tally != NULL ? tally->counts : none;
	use.sessions = counts[TALLY_ALL];
	use.ids = counts[TALLY_ALL + TALLY_IDS];
	for (h = 0; h < translator->handler_count; h++) {
		use.by_protocol[h] = counts[tally_of(h)];
		use.ids_by_protocol[h] = counts[tally_of(h) + TALLY_IDS];
	}
	memset(given, 0, size);
	memcpy(given, &use, size < sizeof(use) ? size : sizeof(use));
	return true;
}

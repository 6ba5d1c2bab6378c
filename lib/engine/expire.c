/* SPDX-License-Identifier: BSD-2-Clause */
/* The sweep over the store: a bounded step at each call. A record that is only
 * visited costs one unit of the budget; each operation of the store that
 * closing it takes, children included, costs one more. */
#include "address.h"
#include "clock.h"
#include "datagram.h"
#include "event.h"
#include "has.h"
#include "policy.h"
#include "record.h"
#include "session.h"
#include "session_event.h"
#include "uplink.h"
#include "withheld.h"

/* A session that its children keep alive is looked at again after this long. */
#define KEPT_MS 60000

/* The cost of closing a session. Where less is left of the budget, none is
 * closed but the first of a call. */
#define CLOSE_ROOM 16

static vpnalg_time wanted(const struct vpnalg *translator,
			  const struct vpnalg_record *record)
{
	vpnalg_time now = translator->now;

	if (record->deadline > now)
		return record->deadline;
	return now > VPNALG_NEVER - KEPT_MS ? VPNALG_NEVER : now + KEPT_MS;
}

static void note_deadline(struct vpnalg *translator, vpnalg_time when)
{
	if (when < translator->sweep_earliest)
		translator->sweep_earliest = when;
}

static void visit(struct vpnalg *translator, struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler;

	if (!record_is_alive(translator, record)) {
		vpnalg_session_close(translator, record);
		return;
	}
	if (VPNALG_WITH_POLICY && vpnalg_policy_cuts(translator, record)) {
		vpnalg_session_close_as(translator, record,
					VPNALG_CLOSE_POLICY);
		return;
	}
	if (translator->address_count > translator->in_use_count)
		vpnalg_address_note(translator,
				    record_key(translator, record, 1) +
					    KEY_LOCAL_OFF);
	handler = translator->handlers[record->handler];
	translator->visited = record;
	if (handler->swept != NULL)
		handler->swept(translator, record);
	if (translator->visited == NULL)
		return; /* the handler has closed it, which it may not */
	note_deadline(translator, wanted(translator, record));
}

/* Returns the earliest deadline, which may have passed since it was seen. */
static vpnalg_time end_round(struct vpnalg *translator)
{
	vpnalg_time earliest = translator->sweep_earliest;

	translator->sweep_cursor = 0;
	translator->sweep_earliest = VPNALG_NEVER;
	translator->stale = false;
	translator->policy.cutting = false;
	if (VPNALG_WITH_POLICY)
		vpnalg_policy_look_for_quiet(translator);
	if (translator->address_count > translator->in_use_count ||
	    has_uplinks(translator))
		vpnalg_address_end_round(translator);
	return earliest > translator->now ? earliest : translator->now;
}

static vpnalg_time sweep(struct vpnalg *translator, unsigned budget)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record;
	uint64_t before;
	unsigned used;

	for (used = 0; used < budget; used += 1 + translator->work) {
		record = NULL;
		translator->work = 0;
		before = translator->sweep_cursor;
		if (!store->next(store->context, &translator->sweep_cursor,
				 &record)) {
			return clock_of_caller(translator,
					       end_round(translator));
		}
		if (!record_is_session(translator, record)) {
			if (has_withheld(translator))
				note_deadline(translator,
					      vpnalg_withheld_sweep(translator,
								    record));
			continue;
		}
		if (used > 0 && budget - used < CLOSE_ROOM &&
		    !vpnalg_session_is_alive(translator, record)) {
			translator->sweep_cursor = before;
			break; /* the next call begins with it */
		}
		visit(translator, record);
	}
	return clock_of_caller(translator, translator->now);
}

vpnalg_time vpnalg_expire(struct vpnalg *translator, vpnalg_time now,
			  unsigned budget)
{
	vpnalg_time next;

	if (event_is_running(translator))
		return clock_of_caller(translator, translator->now);
	clock_set(translator, now);
	uplink_begin_call(translator);
	if (has_fragments(translator))
		note_deadline(translator, vpnalg_datagram_expire(translator));
	next = sweep(translator, budget);
	vpnalg_session_event_end_call(translator);
	return next;
}

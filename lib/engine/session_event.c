/* SPDX-License-Identifier: BSD-2-Clause */
/* The event of a new session occurs when its handler has filled it in: at the
 * end of the packet that has opened it. A session that does not live that long
 * only has the event that its binding was not used. */
#include "session_event.h"

#include "binding.h"
#include "clock.h"
#include "describe.h"
#include "has.h"
#include "lineage.h"
#include "record.h"

/* RFC 8158 4.3. */
enum {
	NAT_SESSION_CREATE = 4,
	NAT_SESSION_DELETE = 5,
	NAT_BINDING_CREATE = 8,
	NAT_BINDING_DELETE = 9
};

/* One event */

/* Returns the natEvent of a session's beginning or end. */
static uint8_t nat_event_of(const struct vpnalg_session_info *info,
			    uint8_t type)
{
	bool is_binding =
		info->flags & (VPNALG_INFO_MAPPING | VPNALG_INFO_SERVICE);

	if (info->flags & (VPNALG_INFO_OF_REMOTE | VPNALG_INFO_ROUTERS))
		return 0;
	if (type == VPNALG_EVENT_OPENED)
		return is_binding ? NAT_BINDING_CREATE : NAT_SESSION_CREATE;
	if (type == VPNALG_EVENT_CLOSED)
		return is_binding ? NAT_BINDING_DELETE : NAT_SESSION_DELETE;
	return 0;
}

/* Begins an event about a session. */
static struct vpnalg_event *begin(struct vpnalg *translator,
				  struct vpnalg_record *record, uint8_t type)
{
	struct vpnalg_session_info *info = &translator->events.info;
	struct vpnalg_event *event = vpnalg_event_begin(translator, type);

	vpnalg_event_set_kind(translator, record->handler, record->kind);
	vpnalg_binding_describe(translator, record, &event->session);
	vpnalg_describe(translator, record, &event->session, info);
	event->info = info;
	event->nat_event = nat_event_of(info, type);
	return event;
}

/* Pending events */

static void notify(struct vpnalg *translator, const struct awaiting *awaiting)
{
	begin(translator, awaiting->record,
	      awaiting->before != 0 ? VPNALG_EVENT_CHANGED
				    : VPNALG_EVENT_OPENED)
		->before = awaiting->before;
	vpnalg_describe_parent(translator, awaiting->record,
			       &translator->events.info);
	vpnalg_event_notify(translator);
}

static struct awaiting *find(struct events *events,
			     const struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < events->count; i++)
		if (events->awaiting[i].record == record)
			return &events->awaiting[i];
	return NULL;
}

static void drop(struct events *events, struct awaiting *awaiting)
{
	struct awaiting *end = &events->awaiting[--events->count];

	for (; awaiting < end; awaiting++)
		awaiting[0] = awaiting[1];
}

static void add(struct vpnalg *translator, struct vpnalg_record *record,
		uint64_t before)
{
	struct events *events = &translator->events;

	translator->after |= AFTER_EVENTS;
	if (find(events, record) != NULL)
		return;
	if (events->count == AWAITING_MAX) {
		notify(translator, &events->awaiting[0]);
		drop(events, &events->awaiting[0]);
	}
	events->awaiting[events->count++] =
		(struct awaiting){ .record = record, .before = before };
}

void vpnalg_session_event_flush(struct vpnalg *translator)
{
	struct events *events = &translator->events;
	unsigned i;

	translator->after &= (uint8_t)~AFTER_EVENTS;
	for (i = 0; i < events->count; i++)
		notify(translator, &events->awaiting[i]);
	events->count = 0;
	events->broken = NULL;
	events->reason = 0;
}

void vpnalg_session_event_end_call(struct vpnalg *translator)
{
	if (!has_event(translator))
		return;
	vpnalg_session_event_flush(translator);
	vpnalg_event_notify_suppressed(translator);
}

void vpnalg_session_event_adopted(struct vpnalg *translator)
{
	struct awaiting session = { 0 };
	uint64_t cursor = 0;

	while (record_next(translator, &cursor, &session.record))
		if (record_is_session(translator, session.record))
			notify(translator, &session);
}

/* Sessions that open, change and close */

void vpnalg_session_event_opened(struct vpnalg *translator,
				 struct vpnalg_record *record)
{
	if (has_event(translator))
		add(translator, record, 0);
}

void vpnalg_session_event_linked(struct vpnalg *translator,
				 struct vpnalg_record *record, uint64_t before)
{
	if (vpnalg_lineage_number(translator, record) != before)
		add(translator, record, before);
}

void vpnalg_session_reparented(struct vpnalg *translator,
			       struct vpnalg_record *record)
{
	if (has_event(translator))
		add(translator, record,
		    vpnalg_lineage_number(translator, record));
}

void vpnalg_session_event_broken(struct vpnalg *translator,
				 const struct vpnalg_record *record)
{
	if (!has_event(translator))
		return;
	translator->events.broken = record;
	translator->after |= AFTER_EVENTS;
}

/* The end */

/* Returns the time at which a session was over, on the caller's clock; 0 if it
 * was before that clock began. */
static vpnalg_time over(const struct vpnalg *translator,
			const struct vpnalg_record *record)
{
	vpnalg_time now = clock_of_caller(translator, translator->now);
	vpnalg_time since = translator->now - record->deadline;

	return since < now ? now - since : 0;
}

static uint8_t why(const struct vpnalg *translator,
		   const struct vpnalg_record *record, bool has_parent)
{
	const struct events *events = &translator->events;

	if (events->why != VPNALG_CLOSE_NONE)
		return events->why;
	if (!record_is_alive(translator, record)) {
		if (translator->stale &&
		    vpnalg_record_is_stale(translator, record))
			return VPNALG_CLOSE_ADDRESS;
		return record->flags & VPNALG_SESSION_ENDED
			       ? VPNALG_CLOSE_ENDED
			       : VPNALG_CLOSE_EXPIRED;
	}
	if (events->broken == record)
		return VPNALG_CLOSE_STORE;
	return record_kind(translator, record)->child && !has_parent
		       ? VPNALG_CLOSE_PARENT
		       : VPNALG_CLOSE_PROTOCOL;
}

/* Its binding is given back with the session. */
static void notify_unused(struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	const struct events *events = &translator->events;
	struct vpnalg_event *event =
		begin(translator, record, VPNALG_EVENT_UNUSED);

	event->info = NULL;
	event->reason =
		events->broken == record ? VPNALG_DROP_STORE : events->reason;
	vpnalg_event_notify_limited(translator);
}

void vpnalg_session_event_closing(struct vpnalg *translator,
				  struct vpnalg_record *record)
{
	struct events *events = &translator->events;
	struct awaiting *awaiting = find(events, record);
	struct vpnalg_event *event;
	uint64_t before = 0;
	bool has_parent;

	if (events->loading)
		return; /* there was no event of it yet */
	if (awaiting != NULL) {
		before = awaiting->before;
		drop(events, awaiting);
		if (before == 0) {
			notify_unused(translator, record);
			return;
		}
	}
	event = begin(translator, record, VPNALG_EVENT_CLOSED);
	event->before = before;
	has_parent =
		vpnalg_describe_last_parent(translator, record, &events->info);
	event->why = why(translator, record, has_parent);
	if (!record_is_alive(translator, record) &&
	    record->deadline < translator->now)
		event->over = over(translator, record);
	vpnalg_event_notify(translator);
}

/* Events that handlers make */

void vpnalg_session_renewed(struct vpnalg *translator,
			    struct vpnalg_record *record)
{
	if (!has_event(translator) || find(&translator->events, record) != NULL)
		return;
	translator->events.why = record->flags & VPNALG_SESSION_ENDED
					 ? VPNALG_CLOSE_ENDED
					 : VPNALG_CLOSE_PROTOCOL;
	vpnalg_session_event_closing(translator, record);
	translator->events.why = VPNALG_CLOSE_NONE;
	add(translator, record, 0);
}

void vpnalg_session_notify(struct vpnalg *translator,
			   struct vpnalg_record *record, uint8_t type,
			   uint8_t evidence)
{
	struct awaiting *awaiting, last;

	if (!has_event(translator))
		return;
	awaiting = find(&translator->events, record);
	if (awaiting != NULL) {
		last = *awaiting;
		drop(&translator->events, awaiting);
		notify(translator, &last);
	}
	begin(translator, record, type)->evidence = evidence;
	vpnalg_describe_parent(translator, record, &translator->events.info);
	if (type == VPNALG_EVENT_HELD)
		vpnalg_event_notify_limited(translator);
	else
		vpnalg_event_notify(translator);
}

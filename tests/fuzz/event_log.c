/* SPDX-License-Identifier: BSD-2-Clause */
/* Each session is opened once and closed once by an event, and those between
 * are the sessions that are counted and listed. */
#include "event_log.h"

#include <string.h>

#include "report.h"
#include "world.h"

static struct logged_session *find(struct event_log *t, uint64_t number)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->sessions[i].number == number)
			return &t->sessions[i];
	return NULL;
}

static void open_session(struct event_log *t, const struct vpnalg_event *event)
{
	if (find(t, event->info->number) != NULL)
		broken("events", "%s: opened twice", event->kind_name);
	if (t->count == LOGGED_MAX)
		broken("events", "more sessions are open than there is room");
	t->sessions[t->count++] = (struct logged_session){
		event->info->number, event->info->parent, event->protocol,
		event->kind
	};
	t->live[event->protocol][event->kind]++;
}

/* Returns the session that an event is about, as it was before. */
static struct logged_session *known(struct event_log *t,
				  const struct vpnalg_event *event)
{
	uint64_t number = event->before != 0 ? event->before
					     : event->info->number;
	struct logged_session *session = find(t, number);

	if (session == NULL)
		broken("events", "%s: event %u about none that is open",
		       event->kind_name, event->type);
	if (session->protocol != event->protocol ||
	    session->kind != event->kind)
		broken("events", "%s: was of another kind", event->kind_name);
	return session;
}

static void set_parents(struct event_log *t, uint64_t was, uint64_t becomes)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->sessions[i].parent == was)
			t->sessions[i].parent = becomes;
}

static void change(struct event_log *t, const struct vpnalg_event *event)
{
	struct logged_session *session = known(t, event);
	uint64_t before = session->number;

	session->parent = event->info->parent;
	if (before == event->info->number)
		return;
	if (find(t, event->info->number) != NULL)
		broken("events", "%s: has another one's number",
		       event->kind_name);
	session->number = event->info->number;
	set_parents(t, before, event->info->number);
}

static void close_session(struct event_log *t, const struct vpnalg_event *event)
{
	struct logged_session *session = known(t, event);
	uint64_t number = session->number;

	if (event->why == VPNALG_CLOSE_NONE)
		broken("events", "%s: closed for nothing", event->kind_name);
	if (event->before == 0 && session->parent != 0 &&
	    session->parent != event->info->parent)
		broken("events", "%s: closed with another parent",
		       event->kind_name);
	t->live[event->protocol][event->kind]--;
	*session = t->sessions[--t->count];
	set_parents(t, number, 0);
}

void event_log_begin(struct event_log *t)
{
	t->count = 0;
	memset(t->live, 0, sizeof(t->live));
}

void event_log_add(struct event_log *t, const struct vpnalg_event *event)
{
	if (event->type == VPNALG_EVENT_OPENED)
		open_session(t, event);
	else if (event->type == VPNALG_EVENT_CHANGED)
		change(t, event);
	else if (event->type == VPNALG_EVENT_CLOSED)
		close_session(t, event);
}

void event_log_check_listed(struct event_log *t,
			    const struct vpnalg_session_info *info)
{
	const struct logged_session *session = find(t, info->number);

	if (session == NULL)
		broken("events", "%s: listed, and no event opened it",
		       info->kind_name);
	if (session->protocol != info->protocol ||
	    session->kind != info->kind)
		broken("events", "%s: listed as another kind",
		       info->kind_name);
}

void event_log_check_counters(const struct world *w)
{
	const struct settings *s = w->settings;
	struct vpnalg_kind_counters c;
	size_t i = 0, protocol;
	unsigned kind;

	for (protocol = 0; protocol < s->protocol_count; protocol++)
		for (kind = 0;
		     kind < s->protocols[protocol].handler()->kind_count;
		     kind++) {
			vpnalg_kind_counters(w->alg, i++, &c, sizeof(c));
			if (c.opened - c.closed != w->log.live[protocol][kind])
				broken("events",
				       "%s: %llu live, and %u by the events",
				       c.name,
				       (unsigned long long)(c.opened -
							    c.closed),
				       w->log.live[protocol][kind]);
		}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The log of a world: the table of its sessions as its events alone tell it. It
 * must be the one that the library lists, whenever a call ends. Each world has
 * one; it is compared with a listing while its records are few. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include <vpnalg/sessions.h>

/* More are not compared: it takes long. */
#define FEW 64
#define MANY 1000

struct logged {
	uint64_t number, parent;
	uint8_t protocol, kind;
	struct vpnalg_binding binding;
	bool listed;
	/* Its parent was closed, or could not be opened: a later one may show
	 * as its parent. */
	bool orphaned;
};

struct log {
	bool off; /* there were too many */
	bool unused; /* one could not be opened, of which some may be children */
	unsigned events, checked; /* and as many when it was compared */
	unsigned count, room;
	struct logged *sessions;
};

void log_open(struct world *w)
{
	w->log = calloc(1, sizeof(*w->log));
}

void log_close(struct world *w)
{
	free(w->log->sessions);
	free(w->log);
	w->log = NULL;
}

static struct logged *find(struct log *log, uint64_t number)
{
	unsigned i;

	for (i = 0; i < log->count; i++)
		if (log->sessions[i].number == number)
			return &log->sessions[i];
	return NULL;
}

static void orphan(struct log *log, uint64_t parent)
{
	unsigned i;

	for (i = 0; i < log->count; i++)
		if (log->sessions[i].parent == parent) {
			log->sessions[i].parent = 0;
			log->sessions[i].orphaned = true;
		}
}

static void renumber_children(struct log *log, uint64_t from, uint64_t to)
{
	unsigned i;

	for (i = 0; i < log->count; i++)
		if (log->sessions[i].parent == from)
			log->sessions[i].parent = to;
}

static void set(struct logged *session, const struct vpnalg_event *event)
{
	*session = (struct logged){
		.number = event->info->number,
		.parent = event->info->parent,
		.protocol = event->protocol,
		.kind = event->kind,
		.binding = event->session,
	};
}

static void add(struct log *log, const struct vpnalg_event *event)
{
	if (log->count == log->room) {
		log->room = log->room * 2 + 16;
		log->sessions = realloc(log->sessions,
					log->room * sizeof(*log->sessions));
	}
	ck_assert_msg(find(log, event->info->number) == NULL,
		      "%s: opened twice", event->kind_name);
	set(&log->sessions[log->count], event);
	log->sessions[log->count].orphaned =
		log->unused && event->info->parent == 0;
	log->count++;
}

static void change(struct log *log, const struct vpnalg_event *event)
{
	struct logged *session = find(log, event->before);

	ck_assert_msg(session != NULL, "%s: changed, and was not there",
		      event->kind_name);
	set(session, event);
	if (event->before != event->info->number)
		renumber_children(log, event->before, event->info->number);
}

static void close(struct log *log, const struct vpnalg_event *event)
{
	uint64_t number = event->before != 0 ? event->before
					     : event->info->number;
	struct logged *session = find(log, number);

	ck_assert_msg(session != NULL, "%s: closed, and was not there",
		      event->kind_name);
	ck_assert_uint_ne(event->why, VPNALG_CLOSE_NONE);
	/* Its parent may have changed just before; and a parent that was dead
	 * when the session was opened was not reported then. */
	ck_assert_msg(event->before != 0 || session->orphaned ||
			      session->parent == 0 ||
			      event->info->parent == session->parent,
		      "%s: closed with another parent", event->kind_name);
	*session = log->sessions[--log->count];
	orphan(log, number);
}

void log_hear(struct world *w, const struct vpnalg_event *event)
{
	ck_assert_uint_eq(event->size, sizeof(*event));
	ck_assert_uint_le(event->over, event->time);
	w->log->events++;
	if (w->log->count > MANY)
		w->log->off = true;
	if (w->log->off)
		return;
	if (event->type == VPNALG_EVENT_OPENED)
		add(w->log, event);
	else if (event->type == VPNALG_EVENT_CHANGED)
		change(w->log, event);
	else if (event->type == VPNALG_EVENT_CLOSED)
		close(w->log, event);
	else if (event->type == VPNALG_EVENT_UNUSED)
		w->log->unused = true;
}

unsigned log_count(const struct world *w)
{
	return w->log->off ? 0 : w->log->count;
}

static void compare(struct world *w, const struct vpnalg_session_info *info)
{
	struct logged *session = find(w->log, info->number);
	const struct vpnalg_binding *binding;

	ck_assert_msg(session != NULL, "%s: listed, and was not told",
		      info->kind_name);
	binding = &session->binding;
	session->listed = true;
	ck_assert_msg(
		session->protocol == info->protocol &&
			session->kind == info->kind &&
			binding->protocol == info->ip_protocol &&
			binding->zone == info->zone &&
			binding->inside_id == info->inside_id &&
			binding->outside_id == info->outside_id &&
			binding->remote_port == info->remote_port &&
			memcmp(&binding->inside, &info->inside,
			       sizeof(info->inside)) == 0 &&
			memcmp(&binding->outside, &info->outside,
			       sizeof(info->outside)) == 0 &&
			memcmp(&binding->remote, &info->remote,
			       sizeof(info->remote)) == 0,
		"%s: listed in another way than told", info->kind_name);
	/* A parent that is dead, and not closed yet, is not listed. */
	if (info->parent != session->parent && !session->orphaned)
		ck_assert_msg(info->parent == 0 &&
				      find(w->log, session->parent) != NULL,
			      "%s: another parent than told", info->kind_name);
}

static void walk(struct world *w, bool compares)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	struct logged *parent;
	uint64_t cursor = 0;
	int step;

	while ((step = vpnalg_sessions_next(w->alg, w->now, &cursor, &info)) !=
	       VPNALG_SESSIONS_END) {
		if (step != VPNALG_SESSIONS_ONE)
			continue;
		if (compares)
			compare(w, &info);
		else if (info.parent == 0 &&
			 (parent = find(w->log,
					find(w->log, info.number)->parent)) !=
				 NULL)
			ck_assert_msg(!parent->listed,
				      "%s: has no parent, but was told one",
				      info.kind_name);
	}
}

void log_check(struct world *w)
{
	long finds = w->finds;
	unsigned i;

	if (w->log->events == w->log->checked)
		return; /* what was missed is seen with the next one */
	w->log->checked = w->log->events;
	if (w->mirror == NULL || w->log->off || w->options.deaf ||
	    w->log->count > FEW)
		return;
	for (i = 0; i < w->log->count; i++)
		w->log->sessions[i].listed = false;
	walk(w, true);
	walk(w, false);
	w->finds = finds;
}

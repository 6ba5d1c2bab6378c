/* SPDX-License-Identifier: BSD-2-Clause */
#include "served.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/sessions.h>

#include "../common/say.h"

enum { TCP = 6 };

/* So many sessions, or looks at some places without any, are a step. */
#define STEPS 64

/* Services */

static struct vpnalg_binding *find_removed(const struct served *served,
					   const struct vpnalg_binding *binding)
{
	for (size_t i = 0; i < served->removed_count; i++)
		if (served_same_port(&served->removed[i], binding))
			return &served->removed[i];
	return NULL;
}

bool served_removed(struct served *served, const struct vpnalg_binding *service)
{
	struct vpnalg_binding *removed;

	if (!service->outside_id)
		return false;
	removed = realloc(served->removed, (served->removed_count + 1) *
						   sizeof(*removed));
	if (!removed) {
		say("rules: memory: %s", strerror(errno));
		return false;
	}
	removed[served->removed_count++] = *service;
	served->removed = removed;
	return true;
}

bool served_added(struct served *served, const struct vpnalg_binding *service)
{
	struct vpnalg_binding *removed = find_removed(served, service);

	if (!removed)
		return false;
	*removed = served->removed[--served->removed_count];
	return true;
}

/* Looking for their sessions */

void served_look(struct served *served)
{
	served->looking = served->removed_count > 0;
	served->cursor = 0;
}

static void look_at(struct served *served, struct rules *rules,
		    const struct nat *nat,
		    const struct vpnalg_session_info *info)
{
	const struct vpnalg_binding binding = { .outside = info->outside,
						.protocol = info->ip_protocol,
						.outside_id = info->outside_id };

	if (info->remote.family && !(info->flags & VPNALG_INFO_OF_REMOTE) &&
	    nat_inherits(nat, info->protocol, info->kind) &&
	    find_removed(served, &binding))
		served_list_count(&served->sessions, rules, info);
}

static void finish(struct served *served, struct rules *rules)
{
	for (size_t i = 0; i < served->removed_count; i++)
		rules_end(rules, &served->removed[i]);
	served->removed_count = 0;
	served->looking = false;
}

bool served_go_on(struct served *served, struct rules *rules,
		  const struct nat *nat, vpnalg_time now)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	int step = VPNALG_SESSIONS_NONE;

	if (!served->looking)
		return false;
	for (int i = 0; i < STEPS && step != VPNALG_SESSIONS_END; i++) {
		step = vpnalg_sessions_next(nat->translator, now,
					    &served->cursor, &info);
		if (step == VPNALG_SESSIONS_ONE)
			look_at(served, rules, nat, &info);
	}
	if (step == VPNALG_SESSIONS_END)
		finish(served, rules);
	return true;
}

/* Events */

/* Only servers of PPTP have sessions by TCP that are nobody's. */
static bool comes_alone(const struct nat *nat, const struct vpnalg_event *event)
{
	const struct vpnalg_session_info *info = event->info;

	return event->type == VPNALG_EVENT_OPENED &&
	       info->ip_protocol == TCP && info->remote.family &&
	       !info->parent && nat_inherits(nat, info->protocol, info->kind);
}

/* One that has another number now is counted by that, with the port and remote
 * that it has. */
static void change(struct served *served, struct rules *rules,
		   const struct vpnalg_event *event)
{
	if (served_list_end_any(&served->sessions, rules, event->before) &&
	    event->type != VPNALG_EVENT_CLOSED)
		served_list_count(&served->sessions, rules, event->info);
}

void served_tell(struct served *served, struct rules *rules,
		 const struct nat *nat, const struct vpnalg_event *event)
{
	if (!event->info)
		return;
	if (comes_alone(nat, event))
		served_list_count(&served->sessions, rules, event->info);
	else if (event->before)
		change(served, rules, event);
	else if (event->type == VPNALG_EVENT_CLOSED)
		served_list_end(&served->sessions, rules, &event->session,
				event->info->number);
}

void served_close(struct served *served)
{
	served_list_close(&served->sessions);
	free(served->removed);
}

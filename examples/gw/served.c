/* SPDX-License-Identifier: BSD-2-Clause */
#include "served.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/nat_sessions.h"
#include "../common/say.h"

enum { TCP = 6 };

static bool same_address(const struct vpnalg_addr *a,
			 const struct vpnalg_addr *b)
{
	return a->family == b->family && !memcmp(a->octets, b->octets, 4);
}

/* Whether both have the same outside port. */
static bool same_port(const struct vpnalg_binding *a,
		      const struct vpnalg_binding *b)
{
	return a->protocol == b->protocol && a->outside_id == b->outside_id &&
	       same_address(&a->outside, &b->outside);
}

static struct served_remote *find(struct served *served,
				  const struct vpnalg_binding *binding)
{
	for (size_t i = 0; i < served->count; i++) {
		struct served_remote *one = &served->list[i];

		if (same_port(&one->binding, binding) &&
		    same_address(&one->binding.remote, &binding->remote))
			return one;
	}
	return NULL;
}

static bool add(struct served *served, struct rules *rules,
		const struct vpnalg_binding *binding)
{
	struct served_remote *list = realloc(
		served->list, (served->count + 1) * sizeof(*served->list));

	if (!list)
		return false;
	served->list = list;
	list[served->count] = (struct served_remote){ *binding, 1 };
	if (!rules_begin(rules, binding))
		return false;
	served->count++;
	return true;
}

/* The kernel ends the session if it has no rule. */
static void count(struct served *served, struct rules *rules,
		  const struct vpnalg_binding *binding)
{
	struct served_remote *one = find(served, binding);

	if (one)
		one->sessions++;
	else if (!add(served, rules, binding))
		say("rules: memory: %s", strerror(errno));
}

static void forget(struct served *served, struct rules *rules,
		   struct served_remote *one)
{
	rules_end(rules, &one->binding);
	*one = served->list[--served->count];
}

void served_removed(struct served *served, const struct vpnalg_binding *service)
{
	struct vpnalg_binding *removed;

	if (!service->outside_id)
		return;
	removed = realloc(served->removed, (served->removed_count + 1) *
						   sizeof(*removed));
	if (!removed) {
		say("rules: memory: %s", strerror(errno));
		return;
	}
	removed[served->removed_count++] = *service;
	served->removed = removed;
}

static bool was_removed(const struct served *served,
			const struct vpnalg_binding *binding)
{
	for (size_t i = 0; i < served->removed_count; i++)
		if (same_port(&served->removed[i], binding))
			return true;
	return false;
}

/* Those that were noted when the service was gone before are counted anew. */
static void forget_numbers(struct served *served)
{
	for (size_t i = 0; i < served->count; i++)
		if (was_removed(served, &served->list[i].binding))
			served->list[i].sessions = 0;
}

static void forget_unused(struct served *served, struct rules *rules)
{
	for (size_t i = served->count; i-- > 0;)
		if (!served->list[i].sessions)
			forget(served, rules, &served->list[i]);
}

static struct vpnalg_binding binding_of(const struct vpnalg_session_info *info)
{
	return (struct vpnalg_binding){ .outside = info->outside,
					.remote = info->remote,
					.protocol = info->ip_protocol,
					.outside_id = info->outside_id };
}

void served_keep(struct served *served, struct rules *rules,
		 const struct nat *nat, vpnalg_time now)
{
	struct vpnalg_session_info info;
	struct vpnalg_binding binding;
	uint64_t cursor = 0;

	if (!served->removed_count)
		return;
	forget_numbers(served);
	while (nat_sessions_next(nat, now, &cursor, &info)) {
		if (!info.remote.family ||
		    !nat_inherits(nat, info.protocol, info.kind))
			continue;
		binding = binding_of(&info);
		if (was_removed(served, &binding))
			count(served, rules, &binding);
	}
	forget_unused(served, rules);
	served->removed_count = 0;
}

/* Only servers of PPTP have sessions by TCP that are nobody's. */
static bool comes_alone(const struct nat *nat, const struct vpnalg_event *event)
{
	const struct vpnalg_session_info *info = event->info;

	return event->type == VPNALG_EVENT_OPENED && info &&
	       info->ip_protocol == TCP && info->remote.family &&
	       !info->parent && nat_inherits(nat, info->protocol, info->kind);
}

void served_tell(struct served *served, struct rules *rules,
		 const struct nat *nat, const struct vpnalg_event *event)
{
	struct vpnalg_binding binding;
	struct served_remote *one;

	if (comes_alone(nat, event)) {
		binding = binding_of(event->info);
		count(served, rules, &binding);
	} else if (event->type == VPNALG_EVENT_CLOSED && served->count) {
		one = find(served, &event->session);
		if (one && --one->sessions == 0)
			forget(served, rules, one);
	}
}

void served_close(struct served *served)
{
	free(served->removed);
	free(served->list);
}

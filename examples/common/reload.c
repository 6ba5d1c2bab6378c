/* SPDX-License-Identifier: BSD-2-Clause */
#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

/* Services */

static bool is_same(const struct vpnalg_service *a,
		    const struct vpnalg_service *b)
{
	return a->protocol == b->protocol &&
	       a->outside_port == b->outside_port &&
	       a->inside_port == b->inside_port &&
	       !memcmp(&a->inside, &b->inside, sizeof(a->inside));
}

static bool has(const struct nat_options *options,
		const struct vpnalg_service *service)
{
	for (size_t i = 0; i < options->service_count; i++)
		if (is_same(&options->services[i], service))
			return true;
	return false;
}

/* A change of the services that can be taken back. */
struct change {
	struct nat *nat;
	const struct reload *reload;
	vpnalg_time now;
	bool *added; /* by its place among the next ones */
	bool removed;
};

static int serve(const struct change *change,
		 const struct vpnalg_service *given, bool is_there)
{
	const struct reload *reload = change->reload;
	struct vpnalg *translator = change->nat->translator;
	struct vpnalg_service service = *given;
	int result;

	service.outside = reload->outside;
	result = is_there ? vpnalg_service_add(translator, &service,
					       change->now)
			  : vpnalg_service_remove(translator, &service,
						  change->now);
	if (result == VPNALG_SERVICE_DONE && reload->served)
		reload->served(reload->context, &service, is_there);
	return result;
}

static void say_service(const char *what, const struct vpnalg_service *service,
			int result)
{
	say("cannot %s: service of protocol %u at port %u: %s", what,
	    service->protocol, service->outside_port,
	    vpnalg_service_text(result));
}

/* Adds the new ones that are not there yet. One whose port or host is taken may
 * wait, if it shall, until others have gone. */
static bool add(struct change *change, bool may_wait)
{
	const struct nat_options *next = change->reload->next;
	int result;

	for (size_t i = 0; i < next->service_count; i++) {
		if (change->added[i] ||
		    has(change->reload->last, &next->services[i]))
			continue;
		result = serve(change, &next->services[i], true);
		change->added[i] = result == VPNALG_SERVICE_DONE;
		if (change->added[i] ||
		    (may_wait && result == VPNALG_SERVICE_TAKEN))
			continue;
		say_service("change settings", &next->services[i], result);
		return false;
	}
	return true;
}

/* One that had gone already, with its address, is no fault. */
static void remove_old(struct change *change)
{
	const struct nat_options *last = change->reload->last;

	for (size_t i = 0; i < last->service_count; i++)
		if (!has(change->reload->next, &last->services[i]))
			serve(change, &last->services[i], false);
	change->removed = true;
}

static void take_back(const struct change *change)
{
	const struct nat_options *last = change->reload->last;
	const struct nat_options *next = change->reload->next;
	int result;

	for (size_t i = 0; i < next->service_count; i++)
		if (change->added[i])
			serve(change, &next->services[i], false);
	for (size_t i = 0; change->removed && i < last->service_count; i++) {
		if (has(next, &last->services[i]))
			continue;
		result = serve(change, &last->services[i], true);
		if (result != VPNALG_SERVICE_DONE)
			say_service("restore", &last->services[i], result);
	}
}

/* What can be added beside the old ones is, so that a refusal takes none of
 * these away. */
static bool change_services(struct nat *nat, const struct reload *reload,
			    vpnalg_time now)
{
	struct change change = { .nat = nat, .reload = reload, .now = now };
	bool well;

	change.added = calloc(reload->next->service_count + 1, sizeof(bool));
	if (!change.added) {
		say("cannot change settings: memory: %s", strerror(errno));
		return false;
	}
	well = add(&change, true);
	if (well) {
		remove_old(&change);
		well = add(&change, false);
	}
	if (!well)
		take_back(&change);
	free(change.added);
	return well;
}

/* What has changed */

enum { NAMES_MAX = 512 };

static const struct option_given *find(const struct options_given *given,
				       size_t row)
{
	for (size_t i = 0; i < given->count; i++)
		if (given->list[i].row == row)
			return &given->list[i];
	return NULL;
}

/* Calls back for each option that differs, with the name of its row. */
typedef void each(void *context, const struct option_given *option);

static void for_changed(const struct options_given *before,
			const struct options_given *after, each *call,
			void *context)
{
	const struct option_given *option;

	for (size_t row = 0; row < OPTIONS_ROWS_MAX; row++) {
		option = find(after, row);
		if (!option)
			option = find(before, row);
		if (option && options_differ(before, after, row))
			call(context, option);
	}
}

struct changed {
	uint32_t marks; /* of all that have changed */
	char names[NAMES_MAX];
};

static void note_live(void *context, const struct option_given *option)
{
	struct changed *changed = context;
	size_t length = strlen(changed->names);

	if (!(option->marks & OPTION_LIVE))
		return;
	changed->marks |= option->marks;
	snprintf(changed->names + length, NAMES_MAX - length, " %s",
		 option->name);
}

static void say_restart(void *context, const struct option_given *option)
{
	const struct reload *const *reload = context;

	if (!(option->marks & OPTION_LIVE))
		say("settings: %s: %s needs a restart",
		    (*reload)->first->given.config, option->name);
}

static bool check_policy(const struct nat *nat, const struct reload *reload)
{
	size_t at;
	const char *why = nat_policy_fault(nat, &reload->next->policy, &at);

	if (why)
		say("cannot change settings: %s: %s, number %zu",
		    reload->first->given.config, why, at + 1);
	return !why;
}

/* Returns false if it cannot be, which was said, and nothing has changed. */
static bool change(const struct reload *reload, vpnalg_time now)
{
	struct nat *nat = reload->live.nat;
	struct take_over take_over;
	bool well;

	if (!check_policy(nat, reload) ||
	    !take_over_try(&take_over, &reload->live, reload->last,
			   reload->next))
		return false;
	well = change_services(nat, reload, now);
	if (reload->served)
		reload->served(reload->context, NULL, false);
	if (well)
		take_over_finish(&take_over, now);
	else
		take_over_undo(&take_over);
	return well;
}

bool reload_apply(const struct reload *reload, vpnalg_time now)
{
	struct changed changed = { 0 };

	for_changed(&reload->last->given, &reload->next->given, note_live,
		    &changed);
	if (!change(reload, now))
		return false;
	/* A protocol that has switched itself off stays so otherwise. */
	if (changed.marks & OPTION_POLICY)
		nat_set_policy(reload->live.nat, &reload->next->policy, now);
	for_changed(&reload->first->given, &reload->next->given, say_restart,
		    &reload);
	if (changed.marks)
		say("settings: %s: changed:%s", reload->first->given.config,
		    changed.names);
	else
		say("settings: %s: nothing has changed",
		    reload->first->given.config);
	return true;
}

void reload_failed(const struct nat_options *first)
{
	say("settings: %s: all stays as it was", first->given.config);
}

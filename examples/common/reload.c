/* SPDX-License-Identifier: BSD-2-Clause */
#include "reload.h"

#include <stdio.h>
#include <string.h>

#include "reload_services.h"
#include "say.h"

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
	well = reload_services(reload, now);
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
	nat_set_timers(reload->live.nat, &reload->next->timers);
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

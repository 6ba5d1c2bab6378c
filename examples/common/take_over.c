/* SPDX-License-Identifier: BSD-2-Clause */
#include "take_over.h"

#include <errno.h>
#include <string.h>

#include "say.h"

static bool differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static bool open_events(struct take_over *take_over)
{
	const char *name = take_over->next->events;

	if (!name || nat_events_open(&take_over->events, name))
		return true;
	say("cannot change settings: %s: %s", name, strerror(errno));
	return false;
}

/* The file may be there already, and not be this program's to replace. */
static bool can_write_metrics(const struct take_over *take_over)
{
	const char *name = take_over->next->metrics;
	struct replace replace;

	if (!name || (replace_begin(&replace, name, REPLACE_FOR_OTHERS) &&
		      replace_can(&replace)))
		return true;
	say("cannot change settings: %s: %s", name, strerror(errno));
	return false;
}

bool take_over_try(struct take_over *take_over,
		   const struct take_over_live *live,
		   const struct nat_options *last,
		   const struct nat_options *next)
{
	*take_over = (struct take_over){
		.live = *live,
		.next = next,
		.new_events = differ(last->events, next->events),
		.new_metrics = differ(last->metrics, next->metrics),
	};
	if (take_over->new_metrics && !can_write_metrics(take_over))
		return false;
	return !take_over->new_events || open_events(take_over);
}

void take_over_finish(struct take_over *take_over, vpnalg_time now)
{
	const struct nat_options *next = take_over->next;
	struct nat *nat = take_over->live.nat;

	if (take_over->new_events) {
		nat_events_close(&nat->events);
		nat->events = take_over->events;
	}
	nat->events.destinations = next->event_remotes;
	nat->ipfix.destinations = next->event_remotes;
	nat_metrics_change(take_over->live.metrics, nat, next,
			   take_over->new_metrics, now);
	nat_state_change(take_over->live.state, next, now);
}

void take_over_undo(struct take_over *take_over)
{
	nat_events_close(&take_over->events);
}

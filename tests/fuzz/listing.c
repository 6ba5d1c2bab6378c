/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions as they are listed, counted and cut. */
#include "listing.h"

#include <vpnalg/sessions.h>

#include "report.h"

static void check_listed(struct world *w,
			 const struct vpnalg_session_info *info)
{
	event_log_check_listed(&w->log, info);
	if (info->number == 0 || info->number == info->parent ||
	    info->protocol >= w->settings->protocol_count ||
	    info->idle > info->age || info->kind_name == NULL)
		broken("sessions", "%s of number %llu", info->kind_name,
		       (unsigned long long)info->number);
}

/* Returns how many sessions a listing has, each of which must make sense. */
static uint64_t list(struct world *w)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	uint64_t cursor = 0, count = 0;
	int step;

	while ((step = vpnalg_sessions_next(w->alg, w->now, &cursor, &info)) !=
	       VPNALG_SESSIONS_END) {
		store_move(&w->store);
		if (step == VPNALG_SESSIONS_NONE)
			continue;
		if (++count > RECORDS_MAX)
			broken("sessions", "more are listed than there are");
		check_listed(w, &info);
	}
	return count;
}

/* Returns how many sessions were opened and not closed. */
static uint64_t living(const struct world *w)
{
	struct vpnalg_kind_counters c;
	uint64_t count = 0;
	size_t i;

	for (i = 0; vpnalg_kind_counters(w->alg, i, &c, sizeof(c)); i++)
		count += c.opened - c.closed;
	return count;
}

/* Cuts until nothing is left to cut. */
static void cut(struct world *w, struct vpnalg_session_cut c)
{
	unsigned steps = 0;

	c.size = sizeof(c);
	while (vpnalg_sessions_cut(w->alg, &c, w->now, 16) ==
	       VPNALG_CUT_MORE) {
		store_check(&w->store);
		store_move(&w->store);
		if (++steps > SWEEP_MAX)
			broken("sessions", "a cut does not end");
	}
}

void listing_look(struct world *w, unsigned which)
{
	struct vpnalg_session_cut c = { 0 };

	if (list(w) > living(w))
		broken("sessions", "more are listed than live");
	if (which % 32 == 1)
		c.protocols = 1U << which / 32 % w->settings->protocol_count;
	else if (which % 32 == 2)
		c.inside = (struct vpnalg_addr){ VPNALG_IPV4,
						 { 192, 168, 77, 11 } };
	else
		return;
	cut(w, c);
	store_check(&w->store);
	event_log_check_counters(w);
}

void listing_cut_all(struct world *w)
{
	uint32_t delay = reuse_delay(w->settings);

	cut(w, (struct vpnalg_session_cut){ .services = true });
	if (list(w) != 0)
		broken("sessions", "some are listed when all is cut");
	if (delay > 0) {
		w->now += delay;
		world_sweep_all(w); /* ends a round that had begun before */
		world_sweep_all(w);
	}
	if (w->store.records != 0)
		broken("sessions", "%ld records are left when all is cut",
		       w->store.records);
}

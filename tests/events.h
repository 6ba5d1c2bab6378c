/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of events: a world that notes them. */
#ifndef TESTS_EVENTS_H
#define TESTS_EVENTS_H

#include <vpnalg/state.h>

#include "cases.h"
#include "general.h"
#include "support_service.h"
#include "support_sessions.h"

#include <string.h>

#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>

#define ROOM 64

static struct world w;
static struct vpnalg_rule rules[2];
static struct vpnalg_limit limits[2];
static struct vpnalg_quiet quiets[1];
static struct vpnalg_policy policy;

/* What was told since the last forget(). */
static struct vpnalg_event heard[ROOM];
static struct vpnalg_session_info infos[ROOM];
static unsigned count;

static inline void keep(struct world *world, const struct vpnalg_event *event)
{
	(void)world;
	ck_assert_uint_lt(count, ROOM);
	heard[count] = *event;
	if (event->info != NULL)
		infos[count] = *event->info;
	count++;
}

static inline void forget(void)
{
	count = 0;
}

/* Returns the only event of that type. */
static inline const struct vpnalg_event *only(unsigned type)
{
	const struct vpnalg_event *found = NULL;
	unsigned i;

	for (i = 0; i < count; i++)
		if (heard[i].type == type) {
			ck_assert_ptr_null(found);
			found = &heard[i];
		}
	ck_assert_msg(found != NULL, "no event %u among %u", type, count);
	return found;
}

static inline void begin(struct world_options options)
{
	forget();
	options.on_event = keep;
	if (options.choosing == CHOOSE_NOTHING)
		options.choosing = CHOOSE_TAKE;
	memset(rules, 0, sizeof(rules));
	memset(limits, 0, sizeof(limits));
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules,
					 .limits = limits,
					 .quiets = quiets };
	options.count_hosts = true;
	all_world(&w, options);
}

static inline void set(void)
{
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &policy, w.now), 0);
}

/* --- Refused. */

static inline void refuse_by_rule(void)
{
	rules[0].action = VPNALG_RULE_DENY;
	policy.rule_count = 1;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Other settings for a program that runs: what --config names is read again on
 * SIGHUP. Options that are marked OPTION_LIVE become what it says, all or
 * none; of each other one that differs from that of the start it is said that
 * it needs a restart. */
#ifndef COMMON_RELOAD_H
#define COMMON_RELOAD_H

#include <stdbool.h>

#include "nat.h"
#include "take_over.h"

/* The rows and the help of what is for reloads alone. */
#define RELOAD_ROWS(nat)                                             \
	{ "--policy-cut", options_flag, &(nat)->policy.cut, 0, 0,    \
	  NAT_POLICY_MARKS },                                        \
	{ "--service-cut", options_flag, &(nat)->service_cut, 0, 0,  \
	  OPTION_LIVE }

#define RELOAD_HELP                                                        \
	"  --policy-cut        sessions that --config does not allow any more end\n" \
	"  --service-cut       a service that --config does not have any more\n" \
	"                      ends the sessions that it has opened\n"

struct reload {
	const struct nat_options *first; /* what the program was started with */
	const struct nat_options *last;  /* what is in force */
	const struct nat_options *next;  /* what is to be */
	struct take_over_live live;      /* what follows that */
	struct vpnalg_addr outside;      /* where the services are */
	service_served *served;          /* or NULL; may be called later, too */
	void *context;                   /* for that */
};

/* Changes the translator's settings, and says what has changed. Returns false
 * if that cannot be, which was said, and nothing has changed. */
bool reload_apply(const struct reload *reload, vpnalg_time now);

/* Says that everything is as it was, after what is wrong was said. */
void reload_failed(const struct nat_options *first);

#endif

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

/* Called for each service that has come or gone, and with NULL after the last
 * one, before anything is said. */
typedef void reload_served(void *context, const struct vpnalg_service *service,
			   bool is_there);

struct reload {
	const struct nat_options *first; /* what the program was started with */
	const struct nat_options *last;  /* what is in force */
	const struct nat_options *next;  /* what is to be */
	struct take_over_live live;      /* what follows that */
	struct vpnalg_addr outside;      /* where the services are */
	reload_served *served;           /* or NULL */
	void *context;                   /* for that */
};

/* Changes the translator's settings, and says what has changed. Returns false
 * if that cannot be, which was said, and nothing has changed. */
bool reload_apply(const struct reload *reload, vpnalg_time now);

/* Says that everything is as it was, after what is wrong was said. */
void reload_failed(const struct nat_options *first);

#endif

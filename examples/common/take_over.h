/* SPDX-License-Identifier: BSD-2-Clause */
/* The logs and figures that --config asks for, when it is read again: --events,
 * --event-remotes, --metrics and the intervals. What can fail is tried first,
 * so that nothing has changed if it does. */
#ifndef COMMON_TAKE_OVER_H
#define COMMON_TAKE_OVER_H

#include <stdbool.h>

#include "nat.h"
#include "nat_metrics_live.h"
#include "nat_state.h"

/* The objects in use. */
struct take_over_live {
	struct nat *nat;
	struct nat_metrics_live *metrics;
	struct nat_state *state;
};

struct take_over {
	struct take_over_live live;
	const struct nat_options *next;
	bool new_events, new_metrics;
	struct nat_events events; /* opened already */
};

/* Opens what differs between two sets of options, and leaves what is in use
 * alone. Returns false if that cannot be, which was said. */
bool take_over_try(struct take_over *take_over,
		   const struct take_over_live *live,
		   const struct nat_options *last,
		   const struct nat_options *next);

/* Puts it in the place of what was in use. */
void take_over_finish(struct take_over *take_over, vpnalg_time now);

/* Gives it up. */
void take_over_undo(struct take_over *take_over);

#endif

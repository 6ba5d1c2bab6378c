/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of vpnalg-queue put together. */
#ifndef QUEUE_RUN_H
#define QUEUE_RUN_H

#include <stdint.h>

#include "../common/nat.h"
#include "../common/nat_metrics_live.h"
#include "../common/nat_sessions.h"
#include "../common/nat_state.h"
#include "../common/queue.h"
#include "../common/send.h"
#include "../common/system.h"
#include "options.h"

struct run {
	const struct options *options;
	struct nat nat;
	struct nat_state state;
	struct nat_metrics_live metrics;
	struct random_pool random;
	struct queue queue;
	struct sender sender; /* of hairpins */
	int signals;
	vpnalg_time start, next_tick;
	struct nat_listing listing; /* of SIGUSR1's report */
	int argc;    /* the command line, */
	char **argv; /* which is read again, too */
	struct options *again; /* what was read again last, or NULL */
};

#endif

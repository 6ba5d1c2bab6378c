/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator of the gateway; the firewall rules follow its sessions. */
#ifndef GW_TRANSLATOR_H
#define GW_TRANSLATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "../common/nat.h"
#include "../common/nat_metrics_live.h"
#include "../common/nat_state.h"
#include "../common/system.h"
#include "address.h"
#include "options.h"
#include "rules.h"
#include "served.h"
#include "standby.h"

struct translator {
	struct nat nat;
	struct random_pool random;
	struct rules *rules;
	struct served served;
	struct nat_state state;
	struct nat_metrics_live metrics;
	struct standby standby;
	bool lost; /* another gateway is active, or soon will be */
};

/* Makes a translator; rules is set already. Returns false when that failed,
 * which was said. */
bool translator_open(struct translator *translator,
		     const struct options *options,
		     const struct addresses *addresses);

/* Loads what --state or --standby has kept, with the rules for it, and adds the services.
 * Returns false when that failed, which was said. */
bool translator_load(struct translator *translator,
		     const struct options *options,
		     const struct addresses *addresses, vpnalg_time now);

/* Translates packets, and changes the rules for sessions that begin. */
void translator_run(struct translator *translator,
		    struct vpnalg_packet *packets, size_t count,
		    vpnalg_time now);

/* Removes some dead sessions, saves them all, and writes figures, if it is time
 * to. */
void translator_sweep(struct translator *translator, vpnalg_time now);

/* Returns when translator_sweep() is wanted. */
vpnalg_time translator_due(const struct translator *translator,
			   vpnalg_time now);

/* Saves all sessions with --state, and writes figures with --metrics. */
void translator_close(struct translator *translator, vpnalg_time now);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Hairpins: from one inside host to another by way of an outside address. */
#ifndef VPNALG_ENGINE_HAIRPIN_H
#define VPNALG_ENGINE_HAIRPIN_H

#include "translator.h"

/* Returns whether a packet whose remote is no far host's goes to an outside
 * address of ours, or comes from there and was given marked. Marks it, and no
 * other. */
bool vpnalg_hairpin_is_one(const struct vpnalg *translator,
			   const struct vpnalg_parsed *parsed,
			   struct vpnalg_packet *packet);

/* Returns whether a packet from inside goes to an outside address where nothing
 * of ours is: it is for the router, and not marked. */
bool vpnalg_hairpin_is_routers(struct vpnalg *translator,
			       const struct vpnalg_parsed *parsed,
			       struct vpnalg_packet *packet);

#endif

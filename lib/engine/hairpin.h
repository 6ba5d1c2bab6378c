/* SPDX-License-Identifier: BSD-2-Clause */
/* Hairpins: packets from one inside host to another through an outside address.
 */
#ifndef VPNALG_ENGINE_HAIRPIN_H
#define VPNALG_ENGINE_HAIRPIN_H

#include "translator.h"

/* For a packet with a remote that is no far host: returns whether it goes to an
 * outside address of ours, or was given marked as coming from one. Marks it,
 * and no other packet. */
bool vpnalg_hairpin_is_one(const struct vpnalg *translator,
			   const struct vpnalg_parsed *parsed,
			   struct vpnalg_packet *packet);

/* Returns whether a packet from inside goes to an outside address at which no
 * inside host is reached. It is for the router then, and loses its mark. */
bool vpnalg_hairpin_is_routers(struct vpnalg *translator,
			       const struct vpnalg_parsed *parsed,
			       struct vpnalg_packet *packet);

#endif

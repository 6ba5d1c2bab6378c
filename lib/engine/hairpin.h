/* SPDX-License-Identifier: BSD-2-Clause */
/* Hairpins: packets from one inside host to another through an outside address.
 */
#ifndef VPNALG_ENGINE_HAIRPIN_H
#define VPNALG_ENGINE_HAIRPIN_H

#include "translator.h"

/* For a packet with a remote that is no far host: returns whether it goes to an
 * outside address of ours, or was given marked as coming from one. Marks it,
 * and no other packet. One without ports is not plain. */
bool vpnalg_hairpin_is_one(const struct vpnalg *translator, struct slot *slot,
			   struct vpnalg_packet *packet);

/* Returns whether a packet from inside goes to an outside address at which no
 * inside host is reached. It is for the router then, and loses its mark. After
 * a fault of the store that is not known. */
bool vpnalg_hairpin_is_routers(struct vpnalg *translator,
			       const struct slot *slot,
			       struct vpnalg_packet *packet);

/* Begins with a hairpin: one from inside to a service without
 * ports is marked, and one of such a service is claimed as the service's alone,
 * whatever session has the same addresses. */
void vpnalg_hairpin_begin(struct vpnalg *translator, struct slot *slot,
			  struct vpnalg_packet *packet);

/* Ends with such a hairpin. One that a service sends loses the mark, for its
 * clients are found by their sessions; so does a fragment that is held, for its
 * whole datagram decides. */
void vpnalg_hairpin_end(const struct vpnalg *translator,
			struct vpnalg_packet *packet,
			enum vpnalg_result result);

#endif

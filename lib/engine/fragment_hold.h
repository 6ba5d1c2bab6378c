/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that a datagram holds. */
#ifndef VPNALG_ENGINE_FRAGMENT_HOLD_H
#define VPNALG_ENGINE_FRAGMENT_HOLD_H

#include "datagram.h"

/* Holds a copy of a fragment. Returns false if there is no room, if it is held
 * already, or if it overlaps another one: then the datagram is dropped. */
bool vpnalg_fragment_hold(struct vpnalg *translator, struct datagram *datagram,
			  const struct vpnalg_packet *packet,
			  const struct vpnalg_parsed *parsed);

/* Adds the fragment that stands in the room `at`, parsed, to a datagram.
 * Returns false if it overlaps another one, or contradicts it: the room is free
 * again then. */
bool vpnalg_fragment_hold_link(struct fragments *fragments,
			       struct datagram *datagram, unsigned at,
			       const struct vpnalg_parsed *parsed);

#endif

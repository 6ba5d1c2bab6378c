/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that are sent in fragments themselves. */
#ifndef VPNALG_ENGINE_FRAGMENT_ERROR_H
#define VPNALG_ENGINE_FRAGMENT_ERROR_H

#include "datagram.h"

/* Whether a packet is a fragment, or an ICMP error that is or quotes one. */
static inline bool fragment_is_one(const struct slot *slot,
				   const struct vpnalg_packet *packet)
{
	return slot->parsed.fragment != VPNALG_FRAGMENT_NONE ||
	       (slot->parsed.quoted && slot->ours &&
		!datagram_ends(packet->data));
}

/* Returns what becomes of such a packet, as vpnalg_fragment_before() does; and
 * begins with the datagram of an error. */
enum vpnalg_result vpnalg_fragment_any_before(struct vpnalg *translator,
					      const struct slot *slot,
					      struct vpnalg_packet *packet);

/* Notes what the handlers have made of it, as vpnalg_fragment_after() does; the
 * other fragments of an error become the same as its first one. */
enum vpnalg_result vpnalg_fragment_any_after(struct vpnalg *translator,
					     const struct slot *slot,
					     struct vpnalg_packet *packet,
					     enum vpnalg_result result);

#endif

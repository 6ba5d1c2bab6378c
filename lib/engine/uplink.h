/* SPDX-License-Identifier: BSD-2-Clause */
/* Several uplinks: that of the packet at hand. */
#ifndef VPNALG_ENGINE_UPLINK_H
#define VPNALG_ENGINE_UPLINK_H

#include "translator.h"

/* Returns the uplink of the packet at hand, whose sessions get that uplink's
 * addresses; 0 outside of a packet. */
uint8_t vpnalg_uplink_at_hand(const struct vpnalg *translator);

/* Begins a call that is about no packet. */
static inline void uplink_begin_call(struct vpnalg *translator)
{
	translator->step.packet = NULL;
}

#endif

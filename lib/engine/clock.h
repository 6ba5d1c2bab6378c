/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator's own clock, by which its sessions live, and the caller's. */
#ifndef VPNALG_ENGINE_CLOCK_H
#define VPNALG_ENGINE_CLOCK_H

#include "translator.h"

/* Sets the translator's own clock, and that of the packets to come. */
static inline void clock_turn_to(struct vpnalg *translator, vpnalg_time time)
{
	translator->now = time;
	translator->step.now = time;
}

/* Begins a call at a time of the caller's. The clock never runs back; returns
 * false where it stands still, as it does while the event callback runs. */
static inline bool clock_set(struct vpnalg *translator, vpnalg_time now)
{
	if (now <= translator->callers_now)
		return false;
	translator->callers_now = now;
	clock_turn_to(translator, now + translator->clock_offset);
	return true;
}

/* Returns a time on the caller's clock. */
static inline vpnalg_time clock_of_caller(const struct vpnalg *translator,
					  vpnalg_time time)
{
	return time == VPNALG_NEVER ? time : time - translator->clock_offset;
}

#endif

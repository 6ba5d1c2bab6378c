/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator's own clock, by which its sessions live, and the caller's. */
#ifndef VPNALG_ENGINE_CLOCK_H
#define VPNALG_ENGINE_CLOCK_H

#include "translator.h"

/* Begins a call at a time of the caller's. The clock never runs back. */
static inline void clock_set(struct vpnalg *translator, vpnalg_time now)
{
	if (now <= translator->callers_now)
		return;
	translator->callers_now = now;
	translator->now = now + translator->clock_offset;
}

/* Returns a time on the caller's clock. */
static inline vpnalg_time clock_of_caller(const struct vpnalg *translator,
					  vpnalg_time time)
{
	return time == VPNALG_NEVER ? time : time - translator->clock_offset;
}

#endif

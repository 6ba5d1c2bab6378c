/* SPDX-License-Identifier: BSD-2-Clause */
/* How long sessions live: vpnalg_timers, with its defaults. */
#ifndef VPNALG_ENGINE_TIMERS_H
#define VPNALG_ENGINE_TIMERS_H

#include <vpnalg/handler.h>

/* Fills in defaults; given may be NULL. Returns false if that is of another
 * version. */
bool vpnalg_timers_read(const struct vpnalg_timers *given,
			struct vpnalg_timers *timers);

#endif

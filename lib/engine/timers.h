/* SPDX-License-Identifier: BSD-2-Clause */
/* Lifetimes of sessions: vpnalg_timers, with its defaults. */
#ifndef VPNALG_ENGINE_TIMERS_H
#define VPNALG_ENGINE_TIMERS_H

#include <vpnalg/handler.h>

/* Copies timers and fills in defaults; given may be NULL. Returns false if it
 * is of another version. */
bool vpnalg_timers_read(const struct vpnalg_timers *given,
			struct vpnalg_timers *timers);

#endif

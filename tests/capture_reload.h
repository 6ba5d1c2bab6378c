/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator that is saved and goes on as another one, with another store and
 * another hash key. */
#ifndef CAPTURE_RELOAD_H
#define CAPTURE_RELOAD_H

#include "capture.h"

/* Begins anew: chance, and the places. */
struct vpnalg *capture_reload_begin(const struct capture *capture);

/* Saves that translator, or the last, and loads it into a new one, which is
 * returned. */
struct vpnalg *capture_reload(const struct capture *capture,
			      struct vpnalg *translator, vpnalg_time now);

#endif

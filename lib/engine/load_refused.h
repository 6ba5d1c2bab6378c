/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that the choose callback refuses during a load. Each stays in the
 * store, marked, until all sessions are there, for the sessions that have its
 * outside ID (vpnalg_kind.inherits_outside) are refused with it and may come
 * before it or after it. */
#ifndef VPNALG_ENGINE_LOAD_REFUSED_H
#define VPNALG_ENGINE_LOAD_REFUSED_H

#include <vpnalg/state.h>

#include "translator.h"

/* Marks a session that has its keys, and is counted nowhere yet. */
void vpnalg_load_refuse(struct vpnalg *translator, struct vpnalg_load *load,
			struct vpnalg_record *record);

/* Removes a session that the load has met, refused or not. */
void vpnalg_load_take_back(struct vpnalg *translator, struct vpnalg_load *load,
			   struct vpnalg_record *record);

/* Removes the refused ones, and what has their outside IDs. */
void vpnalg_load_end_refused(struct vpnalg *translator,
			     struct vpnalg_load *load);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that the choose callback refuses during a load. Each stays in the
 * store, marked, until all sessions are there, for those that belong to it go
 * with it, and may come before it or after it: the sessions of a mapping, the
 * tunnels of an L2TP flow, the SAs of a host, the calls of a connection. */
#ifndef VPNALG_ENGINE_LOAD_REFUSED_H
#define VPNALG_ENGINE_LOAD_REFUSED_H

#include <vpnalg/state.h>

#include "translator.h"

/* Marks a session that has its keys, and is counted nowhere yet. */
void vpnalg_load_refuse(struct vpnalg *translator, struct vpnalg_load *load,
			struct vpnalg_record *record);

/* Removes a session that came with the load, refused or not. */
void vpnalg_load_take_back(struct vpnalg *translator, struct vpnalg_load *load,
			   struct vpnalg_record *record);

/* Removes the refused ones, and what belongs to them, or to one that was left
 * out because its ID is withheld, or by its ID to another host: its own parent
 * had ended while it was saved, and that host has got the ID since. */
void vpnalg_load_end_refused(struct vpnalg *translator,
			     struct vpnalg_load *load);

#endif

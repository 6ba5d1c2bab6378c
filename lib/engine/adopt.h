/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that were not opened here: loaded from a saved state, or found in
 * the store that the translator was made on. */
#ifndef VPNALG_ENGINE_ADOPT_H
#define VPNALG_ENGINE_ADOPT_H

#include "translator.h"

/* Returns whether a record can be a session's: its handler, kind and slots, its
 * size, and the roles of its keys. */
bool vpnalg_adopt_is_sound(const struct vpnalg *translator,
			   struct vpnalg_record *record);

/* Makes a session with linked keys one of the translator's: counts it wherever
 * it would have been counted if it had been opened. Returns false without room.
 */
bool vpnalg_adopt(struct vpnalg *translator, struct vpnalg_record *record);

/* Counts the children of all sessions anew, and has handlers mend what else
 * sessions know of others: some may not be there. */
void vpnalg_adopt_recount(struct vpnalg *translator);

/* Notifies of all that was adopted: blocks of ports, then sessions. A load ends
 * then. */
void vpnalg_adopt_notify(struct vpnalg *translator);

/* Takes over what is in the store. Returns 0, or VPNALG_ERROR_NOT_EMPTY if its
 * records are not sound, or are found by another hash key; and
 * VPNALG_ERROR_STORE without room for what is counted. */
int vpnalg_adopt_store(struct vpnalg *translator);

#endif

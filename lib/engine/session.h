/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions by their keys: found, linked, unlinked, closed. The public
 * functions are in vpnalg/handler/. */
#ifndef VPNALG_ENGINE_SESSION_H
#define VPNALG_ENGINE_SESSION_H

#include "translator.h"

/* Returns the record if its session lives; else closes it and returns NULL.
 * NULL stays NULL. */
struct vpnalg_record *
vpnalg_session_alive_or_close(struct vpnalg *translator,
			      struct vpnalg_record *record);

/* The other session that may have the key to be linked. */
enum holder {
	HOLDER_NONE,  /* none: the key was looked up for this packet */
	HOLDER_KEEPS, /* a living session keeps the key */
	/* A holder of the same handler loses the key, and both become
	 * VPNALG_SESSION_SHARED; any other keeps it. */
	HOLDER_YIELDS
};

/* Writes a key into a slot of the record and links it. Returns false without
 * room in the store, or if a holder keeps the key. */
bool vpnalg_session_link_at(struct vpnalg *translator,
			    struct vpnalg_record *record, unsigned at,
			    const struct vpnalg_tuple *tuple,
			    enum holder holders);

/* Gives back all that a session has taken, be it whole or half made, and
 * removes its record. */
void vpnalg_session_dismantle(struct vpnalg *translator,
			      struct vpnalg_record *record);

/* The same for a session that was never open here: its handler removes it from
 * the records of other sessions. */
void vpnalg_session_discard(struct vpnalg *translator,
			    struct vpnalg_record *record);

/* Closes a session for a reason that the record does not show: enum
 * vpnalg_close. */
void vpnalg_session_close_as(struct vpnalg *translator,
			     struct vpnalg_record *record, uint8_t why);

#endif

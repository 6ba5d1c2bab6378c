/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that would be taken for those of another session. */
#ifndef VPNALG_ENGINE_TWIN_H
#define VPNALG_ENGINE_TWIN_H

#include "translator.h"

/* Returns whether a packet that is a service's, or has addresses alone, would
 * look like one of another session once it is translated for that record.
 * Answers to it would go to that session, or the inside host would take it for
 * that session's. */
bool vpnalg_twin_is_there(struct vpnalg *translator, const struct slot *slot,
			  struct vpnalg_record *record);

/* Returns whether a server inside, whose service has a port of a handler's
 * servers outside, sends what would look like another host's packet there:
 * hosts share such a port, and IDs behind it distinguish them. */
bool vpnalg_twin_is_sent(struct vpnalg *translator, const struct slot *slot,
			 struct vpnalg_record *record);

/* Refuses a packet that comes in, or is quoted, and that earlier handlers have
 * let go: the claim of the last one, which takes the rest, becomes a drop if
 * the packet would look like another session's in its other form. */
void vpnalg_twin_bar(struct vpnalg *translator, struct slot *slot);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that would be taken for those of another session. */
#ifndef VPNALG_ENGINE_TWIN_H
#define VPNALG_ENGINE_TWIN_H

#include "translator.h"

/* Returns whether a packet that is a service's, or goes by its addresses alone,
 * would look as one of another session once it is translated for that record.
 * The answers to what leaves would be that session's, and the inside host would
 * take what comes in for it. */
bool vpnalg_twin_is_there(struct vpnalg *translator, const struct slot *slot,
			  struct vpnalg_record *record);

/* A packet that comes in, and that the handlers before know nothing of, does
 * not go to a session of the handler that takes the rest, if it has a twin
 * inside: what that handler claims becomes a refusal. So it is with one that an
 * ICMP error quotes, from whichever side. */
void vpnalg_twin_bar(struct vpnalg *translator, struct slot *slot);

#endif

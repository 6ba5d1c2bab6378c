/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of an ID that the router's owner has listed. */
#ifndef VPNALG_ENGINE_OWN_KEY_H
#define VPNALG_ENGINE_OWN_KEY_H

#include <vpnalg/own_id.h>

#include "translator.h"

/* Makes the key by which what comes in with the ID is found, and by which it is
 * seen whether a host may have it. *guard is the protocol of which nothing else
 * from the remote is dropped for a host's sake, or 0. Returns
 * VPNALG_OWN_ID_DONE, or why there is no such key. */
int vpnalg_own_key(const struct vpnalg *translator,
		   const struct vpnalg_own_id *own, uint8_t *key,
		   uint8_t *guard);

#endif

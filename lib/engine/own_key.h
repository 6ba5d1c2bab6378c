/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of an ID that the router's owner has listed. */
#ifndef VPNALG_ENGINE_OWN_KEY_H
#define VPNALG_ENGINE_OWN_KEY_H

#include <vpnalg/own_id.h>

#include "translator.h"

/* Makes the key by which packets with the ID are found, and by which a host
 * that wants the ID finds it taken. *guard is the protocol of which the router
 * gets the remote's unclaimed packets, even if a host uses that protocol, too;
 * or 0. Returns VPNALG_OWN_ID_DONE, or why there is no such key. */
int vpnalg_own_key(const struct vpnalg *translator,
		   const struct vpnalg_own_id *own, uint8_t *key,
		   uint8_t *guard);

#endif

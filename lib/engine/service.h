/* SPDX-License-Identifier: BSD-2-Clause */
/* Services: servers inside that are reached from outside. The public functions
 * are in vpnalg/vpnalg.h. */
#ifndef VPNALG_ENGINE_SERVICE_H
#define VPNALG_ENGINE_SERVICE_H

#include "translator.h"

/* Tells whether a packet from inside, for which its handler has no session, is
 * a server's: it leaves by the service, not as a client's. */
bool vpnalg_service_sends(struct vpnalg *translator, const struct slot *slot);

#endif

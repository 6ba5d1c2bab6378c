/* SPDX-License-Identifier: BSD-2-Clause */
/* The services inside, as far as the rules know them. */
#ifndef GW_SERVICES_H
#define GW_SERVICES_H

#include <stdbool.h>

#include <vpnalg/vpnalg.h>

#include "gateway.h"

/* The kernel leaves what comes in for the services to the translator, which has
 * them already. Returns false without memory. */
bool services_begin(struct gateway *gateway);

/* The services' address has gone, and they with it: they are at the first
 * address from now on. */
void services_move(struct gateway *gateway, vpnalg_time now);

/* Changes the policy and the services to the next ones, which live on then, by
 * what --config says when it is read again. Returns false if that cannot be,
 * which was said, and nothing has changed. */
bool services_reload(struct gateway *gateway, const struct nat_options *next,
		     vpnalg_time now);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The block of ports for a new session. */
#ifndef VPNALG_ENGINE_ALLOT_H
#define VPNALG_ENGINE_ALLOT_H

#include "binding.h"

/* Sets translator->block to the ports of the host's block, or of one that it
 * may get: then the binding may get another address. Returns false if there is
 * none. */
bool vpnalg_allot_block(struct vpnalg *translator,
			const struct vpnalg_opening *opening,
			struct vpnalg_binding *binding);

#endif

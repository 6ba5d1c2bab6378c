/* SPDX-License-Identifier: BSD-2-Clause */
/* Single chunks of a state that is loaded: datagrams that come in fragments,
 * and what they hold. */
#ifndef VPNALG_ENGINE_LOAD_FRAGMENT_H
#define VPNALG_ENGINE_LOAD_FRAGMENT_H

#include <vpnalg/state.h>

#include "chunk.h"

/* Reads a datagram and makes it known, or leaves it out. Returns
 * VPNALG_STATE_MORE, or why it cannot be. */
int vpnalg_load_datagram(struct vpnalg *translator, struct vpnalg_load *load,
			 struct chunk_reader *reader);

/* Reads bytes of a fragment that the last datagram holds. Returns as above. */
int vpnalg_load_fragment(struct vpnalg *translator, struct vpnalg_load *load,
			 struct chunk_reader *reader);

/* Ends with the last one. */
void vpnalg_load_fragment_end(struct vpnalg *translator,
			      struct vpnalg_load *load);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice of a host's outside address. */
#ifndef VPNALG_ENGINE_POOL_H
#define VPNALG_ENGINE_POOL_H

#include "address.h"

/* Returns whether the pool had no address: the uplink of the packet at hand has
 * none. */
static inline bool pool_is_nowhere(const uint8_t *address)
{
	return address[0] == 0;
}

/* Returns a host's paired address: the same for all remotes (RFC 4787 REQ-2).
 */
const uint8_t *vpnalg_pool_paired(struct vpnalg *translator, uint16_t zone,
				  const uint8_t *inside);

/* Fills the sorted list of addresses. Returns 0, or VPNALG_ERROR_ADDRESS. */
int vpnalg_pool_init(struct vpnalg *translator,
		     const struct vpnalg_config *config);

/* Returns the address that a host gets towards a remote: the one that it has
 * with that remote, or else its paired one or one that the remote does not know
 * yet. */
const uint8_t *vpnalg_pool_pick(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside, const uint8_t *remote);

#endif

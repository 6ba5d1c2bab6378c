/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside addresses: which are ours, and which one a host gets. */
#ifndef VPNALG_ENGINE_POOL_H
#define VPNALG_ENGINE_POOL_H

#include "translator.h"

/* Whether an address is one of several. */
bool vpnalg_pool_finds(const struct vpnalg *translator, const uint8_t *address);

/* Whether an address is one of the translator's own. */
static inline bool pool_has(const struct vpnalg *translator,
			    const uint8_t *address)
{
	if (translator->address_count != 1)
		return vpnalg_pool_finds(translator, address);
	return same_address(translator->addresses, address,
			    addr_len_of(translator));
}

/* Whether the address can be a single host's. "This network", loopback,
 * multicast and reserved addresses, broadcast among them, are nobody's
 * (RFC 6890 2.2.2, RFC 1112 4). */
static inline bool pool_is_host(const uint8_t *address)
{
	return address[0] - 1U < 223 && address[0] != 127;
}

/* Returns whether the address can be a single far host's. The outside addresses
 * are the router's own. */
static inline bool pool_is_remote(const struct vpnalg *translator,
				  const uint8_t *address)
{
	return pool_is_host(address) && !pool_has(translator, address);
}

/* Returns a host's home address: the same towards everybody (RFC 4787 REQ-2).
 */
const uint8_t *vpnalg_pool_home(const struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside);

/* Sorts the addresses in. Returns 0, or VPNALG_ERROR_ADDRESS. */
int vpnalg_pool_init(struct vpnalg *translator,
		     const struct vpnalg_config *config);

/* Returns the address that a host gets towards a remote: the one that it has
 * with that remote, or else its home or one that the remote does not know yet.
 */
const uint8_t *vpnalg_pool_pick(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside, const uint8_t *remote);

#endif

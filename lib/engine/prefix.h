/* SPDX-License-Identifier: BSD-2-Clause */
/* Prefixes of IPv4 addresses, as callers give them: family 0 is all addresses.
 */
#ifndef VPNALG_ENGINE_PREFIX_H
#define VPNALG_ENGINE_PREFIX_H

#include <vpnalg/handler.h>

#define PREFIX_BITS 32

static inline bool prefix_is_one(const struct vpnalg_addr *prefix,
				 unsigned length)
{
	return prefix->family == 0
		       ? length == 0
		       : prefix->family == VPNALG_IPV4 && length <= PREFIX_BITS;
}

/* Returns whether an address is of a prefix. */
static inline bool prefix_has(const struct vpnalg_addr *prefix, unsigned length,
			      const uint8_t *address)
{
	uint32_t mask = UINT32_MAX;

	if (prefix->family == 0)
		return true;
	if (length != 0)
		mask <<= PREFIX_BITS - length;
	else
		mask = 0;
	return ((vpnalg_get32(address) ^ vpnalg_get32(prefix->octets)) &
		mask) == 0;
}

#endif

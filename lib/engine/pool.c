/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside addresses: which are ours, and which one a host uses. */

#include "pool.h"

#include <string.h>

#include "config.h"
#include "key.h"
#include "usage.h"

static uint8_t *address_at(const struct vpnalg *translator, uint32_t index)
{
	return translator->addresses + (size_t)index * addr_len_of(translator);
}

/* Addresses are compared as bytes, so any two differ in the same way on every
 * machine and the order is the same for all translators of a pool. */
static int compare(const struct vpnalg *translator, uint32_t index,
		   const uint8_t *address)
{
	return memcmp(address_at(translator, index), address,
		      addr_len_of(translator));
}

static uint32_t position(const struct vpnalg *translator,
			 const uint8_t *address)
{
	uint32_t low = 0, high = translator->address_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare(translator, middle, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool vpnalg_pool_finds(const struct vpnalg *translator, const uint8_t *address)
{
	uint32_t at = position(translator, address);

	return at < translator->address_count &&
	       same_address(address_at(translator, at), address,
			    addr_len_of(translator));
}

int vpnalg_pool_init(struct vpnalg *translator,
		     const struct vpnalg_config *config)
{
	uint32_t i, at;

	for (i = 0; i < config->address_count; i++) {
		const struct vpnalg_addr *address = &config->addresses[i];

		if (!vpnalg_config_is_outside(address) ||
		    pool_has(translator, address->octets))
			return VPNALG_ERROR_ADDRESS;
		at = position(translator, address->octets);
		memmove(address_at(translator, at + 1),
			address_at(translator, at),
			(size_t)(translator->address_count - at) *
				addr_len_of(translator));
		memcpy(address_at(translator, at), address->octets,
		       addr_len_of(translator));
		translator->address_count++;
	}
	return 0;
}

/* RFC 4787 REQ-2: a host has one home address towards everybody. */
static uint32_t home(const struct vpnalg *translator, uint16_t zone,
		     const uint8_t *inside)
{
	uint64_t hash, bytes = 0;
	size_t i;

	for (i = 0; i < addr_len_of(translator); i++)
		bytes = bytes << 8 | inside[i];
	hash = vpnalg_key_mix(translator->pool_key, bytes, zone);
	return (uint32_t)((hash >> 32) * translator->address_count >> 32);
}

const uint8_t *vpnalg_pool_home(const struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside)
{
	return address_at(translator, home(translator, zone, inside));
}

static bool has_hosts(struct vpnalg *translator, uint32_t index,
		      const uint8_t *remote)
{
	struct vpnalg_tuple tuple = { .role = ROLE_GUARD,
				      .local = address_at(translator, index),
				      .remote = remote };

	return vpnalg_usage_find(translator, &tuple) != NULL;
}

/* Two hosts behind one address look the same to a remote that tells hosts
 * apart by address. So a newcomer goes where that remote knows nobody yet, and
 * home if there is no such place. A host that has sessions with it stays. */
const uint8_t *vpnalg_pool_pick(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside, const uint8_t *remote)
{
	struct vpnalg_tuple pair = { .role = ROLE_PAIR,
				     .zone = zone,
				     .local = inside,
				     .remote = remote };
	uint32_t count = translator->address_count;
	uint32_t first, index, i;
	const uint8_t *paired;

	if (count == 1)
		return address_at(translator, 0);
	paired = vpnalg_usage_find(translator, &pair);
	if (paired != NULL)
		return paired;
	first = home(translator, zone, inside);
	/* Bounded: beyond that many the remote is crowded anyway. */
	for (i = 0; i < count && i < POOL_TRIES; i++) {
		index = first + i < count ? first + i : first + i - count;
		if (!has_hosts(translator, index, remote))
			return address_at(translator, index);
	}
	return address_at(translator, first);
}

const uint8_t *vpnalg_session_outside(struct vpnalg *translator, uint16_t zone,
				      const uint8_t *inside,
				      const uint8_t *remote)
{
	return vpnalg_pool_pick(translator, zone, inside, remote);
}

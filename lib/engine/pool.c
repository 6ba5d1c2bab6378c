/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside addresses: which are ours, and which one a host uses. */

#include "pool.h"

#include <string.h>

#include "address.h"
#include "block.h"
#include "config.h"
#include "key.h"
#include "routers.h"
#include "usage.h"

int vpnalg_pool_init(struct vpnalg *translator,
		     const struct vpnalg_config *config)
{
	uint32_t i;

	for (i = 0; i < config->address_count; i++) {
		const struct vpnalg_addr *address = &config->addresses[i];

		if (!vpnalg_config_is_outside(address) ||
		    pool_has(translator, address->octets))
			return VPNALG_ERROR_ADDRESS;
		vpnalg_address_add(translator, address->octets);
	}
	return 0;
}

/* The home of a host that has none yet. */
static const uint8_t *draw_home(const struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside)
{
	const uint8_t *computed = NULL;
	uint64_t hash, bytes = 0;
	size_t i;

	if (block_is_computed(translator))
		computed = vpnalg_block_address(translator, zone, inside);
	if (computed != NULL)
		return computed;
	for (i = 0; i < addr_len_of(translator); i++)
		bytes = bytes << 8 | inside[i];
	hash = vpnalg_key_mix(translator->pool_key, bytes, zone);
	return address_at(
		translator,
		(uint32_t)((hash >> 32) * translator->in_use_count >> 32));
}

/* Returns the address that a host has with a remote, or with all remotes if
 * that is NULL, as long as new sessions may have it. */
static const uint8_t *find_pair(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside, const uint8_t *remote)
{
	struct vpnalg_tuple pair = { .role = ROLE_PAIR,
				     .zone = zone,
				     .local = inside,
				     .remote = remote };
	const uint8_t *paired;

	if (translator->address_max == 1)
		return address_at(translator, 0);
	if (block_is_computed(translator))
		return NULL;
	paired = vpnalg_usage_find(translator, &pair);
	return paired != NULL && vpnalg_address_is_in_use(translator, paired)
		       ? paired
		       : NULL;
}

/* RFC 4787 REQ-2: a host has one home address towards everybody. It keeps it
 * while it has sessions there, whatever addresses are added. */
ALWAYS_INLINE const uint8_t *home(struct vpnalg *translator, uint16_t zone,
				  const uint8_t *inside)
{
	const uint8_t *paired = find_pair(translator, zone, inside, NULL);

	return paired != NULL ? paired : draw_home(translator, zone, inside);
}

const uint8_t *vpnalg_pool_home(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside)
{
	return home(translator, zone, inside);
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
 * home if there is no such place. A host that has sessions with it stays. One
 * that has a block of ports has it at home. */
const uint8_t *vpnalg_pool_pick(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside, const uint8_t *remote)
{
	uint32_t count = translator->in_use_count;
	uint32_t first, index, i;
	const uint8_t *address;

	if (block_is_used(translator))
		return home(translator, zone, inside);
	address = find_pair(translator, zone, inside, remote);
	if (address != NULL)
		return address;
	first = vpnalg_address_index(translator,
				     home(translator, zone, inside));
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
	return routers_has(translator, inside)
		       ? inside
		       : vpnalg_pool_pick(translator, zone, inside, remote);
}

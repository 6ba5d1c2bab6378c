/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the outside address of a host. */

#include "pool.h"

#include <string.h>

#include "address.h"
#include "block.h"
#include "config.h"
#include "has.h"
#include "key.h"
#include "routers.h"
#include "uplink.h"
#include "usage.h"

/* No outside address is in 0.0.0.0/8. */
static const uint8_t pool_nowhere[VPNALG_ADDR_MAX];

int vpnalg_pool_init(struct vpnalg *translator,
		     const struct vpnalg_config *config)
{
	uint32_t i;

	for (i = 0; i < config->address_count; i++) {
		const struct vpnalg_addr *address = &config->addresses[i];

		if (!vpnalg_config_is_outside(address) ||
		    pool_has(translator, address->octets))
			return VPNALG_ERROR_ADDRESS;
		vpnalg_address_add(translator, address->octets,
				   config->uplinks != NULL ? config->uplinks[i]
							   : 0);
	}
	vpnalg_address_sort(translator);
	return 0;
}

/* Sets the host for which an address is looked for. */
static const struct seeker *seek(struct vpnalg *translator, uint16_t zone,
				 const uint8_t *inside)
{
	struct seeker *host = &translator->seeker;

	host->zone = zone;
	host->inside = inside;
	host->uplink = vpnalg_uplink_at_hand(translator);
	host->group = vpnalg_address_group(translator, host->uplink);
	return host;
}

/* Draws the paired address of a host that has none yet. */
static const uint8_t *draw_paired(const struct vpnalg *translator,
				  const struct seeker *host)
{
	const uint8_t *computed = NULL;
	uint64_t hash, bytes = 0;
	size_t i;

	if (host->group.count == 0)
		return pool_nowhere;
	if (block_is_computed(translator))
		computed = vpnalg_block_address(translator, host->uplink,
						host->zone, host->inside);
	if (computed != NULL)
		return computed;
	for (i = 0; i < addr_len_of(translator); i++)
		bytes = bytes << 8 | host->inside[i];
	hash = vpnalg_key_mix(translator->pool_key, bytes, host->zone);
	return vpnalg_address_in(
		translator, &host->group,
		(uint32_t)((hash >> 32) * host->group.count >> 32));
}

/* Returns the address that a host has with a remote, or with all remotes if
 * that is NULL, as long as new sessions may have it. */
static const uint8_t *find_pair(struct vpnalg *translator,
				const struct seeker *host,
				const uint8_t *remote)
{
	struct vpnalg_tuple pair;
	const uint8_t *paired;

	if (translator->address_max == 1 && !has_uplinks(translator))
		return address_at(translator, 0);
	if (block_is_computed(translator))
		return NULL;
	vpnalg_usage_host_key(host->zone, host->inside, host->uplink, &pair);
	pair.remote = remote;
	paired = vpnalg_usage_find(translator, &pair);
	return paired != NULL && vpnalg_address_is_in_use(translator, paired) &&
			       vpnalg_address_uplink(translator, paired) ==
				       host->uplink
		       ? paired
		       : NULL;
}

/* RFC 4787 REQ-2: a host has one paired address for all remotes, on each
 * uplink. It keeps that while it has sessions there, whatever addresses are
 * added. */
SPARES_STACK const uint8_t *paired_address(struct vpnalg *translator,
					   const struct seeker *host)
{
	const uint8_t *paired = find_pair(translator, host, NULL);

	return paired != NULL ? paired : draw_paired(translator, host);
}

const uint8_t *vpnalg_pool_paired(struct vpnalg *translator, uint16_t zone,
				  const uint8_t *inside)
{
	const struct seeker *host = seek(translator, zone, inside);

	return paired_address(translator, host);
}

static bool has_hosts(struct vpnalg *translator, const uint8_t *address,
		      const uint8_t *remote)
{
	struct vpnalg_tuple tuple = { .role = ROLE_GUARD,
				      .local = address,
				      .remote = remote };

	return vpnalg_usage_find(translator, &tuple) != NULL;
}

/* Two hosts behind one address look the same to a remote that distinguishes
 * hosts by address. So a newcomer gets an address that the remote does not know
 * yet, or the paired one if there is none. */
static const uint8_t *pick_new(struct vpnalg *translator,
			       const struct seeker *host, const uint8_t *remote)
{
	const uint8_t *paired = paired_address(translator, host), *address;
	uint32_t count = host->group.count;
	uint32_t first, index, i;

	if (count == 0)
		return paired;
	first = vpnalg_address_index(translator, &host->group, paired);
	/* Bounded: beyond that many the remote is crowded anyway. */
	for (i = 0; i < count && i < POOL_TRIES; i++) {
		index = first + i < count ? first + i : first + i - count;
		address = vpnalg_address_in(translator, &host->group, index);
		if (!has_hosts(translator, address, remote))
			return address;
	}
	return paired;
}

/* A host that has sessions with the remote keeps its address. A host's block of
 * ports is on its paired address. */
const uint8_t *vpnalg_pool_pick(struct vpnalg *translator, uint16_t zone,
				const uint8_t *inside, const uint8_t *remote)
{
	const struct seeker *host = seek(translator, zone, inside);
	const uint8_t *address;

	if (block_is_used(translator))
		return paired_address(translator, host);
	address = find_pair(translator, host, remote);
	return address != NULL ? address : pick_new(translator, host, remote);
}

const uint8_t *vpnalg_session_outside(struct vpnalg *translator, uint16_t zone,
				      const uint8_t *inside,
				      const uint8_t *remote)
{
	return routers_has(translator, inside)
		       ? inside
		       : vpnalg_pool_pick(translator, zone, inside, remote);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "allot.h"

#include <string.h>

#include "address.h"
#include "block.h"
#include "key.h"
#include "record.h"
#include "search.h"
#include "usage.h"

#define PORT_BITS 16

static bool is_free(struct vpnalg *translator, struct key_of_any_id *any,
		    uint32_t first)
{
	return vpnalg_record_find(translator, any->key,
				  vpnalg_key_set_id(translator, any, first)) ==
	       NULL;
}

/* Returns the first port of a free block of the address, or 0. */
static uint32_t find_free(struct vpnalg *translator, const uint8_t *address)
{
	struct vpnalg_range range = vpnalg_block_all(&translator->blocks);
	struct key_of_any_id *any = &translator->probe.keys[0];
	struct hunt *hunt = &translator->hunt;
	struct vpnalg_tuple block;
	uint32_t first;

	vpnalg_usage_block_key(address, 0, &block);
	vpnalg_key_prepare(translator, &block, any);
	vpnalg_search_begin(translator, hunt, any->rest);
	vpnalg_search_range(hunt, &range, true);
	while (vpnalg_search_next(hunt, &first))
		if (is_free(translator, any, first))
			return first;
	return 0;
}

/* Returns the next address in use of the same uplink. */
static const uint8_t *after(const struct vpnalg *translator,
			    const uint8_t *address)
{
	struct address_group group = vpnalg_address_group(
		translator, vpnalg_address_uplink(translator, address));
	uint32_t index = vpnalg_address_index(translator, &group, address) + 1;

	return vpnalg_address_in(translator, &group,
				 index < group.count ? index : 0);
}

/* Returns the first port of a block for the host, or 0. A host that has no
 * block and no sessions tries one further address, with which it is paired
 * then. */
static uint32_t allot(struct vpnalg *translator,
		      const struct vpnalg_opening *opening,
		      struct vpnalg_binding *binding)
{
	uint8_t *address = binding->outside.octets;
	struct vpnalg_tuple host;
	uint32_t first;

	vpnalg_usage_host_key(opening->zone, opening->inside,
			      vpnalg_address_uplink(translator, address),
			      &host);
	first = vpnalg_usage_block(translator, &host, address);
	if (first == 0)
		first = find_free(translator, address);
	if (first != 0 || opening->outside != NULL ||
	    vpnalg_usage_find(translator, &host) != NULL)
		return first;
	memcpy(address, after(translator, address), addr_len_of(translator));
	return find_free(translator, address);
}

bool vpnalg_allot_block(struct vpnalg *translator,
			const struct vpnalg_opening *opening,
			struct vpnalg_binding *binding)
{
	struct vpnalg_port_set *set = &translator->block;
	uint32_t first, length = translator->blocks.length;

	first = block_is_computed(translator)
			? vpnalg_block_computed(translator, opening->zone,
						opening->inside,
						binding->outside.octets)
			: allot(translator, opening, binding);
	*set = (struct vpnalg_port_set){ .length = PORT_BITS };
	for (; length > 1; length /= 2)
		set->length--;
	set->psid = (uint16_t)(first / translator->blocks.length);
	return first != 0;
}

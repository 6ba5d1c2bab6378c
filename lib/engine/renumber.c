/* SPDX-License-Identifier: BSD-2-Clause */
/* Outside addresses that come and go under traffic.
 *
 * Sessions of an address that has gone are dead from then on, to every packet
 * and to the sweep, which closes them one by one: vpnalg_record_is_stale().
 * Until a round through the store has closed the last of them no address is
 * added: an address that is added again would revive those of its sessions that
 * are left. */
#include "address.h"
#include "config.h"
#include "datagram.h"
#include "event.h"
#include "has.h"
#include "settings.h"

#include <string.h>

/* Returns whether an address is among those given, from one of them on. */
static bool is_among(const uint8_t *address,
		     const struct vpnalg_address_list *given, size_t from)
{
	size_t i;

	for (i = from; i < given->count; i++)
		if (memcmp(given->addresses[i].octets, address,
			   IPV4_ADDR_LEN) == 0)
			return true;
	return false;
}

/* The records of an address stay with its uplink: sessions are counted under
 * it. */
static bool is_elsewhere(const struct vpnalg *translator,
			 const struct vpnalg_address_list *given, size_t i)
{
	const uint8_t *address = given->addresses[i].octets;

	return given->uplinks != NULL && has_uplinks(translator) &&
	       pool_has(translator, address) &&
	       vpnalg_address_uplink(translator, address) != given->uplinks[i];
}

static bool are_possible(const struct vpnalg *translator,
			 const struct vpnalg_address_list *given)
{
	const struct vpnalg_addr *address = given->addresses;
	size_t i;

	for (i = 0; i < given->count; i++, address++)
		if (!vpnalg_config_is_outside(address) ||
		    is_among(address->octets, given, i + 1) ||
		    is_elsewhere(translator, given, i))
			return false;
	return given->count > 0;
}

/* Returns whether uplinks are given where there is no memory for them. */
static bool names_uplinks(const struct vpnalg_address_list *given)
{
	size_t i;

	for (i = 0; given->uplinks != NULL && i < given->count; i++)
		if (given->uplinks[i] != 0)
			return true;
	return false;
}

/* Returns whether all given addresses are in the list. */
static bool are_known(const struct vpnalg *translator,
		      const struct vpnalg_address_list *given)
{
	size_t i;

	for (i = 0; i < given->count; i++)
		if (!pool_has(translator, given->addresses[i].octets))
			return false;
	return true;
}

/* Returns the number of addresses in the list that are not given. */
static size_t count_others(const struct vpnalg *translator,
			   const struct vpnalg_address_list *given)
{
	size_t others = 0;
	uint32_t at;

	for (at = 0; at < translator->address_count; at++)
		others += !is_among(address_at(translator, at), given, 0);
	return others;
}

/* Takes all addresses out of use that are not given. */
static void take_out(struct vpnalg *translator,
		     const struct vpnalg_address_list *given)
{
	uint32_t at = given->drain ? translator->in_use_count
				   : translator->address_count;

	while (at-- > 0) {
		if (is_among(address_at(translator, at), given, 0))
			continue;
		if (given->drain) {
			vpnalg_address_drain(translator, at);
		} else {
			vpnalg_address_end(translator, at);
			translator->stale = true;
		}
	}
}

/* Returns the uplink of a given address; without given uplinks the one that it
 * has. */
static uint8_t uplink_of(const struct vpnalg *translator,
			 const struct vpnalg_address_list *given, size_t i)
{
	return given->uplinks != NULL
		       ? given->uplinks[i]
		       : vpnalg_address_uplink(translator,
					       given->addresses[i].octets);
}

/* Takes an address into use; it may be a drained one. */
static void take(struct vpnalg *translator, const uint8_t *address,
		 uint8_t uplink)
{
	uint32_t at = translator->address_count;

	while (at-- > translator->in_use_count)
		if (same_address(address_at(translator, at), address,
				 addr_len_of(translator)))
			vpnalg_address_remove(translator, at);
	vpnalg_address_add(translator, address, uplink);
}

/* Takes the given addresses into use that are not in use yet. */
static void take_in(struct vpnalg *translator,
		    const struct vpnalg_address_list *given)
{
	const uint8_t *address;
	size_t i;

	for (i = 0; i < given->count; i++) {
		address = given->addresses[i].octets;
		if (!vpnalg_address_is_in_use(translator, address))
			take(translator, address,
			     uplink_of(translator, given, i));
	}
}

static int set(struct vpnalg *translator,
	       const struct vpnalg_address_list *given)
{
	if (event_is_running(translator))
		return VPNALG_ERROR_BUSY;
	if (!are_possible(translator, given))
		return VPNALG_ERROR_ADDRESS;
	if (given->count + (given->drain ? count_others(translator, given)
					 : 0) >
		    translator->address_max ||
	    (!has_uplinks(translator) && names_uplinks(given)))
		return VPNALG_ERROR_MEMORY;
	if (translator->stale && !are_known(translator, given))
		return VPNALG_ERROR_BUSY;
	take_out(translator, given);
	take_in(translator, given);
	vpnalg_address_sort(translator);
	if (translator->stale && has_fragments(translator))
		vpnalg_datagram_forget_stale(translator);
	/* A whole round begins, which sees every session. */
	translator->sweep_cursor = 0;
	memset(translator->address_seen, 0,
	       translator->address_max * sizeof(translator->address_seen[0]));
	return 0;
}

int vpnalg_set_address_list(struct vpnalg *translator,
			    const struct vpnalg_address_list *given)
{
	struct vpnalg_address_list list;

	return given != NULL && vpnalg_settings_read(&list, sizeof(list), given)
		       ? set(translator, &list)
		       : VPNALG_ERROR_CONFIG;
}

int vpnalg_set_addresses(struct vpnalg *translator,
			 const struct vpnalg_addr *addresses, size_t count,
			 bool drain)
{
	const struct vpnalg_address_list list = {
		.addresses = addresses,
		.count = count,
		.drain = drain,
	};

	return set(translator, &list);
}

bool vpnalg_has_address(const struct vpnalg *translator,
			const struct vpnalg_addr *address)
{
	return address->family == VPNALG_IPV4 &&
	       pool_has(translator, address->octets);
}

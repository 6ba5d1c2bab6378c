/* SPDX-License-Identifier: BSD-2-Clause */
/* Outside addresses that come and go under traffic.
 *
 * Sessions of an address that has gone are dead from then on, to every packet
 * and to the sweep, which closes them one by one: vpnalg_record_is_stale().
 * Until a round through the store has closed the last of them no address is
 * added: one that comes back would bring back what is left of its sessions. */
#include "address.h"
#include "config.h"
#include "datagram.h"

#include <string.h>

/* Whether an address is among those given, from one of them on. */
static bool is_among(const uint8_t *address, const struct vpnalg_addr *given,
		     size_t from, size_t count)
{
	size_t i;

	for (i = from; i < count; i++)
		if (memcmp(given[i].octets, address, IPV4_ADDR_LEN) == 0)
			return true;
	return false;
}

static bool are_possible(const struct vpnalg_addr *given, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!vpnalg_config_is_outside(&given[i]) ||
		    is_among(given[i].octets, given, i + 1, count))
			return false;
	return count > 0;
}

/* Whether all of those given are in the list. */
static bool are_known(const struct vpnalg *translator,
		      const struct vpnalg_addr *given, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!pool_has(translator, given[i].octets))
			return false;
	return true;
}

/* How many addresses of the list are not among those given. */
static size_t count_others(const struct vpnalg *translator,
			   const struct vpnalg_addr *given, size_t count)
{
	size_t others = 0;
	uint32_t at;

	for (at = 0; at < translator->address_count; at++)
		others +=
			!is_among(address_at(translator, at), given, 0, count);
	return others;
}

/* Takes all addresses out of use that are not among those given. */
static void take_out(struct vpnalg *translator, const struct vpnalg_addr *given,
		     size_t count, bool drain)
{
	uint32_t at =
		drain ? translator->in_use_count : translator->address_count;

	while (at-- > 0) {
		if (is_among(address_at(translator, at), given, 0, count))
			continue;
		if (drain) {
			vpnalg_address_drain(translator, at);
		} else {
			vpnalg_address_remove(translator, at);
			translator->stale = true;
		}
	}
}

/* Takes those given into use that are not yet. */
static void take_in(struct vpnalg *translator, const struct vpnalg_addr *given,
		    size_t count)
{
	uint32_t at = translator->address_count;
	size_t i;

	while (at-- > translator->in_use_count)
		if (is_among(address_at(translator, at), given, 0, count))
			vpnalg_address_remove(translator, at);
	for (i = 0; i < count; i++)
		if (!vpnalg_address_is_in_use(translator, given[i].octets))
			vpnalg_address_add(translator, given[i].octets);
}

int vpnalg_set_addresses(struct vpnalg *translator,
			 const struct vpnalg_addr *addresses, size_t count,
			 bool drain)
{
	if (!are_possible(addresses, count))
		return VPNALG_ERROR_ADDRESS;
	if (count + (drain ? count_others(translator, addresses, count) : 0) >
	    translator->address_max)
		return VPNALG_ERROR_MEMORY;
	if (translator->stale && !are_known(translator, addresses, count))
		return VPNALG_ERROR_BUSY;
	take_out(translator, addresses, count, drain);
	take_in(translator, addresses, count);
	if (translator->stale && translator->fragments != NULL)
		vpnalg_datagram_forget_stale(translator);
	/* A whole round begins, which sees every session. */
	translator->sweep_cursor = 0;
	memset(translator->address_seen, 0,
	       translator->address_max * sizeof(translator->address_seen[0]));
	return 0;
}

bool vpnalg_has_address(const struct vpnalg *translator,
			const struct vpnalg_addr *address)
{
	return address->family == VPNALG_IPV4 &&
	       pool_has(translator, address->octets);
}

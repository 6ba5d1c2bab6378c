/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside addresses, as a list: first those in use, then those that are
 * drained, which new sessions do not get; each part is sorted. With uplinks,
 * addresses that have gone follow while sessions of theirs may be left: these
 * are counted by uplink, so the uplink must still be known. */
#ifndef VPNALG_ENGINE_ADDRESS_H
#define VPNALG_ENGINE_ADDRESS_H

#include "translator.h"

/* Returns whether an address is in the list, which has not exactly one. */
bool vpnalg_address_finds(const struct vpnalg *translator,
			  const uint8_t *address);

/* Returns whether an address is one of the translator's own. */
static inline bool pool_has(const struct vpnalg *translator,
			    const uint8_t *address)
{
	if (translator->address_count != 1)
		return vpnalg_address_finds(translator, address);
	return same_address(translator->addresses, address,
			    addr_len_of(translator));
}

/* Returns whether the address can be a single host's. "This network", loopback,
 * multicast and reserved addresses, broadcast among them, belong to no host
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

/* Returns whether new sessions get an address. */
bool vpnalg_address_is_in_use(const struct vpnalg *translator,
			      const uint8_t *address);

static inline uint8_t *address_at(const struct vpnalg *translator,
				  uint32_t index)
{
	return translator->addresses + (size_t)index * addr_len_of(translator);
}

/* Returns the addresses in use of an uplink; there may be none. */
struct address_group vpnalg_address_group(const struct vpnalg *translator,
					  uint8_t uplink);

/* Returns an address of a group. */
const uint8_t *vpnalg_address_in(const struct vpnalg *translator,
				 const struct address_group *group,
				 uint32_t index);

/* Returns the place in a group of an address that is in it. */
uint32_t vpnalg_address_index(const struct vpnalg *translator,
			      const struct address_group *group,
			      const uint8_t *address);

/* Returns the uplink of an address, be it in the list or gone. */
uint8_t vpnalg_address_uplink(const struct vpnalg *translator,
			      const uint8_t *address);

/* Adds an address to those in use. */
void vpnalg_address_add(struct vpnalg *translator, const uint8_t *address,
			uint8_t uplink);

/* Takes out the address at that place: end with all of its sessions, remove
 * after the last of them, drain only out of use. */
void vpnalg_address_end(struct vpnalg *translator, uint32_t index);
void vpnalg_address_remove(struct vpnalg *translator, uint32_t index);
void vpnalg_address_drain(struct vpnalg *translator, uint32_t index);

/* Sorts the addresses in use into groups, after one was added or removed. */
void vpnalg_address_sort(struct vpnalg *translator);

/* Notes that a session has the address, if that is drained. */
void vpnalg_address_note(struct vpnalg *translator, const uint8_t *address);

/* Ends a round through the store: removes drained addresses that no session was
 * seen with, and forgets those that have gone. */
void vpnalg_address_end_round(struct vpnalg *translator);

#endif

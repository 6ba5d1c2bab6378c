/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file address_list.h
 * @brief Another list of outside addresses, under traffic.
 */
#ifndef VPNALG_ADDRESS_LIST_H
#define VPNALG_ADDRESS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Gives a translator another list of outside addresses, under traffic.
 *
 * Sessions of addresses that are in both lists go on. Those of an address that
 * is not in the new one go on until they end by themselves, if it is drained:
 * new sessions do not get it. Else they have ended: the next packet from inside
 * opens another session, and what they took is given back by the release
 * callback, when a packet or vpnalg_expire() visits them. Call that next, until
 * it does not return now. Costs time in proportion to the product of both
 * lists' lengths, not to the number of sessions.
 *
 * @param translator the translator
 * @param addresses the new ones, as in vpnalg_config; one that is known stays
 *                  with its uplink, others are of uplink 0
 * @param count their number, at least 1
 * @param drain whether those that are not among them are drained; else they
 *              are gone, also those that were drained until now
 * @return 0; VPNALG_ERROR_ADDRESS: one is no IPv4 unicast address, or there
 *         twice, or there is none; VPNALG_ERROR_MEMORY: more than
 *         vpnalg_config.address_max; VPNALG_ERROR_BUSY: some are to be
 *         added while sessions of others that have gone are being closed.
 *         Then nothing was changed
 */
VPNALG_API int vpnalg_set_addresses(struct vpnalg *translator,
				    const struct vpnalg_addr *addresses,
				    size_t count, bool drain);

/** Another list of outside addresses. Zero it, set size, then the rest. */
struct vpnalg_address_list {
	size_t size; /**< sizeof(struct vpnalg_address_list). */
	/** The addresses, as in vpnalg_config. */
	const struct vpnalg_addr *addresses;
	/** The uplink of each, as in vpnalg_config; NULL: as with
	 * vpnalg_set_addresses(). */
	const uint8_t *uplinks;
	size_t count; /**< Number of addresses, at least 1. */
	bool drain;   /**< As with vpnalg_set_addresses(). */
};

/**
 * Does what vpnalg_set_addresses() does, and sets the uplinks of the addresses.
 * When an uplink fails, give a list without its addresses: with the next packet
 * from inside, which has another uplink then, sessions open again there.
 *
 * @param translator the translator
 * @param list the new addresses
 * @return as vpnalg_set_addresses(); VPNALG_ERROR_CONFIG: the struct is of
 *         another version; VPNALG_ERROR_ADDRESS: also if one is in use or
 *         drained with another uplink: it must go first;
 *         VPNALG_ERROR_MEMORY: there are uplinks, and vpnalg_config.uplinks was
 *         NULL, too
 */
VPNALG_API int vpnalg_set_address_list(struct vpnalg *translator,
				       const struct vpnalg_address_list *list);

/**
 * Returns whether an outside address is a translator's, in use or drained. A
 * drained one is no longer when vpnalg_expire() has been through all sessions,
 * and none has it.
 *
 * @param translator the translator
 * @param address the address
 * @return true if it is
 */
VPNALG_API bool vpnalg_has_address(const struct vpnalg *translator,
				   const struct vpnalg_addr *address);

#ifdef __cplusplus
}
#endif

#endif

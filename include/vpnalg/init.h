/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file init.h
 * @brief Making a translator: the memory that it needs, and the errors.
 */
#ifndef VPNALG_INIT_H
#define VPNALG_INIT_H

#include <stddef.h>

#include <vpnalg/config.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why vpnalg_init(), vpnalg_set_addresses() or vpnalg_set_address_list()
 * failed. */
enum vpnalg_error {
	VPNALG_ERROR_CONFIG = -1, /**< A setting is missing or out of range. */
	VPNALG_ERROR_ADDRESS =
		-2,              /**< An outside address is no IPv4 or twice. */
	VPNALG_ERROR_STORE = -3, /**< The store lacks an operation or has
				    * another key length. */
	VPNALG_ERROR_MEMORY = -4, /**< Too little memory or misaligned. */
	/** The store holds records, and no hash_key is given, or they are found
	 * by another one, or they are none that the translator could have made.
	 * Empty the store, as vpnalg_table_init() does, and give back yourself
	 * what the choose callback had reserved. */
	VPNALG_ERROR_NOT_EMPTY = -5,
	/** Sessions of addresses that have gone are still being closed: call
	 * vpnalg_expire() until it does not return now, and then again. Or the
	 * event callback has called. */
	VPNALG_ERROR_BUSY = -6
};

/**
 * Returns the memory that a translator needs. Sessions are not in it: they live
 * in the store.
 *
 * @param config the settings that vpnalg_init() will get
 * @return bytes, or 0 when a setting other than an outside address is wrong
 */
VPNALG_API size_t vpnalg_size(const struct vpnalg_config *config);

/** An upper bound of vpnalg_size(), for memory that is set aside at compile
 * time: how many protocols, outside addresses and packets in a burst there
 * are. It holds for the protocols that come with the library, and for others
 * that have at most nine kinds of session and no settings, drop reasons and
 * counters of their own that take more than 40 bytes. */
#define VPNALG_BYTES(protocols, addresses, burst) \
	(6032 + (size_t)(protocols)*1232 +        \
	 (((size_t)(addresses)*5 + 7) & ~(size_t)7) + (size_t)(burst)*160)

/** What vpnalg_config.extra_ports adds to VPNALG_BYTES(). */
#define VPNALG_EXTRA_PORTS_BYTES 128

/** What vpnalg_config.own adds to VPNALG_BYTES(). */
#define VPNALG_OWN_BYTES 1024

/** What vpnalg_config.uplinks adds to VPNALG_BYTES(). */
#define VPNALG_UPLINKS_BYTES(addresses) (32 + (size_t)(addresses)*13)

/**
 * Makes a translator in the caller's memory. There is nothing to free: forget
 * the memory, and the store's, when it is no longer wanted.
 *
 * @param translator set to the translator, at the start of memory
 * @param memory at least vpnalg_size() bytes, aligned for uint64_t
 * @param size the number of bytes at memory
 * @param config the settings
 * @return 0, or a negative enum vpnalg_error and *translator is NULL
 */
VPNALG_API int vpnalg_init(struct vpnalg **translator, void *memory,
			   size_t size, const struct vpnalg_config *config);

/**
 * Returns the time by which a translator's clock is ahead of the caller's,
 * modulo 2^64. It is not 0 after a state was loaded (vpnalg/state.h), and does
 * not change else.
 *
 * @param translator the translator
 * @return milliseconds, for vpnalg_config.clock_offset of another translator on
 *         the same store
 */
VPNALG_API vpnalg_time vpnalg_clock_offset(const struct vpnalg *translator);

#ifdef __cplusplus
}
#endif

#endif

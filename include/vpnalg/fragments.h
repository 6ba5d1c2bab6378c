/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file fragments.h
 * @brief Datagrams in fragments: the memory in which they are held, and getting
 * them back.
 */
#ifndef VPNALG_FRAGMENTS_H
#define VPNALG_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/packet.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Memory for datagrams that come in fragments, and its division. Zero means
 * the default.
 *
 * A fragment behind the first has no ports and no IDs: it follows the first.
 * One that comes before the first is held, and so are all of a datagram that
 * has something to rewrite beyond its first fragment, such as a control message
 * of PPTP or L2TP (RFC 4787 REQ-14, RFC 3022 6.3).
 */
struct vpnalg_fragments {
	size_t size;  /**< sizeof(struct vpnalg_fragments). */
	void *memory; /**< Aligned for uint64_t; only its address is kept. */
	/** The number of bytes at memory: vpnalg_fragments_size() or more. */
	size_t memory_size;
	/** The bound on datagrams that are known at once, at most 512. If there
	 * is no room, the inside host and remote that take most places lose
	 * their oldest one. All are looked through for a first fragment: 64
	 * keep that below 12,000 instructions, 512 do not. Default 64. */
	uint16_t datagrams;
	/** The bound on fragments that are held at once, at most 512. If there
	 * is no room, the inside host and remote that have most of them held
	 * lose their oldest datagram. Default 32. */
	uint16_t held;
	/** The longest fragment that is held, in bytes from its IP header on.
	 * Default 1500. */
	uint16_t length;
	/** The longest datagram that is put together. Default 8192. */
	uint16_t whole;
	/** The time for which fragments are held, in milliseconds. Default
	 * 15,000. */
	uint32_t held_time;
	/** The time within which others may follow a first fragment. Default
	 * 30,000. */
	uint32_t first_time;
};

/**
 * Returns the memory that fragments need.
 *
 * @param fragments the settings; memory and memory_size are not read
 * @return bytes, or 0 when one of them is wrong
 */
VPNALG_API size_t
vpnalg_fragments_size(const struct vpnalg_fragments *fragments);

/** An upper bound of vpnalg_fragments_size(), for memory that is set aside at
 * compile time, with the settings as they are called there. */
#define VPNALG_FRAGMENTS_BYTES(datagrams, held, length, whole) \
	(256 + (size_t)(datagrams)*96 +                        \
	 (size_t)(held) * (((size_t)(length) + 7) / 8 * 8 + 64) + (whole))

/**
 * Gives back one held fragment, as if it were given to vpnalg_process() now.
 * Call it until there is none, whenever that has returned. It costs nothing
 * while no fragment is held.
 *
 * @param translator the translator
 * @param[out] packet the fragment: its bytes are the translator's, until the
 *                    next call that is given the translator; direction, user
 *                    and zone are those that it was held with, result is
 *                    VPNALG_TRANSLATED or VPNALG_UNTOUCHED
 * @return false when none can be given back now
 */
VPNALG_API bool vpnalg_next_held(struct vpnalg *translator,
				 struct vpnalg_packet *packet);

#ifdef __cplusplus
}
#endif

#endif

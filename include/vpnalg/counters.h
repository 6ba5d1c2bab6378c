/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file counters.h
 * @brief Counters of packets by result, of kinds of session, and of handlers'
 * own.
 */
#ifndef VPNALG_COUNTERS_H
#define VPNALG_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/packet.h>
#include <vpnalg/result.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Counters of a translator. All only grow. Like everything else they are read
 * on the translator's own thread. */
struct vpnalg_counters {
	/** Packets by enum vpnalg_result. Those that a handler dropped for a
	 * reason of its own are not in it: vpnalg_own_counter(). A held
	 * fragment is counted as held, and by its result when it is given back
	 * or dropped; a datagram that was put together counts once more. */
	uint64_t results[VPNALG_RESULTS];
};

/** Counters of one kind of session, as "PPTP call". An ICMP error is counted
 * with the packet that it quotes, and so by that packet's direction. */
struct vpnalg_kind_counters {
	const char *name; /**< The kind's name, static. */
	uint64_t opened;  /**< Sessions opened. */
	uint64_t closed;  /**< Sessions closed. */
	/** Sessions that were requested and could not be opened, for whatever
	 * reason. */
	uint64_t refused;
	uint64_t translated[2]; /**< Packets translated, that travelled out,
				 * in. */
	uint64_t dropped[2];    /**< Packets dropped, that travelled out, in. */
	/** Sessions that go on without their control messages being read,
	 * because one of these made no sense or was not in memory. */
	uint64_t unparsed;
	/** Packets left alone, that travelled out, in: of a host that uses an
	 * outside address itself, or to such an address and for no session. */
	uint64_t untouched[2];
};

/**
 * Reads the counters.
 *
 * @param translator the translator
 * @param[out] counters a copy of them
 * @param size sizeof(struct vpnalg_counters): later versions count more
 */
VPNALG_API void vpnalg_counters(const struct vpnalg *translator,
				struct vpnalg_counters *counters, size_t size);

/**
 * Reads the counters of one kind of session.
 *
 * @param translator the translator
 * @param index counts from 0 over all kinds of all handlers
 * @param[out] counters a copy of them
 * @param size sizeof(struct vpnalg_kind_counters)
 * @return false when there are no more kinds
 */
VPNALG_API bool vpnalg_kind_counters(const struct vpnalg *translator,
				     size_t index,
				     struct vpnalg_kind_counters *counters,
				     size_t size);

/**
 * Returns the number of packets of a protocol that were dropped for a reason.
 * The sum over all protocols, packets of none included, and both directions is
 * vpnalg_counters.results of that reason. Needs 400 bytes of the translator for
 * each protocol, and once more.
 *
 * @param translator the translator
 * @param protocol the place in vpnalg_config.protocols of the one that has
 *                 claimed the packet; vpnalg_config.protocol_count for those
 *                 that none has claimed. Fragments of which the first has not
 *                 come are such
 * @param direction #VPNALG_OUT or #VPNALG_IN, of the packet, or of the one
 *                  that an ICMP error quotes
 * @param reason enum vpnalg_result, a drop reason of the library's own; those
 *               of a handler's own are vpnalg_own_counter()
 * @return the number of packets; 0 where there is no such protocol or reason
 */
VPNALG_API uint64_t vpnalg_drop_counter(const struct vpnalg *translator,
					size_t protocol,
					enum vpnalg_direction direction,
					unsigned reason);

/** A counter of a handler's own. This struct will not grow. */
struct vpnalg_own_counter {
	const char *name; /**< Its name, static. */
	uint64_t value;   /**< The count. */
};

/**
 * Reads a counter of a handler's own: how often it gave one of its own drop
 * reasons, or what else it counts.
 *
 * @param translator the translator
 * @param protocol the place in vpnalg_config.protocols
 * @param index counts from 0; the handler's drop reasons come first
 * @param[out] counter its name and count
 * @return false when there is no such counter
 */
VPNALG_API bool vpnalg_own_counter(const struct vpnalg *translator,
				   size_t protocol, size_t index,
				   struct vpnalg_own_counter *counter);

#ifdef __cplusplus
}
#endif

#endif

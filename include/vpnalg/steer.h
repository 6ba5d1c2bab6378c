/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file steer.h
 * @brief Choosing the translator for a packet where several share the work.
 */
#ifndef VPNALG_STEER_H
#define VPNALG_STEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/extra_port.h>
#include <vpnalg/packet.h>
#include <vpnalg/ports.h>
#include <vpnalg/protocol.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The settings of vpnalg_steer(); equal wherever packets are steered. */
struct vpnalg_steer {
	size_t size;     /**< sizeof(struct vpnalg_steer). */
	uint64_t key[2]; /**< Secret, so that load cannot be aimed. */
	/** The outside addresses of all translators; each packet's remote is
	 * compared with all of them. */
	const struct vpnalg_addr *addresses;
	size_t address_count; /**< The number of addresses. */
	/** The ports of each translator, as in the settings of
	 * vpnalg_general(), the first translator's first; NULL where that is
	 * not among the protocols. */
	const struct vpnalg_ports *general;
	size_t general_count; /**< The number of translators. */
	/** The protocols of the translators, for the server ports of their
	 * handlers; needed where `general` is given. */
	const struct vpnalg_protocol *protocols;
	size_t protocol_count; /**< The number of protocols. */
	/** Further ports of servers, as in vpnalg_config. */
	const struct vpnalg_extra_port *extra_ports;
	size_t extra_port_count; /**< The number of extra_ports. */
};

/**
 * Chooses the translator for a packet when several share the work. The remote
 * address decides, which translation never changes: both directions, a control
 * connection and its data, and ICMP errors about them are steered to one place.
 * All outside addresses count as one remote.
 *
 * General traffic has mappings for all remotes. So where steer->general is
 * given, TCP, UDP and ICMP queries go out by zone and inside address, and come
 * in by outside port: one that is in a translator's range decides. But what
 * has a server port of another handler (500, 1701, 1723 or 4500) at either end
 * goes by its remote like everything else. (An L2TP server that answers from
 * another port than 1701 to one that is in a range needs a single translator;
 * so does one that answers from another address:
 * vpnalg_l2tp_settings.any_address.)
 *
 * Later fragments have no ports. Those of TCP, UDP and ICMP go by their remote
 * then, and *fragment is set: the caller puts datagrams together before, or
 * gives a later fragment to the translator of the first. Those of ICMP are
 * marked without general traffic, too: they may be an error's, which goes by
 * what it quotes.
 *
 * @param steer the settings
 * @param packet data, caplen, len, direction and zone are read
 * @param translators their number, at least 1; sessions do not move when it
 *                    changes
 * @param[out] fragment set if it is a fragment whose first one would have
 *                      decided
 * @return 0 to translators - 1; 0 for what is not IPv4
 */
VPNALG_API uint32_t vpnalg_steer(const struct vpnalg_steer *steer,
				 const struct vpnalg_packet *packet,
				 uint32_t translators, bool *fragment);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file general.h
 * @brief All other traffic, and its settings.
 */
#ifndef VPNALG_GENERAL_H
#define VPNALG_GENERAL_H

#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The senders from which a mapping of general traffic takes packets (RFC 4787
 * 5, RFC 5382 5). Packets of others are dropped as VPNALG_DROP_FILTERED. */
enum vpnalg_filtering {
	/** All senders. A TCP segment must be a SYN or belong to a connection.
	 */
	VPNALG_FILTERING_ENDPOINT_INDEPENDENT = 0,
	/** Addresses to which the inside host has sent. */
	VPNALG_FILTERING_ADDRESS_DEPENDENT = 1,
	/** Addresses and ports to which the inside host has sent. */
	VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT = 2
};

/** Settings of vpnalg_general(). */
struct vpnalg_general_settings {
	/** sizeof(struct vpnalg_general_settings), so that it can grow. */
	size_t size;
	/** The ports and ICMP identifiers that stand outside for those of
	 * inside hosts. Default 1024 to 65535. Where several translators share
	 * their addresses, no two may have the same one: see
	 * vpnalg_steer(). */
	struct vpnalg_ports ports;
	uint8_t filtering; /**< enum vpnalg_filtering. */
	/** The time for which the port or ICMP identifier of a mapping without
	 * sessions is kept for the inside host that had it, in milliseconds;
	 * nothing comes in to it. The outside port of a service that has gone
	 * is kept as long for another service of that host. Default 0; RFC 6888
	 * REQ-8 wants 120,000. */
	uint32_t reuse_delay;
	/** The greatest MSS that a SYN may have (RFC 9293 3.7.1): a greater one
	 * is lowered to it in both directions, in PPTP's control connections
	 * as well, and undo does not raise it again. 536 or more. Default 0:
	 * none is lowered. */
	uint16_t mss;
};

/**
 * TCP, UDP and ICMP queries (RFC 4787, 5382, 5508, 7857), and every other IP
 * protocol, for a router that has no NAT of its own. It takes all that other
 * handlers leave, so it stands last among the protocols, and nothing leaves
 * with an inside address. ICMP of other types that comes from inside is dropped
 * as VPNALG_DROP_NO_SESSION, AH as VPNALG_DROP_AH.
 *
 * SCTP, DCCP and UDP-Lite keep their ports. All further protocols, such as 41
 * (IPv6) or EoIP, are distinguished by the remote alone: one inside host at a
 * time has the protocol with a remote, until it has sent nothing for
 * vpnalg_timers.other. Other hosts get another outside address then, if there
 * is one that no host uses with that remote, or are refused: VPNALG_DROP_TAKEN.
 * In the bindings of these protocols inside and outside ID are the same.
 *
 * Its settings are a struct vpnalg_general_settings.
 *
 * @return the handler
 */
VPNALG_API const struct vpnalg_handler *vpnalg_general(void);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file ports.h
 * @brief The outside ports that a translator may use: ranges, port sets and
 * blocks.
 */
#ifndef VPNALG_PORTS_H
#define VPNALG_PORTS_H

#include <stdint.h>

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A range of TCP and UDP ports, or of ICMP identifiers. This struct will not
 * grow. */
struct vpnalg_ports {
	uint16_t first; /**< The first one. */
	uint16_t last;  /**< The last one. */
};

/**
 * A set of ports by RFC 7597 5.1, for a router that shares its outside address
 * with others (MAP-E; lw4o6, RFC 7596). All ports of TCP, UDP, SCTP, DCCP and
 * UDP-Lite, ICMP identifiers and Call IDs whose bits behind the first `offset`
 * ones are the PSID, and whose first `offset` bits are not all 0. Only these
 * are given out. This struct will not grow.
 *
 * Servers that need their clients' port to be 500, 1701 or 4500, ESP, and
 * protocols without ports cannot be used then.
 */
struct vpnalg_port_set {
	uint8_t offset; /**< 0 to 15. */
	uint8_t length; /**< Bits of the PSID: 1 to 16 - offset; 0: no set. */
	uint16_t psid;  /**< The port set identifier. */
};

/**
 * Blocks of ports for inside hosts (RFC 6888 4, RFC 7422): all TCP and UDP
 * ports and ICMP identifiers of a host are from one block of one outside
 * address, so that it is known who had a port without a record of each session;
 * and no host has more ports than that. This struct will not grow.
 *
 * A host that has used up its block, or for which there is none left, is
 * refused: #VPNALG_DROP_NO_ID. Services (vpnalg_service_add()) and Call IDs are
 * not from blocks. Servers that need their clients' port to be 500, 1701 or
 * 4500 cannot be used.
 */
struct vpnalg_port_blocks {
	/** The number of ports in a block: a power of 2 from 64 to 16384, and
	 * its first port is a multiple of it; 0: no blocks. */
	uint16_t length;
	/** The ports that are divided; zero: 1024 to 65535. */
	struct vpnalg_ports ports;
	/** Blocks are computed for the hosts of this prefix and zone
	 * (RFC 7422 2.1): in the order of their addresses the blocks of the
	 * first outside address, then those of the next, the addresses being
	 * in the order of their bytes. Other hosts have none. Family 0: a host
	 * is allotted a block at random with the first session that has a
	 * port, and keeps it as long as it has any such; one record more for
	 * each host and block, and an event each time. */
	struct vpnalg_addr inside;
	uint16_t zone;         /**< The zone of these hosts. */
	uint8_t prefix_length; /**< The length of `inside`: 1 to 32. */
};

#ifdef __cplusplus
}
#endif

#endif

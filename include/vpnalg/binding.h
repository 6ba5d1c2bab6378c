/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file binding.h
 * @brief The outside address and ID of a session, and the choose callback's say
 * in them.
 */
#ifndef VPNALG_BINDING_H
#define VPNALG_BINDING_H

#include <stdint.h>

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One session as the owner of outside addresses sees it. The library makes it;
 * later versions' may be longer.
 *
 * An ID is a port, or what serves a protocol as one: a PPTP Call ID.
 */
struct vpnalg_binding {
	/** IP protocol number: 6, 17, 47, 50, 115, or 1 for ICMP queries, whose
	 * identifiers are the IDs; with vpnalg_general() any other one. */
	uint8_t protocol;
	uint16_t zone;              /**< Zone of the inside host. */
	struct vpnalg_addr inside;  /**< The inside host. */
	struct vpnalg_addr outside; /**< The outside address. */
	/** The remote host; of family 0 where the binding is for all of them,
	 * as a mapping's of general traffic. */
	struct vpnalg_addr remote;
	uint32_t inside_id; /**< The ID that the inside host chose. */
	/** The ID that stands for it outside. Unique towards the remote only:
	 * the same one may be given for other remotes, unless the binding is
	 * for all. */
	uint32_t outside_id;
	/** The port in the inside key: the remote's TCP or UDP port; for GRE
	 * and protocol 115 a number of the handler's own; for a mapping its
	 * uplink, of which a host may have several for one port; 0 without
	 * uplinks. */
	uint32_t remote_port;
	void *user; /**< The packet's; NULL when given back. */
};

/** The choose callback's answer to a proposed outside address and ID. */
enum vpnalg_choice {
	VPNALG_CHOICE_TAKE = 0,   /**< Reserved; use it. */
	VPNALG_CHOICE_NEXT = 1,   /**< Not this one; propose another ID. */
	VPNALG_CHOICE_REFUSE = 2, /**< No session; the packet is dropped. */
	/** The callback wrote outside and outside_id itself. The address must
	 * be one of the translator's, of whatever uplink, and the ID unused
	 * towards the remote, else the binding is given back and the packet
	 * dropped. For a binding to all remotes the address must be the
	 * proposed one (RFC 4787 REQ-2) and the ID one of
	 * vpnalg_general_settings.ports. With vpnalg_config.port_blocks the
	 * address must be the proposed one, and a port of the host's block. */
	VPNALG_CHOICE_CHOSEN = 3
};

#ifdef __cplusplus
}
#endif

#endif

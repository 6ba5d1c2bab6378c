/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file packet.h
 * @brief One packet: what the caller fills in, and what the library answers.
 */
#ifndef VPNALG_PACKET_H
#define VPNALG_PACKET_H

#include <stdint.h>

#include <vpnalg/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The direction of a packet, and in which form the caller holds it.
 *
 * Each direction has its inverse. A packet that was captured on the wrong side
 * of the translator is given with an UNDO direction, and its other form comes
 * out. Undo is no guess: it needs the sessions, and it moves their deadlines
 * like the packet itself would have.
 */
enum vpnalg_direction {
	VPNALG_OUT = 0,      /**< Travels out, in its inside form. */
	VPNALG_IN = 1,       /**< Travels in, in its outside form. */
	VPNALG_OUT_UNDO = 2, /**< Travels out, in its outside form. */
	VPNALG_IN_UNDO = 3   /**< Travels in, in its inside form. */
};

/** The content of the packet's TCP or UDP checksum field. */
enum vpnalg_checksum {
	/** A checksum over pseudo header and segment. A wrong one stays wrong.
	 */
	VPNALG_CHECKSUM_FULL = 0,
	/** The folded sum of the pseudo header, not complemented (Linux'
	 * CHECKSUM_PARTIAL, virtio's NEEDS_CSUM); hardware adds the rest. The
	 * IP header's checksum is complete all the same. In UDP 0 is no such
	 * sum: there is no checksum then (RFC 768), and 0 it stays. */
	VPNALG_CHECKSUM_PARTIAL = 1,
	/** A full checksum that hardware has verified already. */
	VPNALG_CHECKSUM_VERIFIED = 2
};

/** The segment was shortened: send len bytes only. TCP sends the rest again. */
#define VPNALG_PACKET_CUT 0x01

/** The packet was translated, and goes from one inside host to another through
 * an outside address (RFC 4787 REQ-9). Do not send one that was given as
 * VPNALG_OUT: give it to the translator again, with this flag and as VPNALG_IN.
 * It goes to the receiver then, if it is translated. */
#define VPNALG_PACKET_HAIRPIN 0x02

/** Beside VPNALG_PACKET_HAIRPIN: the packet goes to the service of a whole
 * protocol (\ref services_protocols). What the server sends back has the same
 * addresses, where both hosts have one outside address, but not this flag. Give
 * it in again with the packet. */
#define VPNALG_PACKET_TO_SERVICE 0x04

/**
 * One packet. The caller fills what is not called a result and owns all
 * memory; the library keeps no pointer after the call. This struct will not
 * grow.
 */
struct vpnalg_packet {
	/** The packet from its IP header on, at any alignment, changed in
	 * place. */
	uint8_t *data;
	/** The number of bytes at data. Headers must be among them; the tail of
	 * the packet need not be. */
	uint32_t caplen;
	/** The packet's length on the wire, from its IP header on. Becomes
	 * smaller when a segment is cut, and caplen with it; never grows. */
	uint32_t len;
	uint8_t direction; /**< enum vpnalg_direction. */
	uint8_t checksum;  /**< enum vpnalg_checksum. */
	/** Distinguishes inside networks with equal addresses. Set by the
	 * caller for VPNALG_OUT and VPNALG_IN_UNDO; set by the library for the
	 * other two when the packet was translated. */
	uint16_t zone;
	void *user; /**< The caller's own. Never looked at, only passed on. */

	/** Result: VPNALG_PACKET_CUT and so on. Given: as it was left, where a
	 * packet is turned round (VPNALG_PACKET_HAIRPIN), or undone; else 0: a
	 * forged packet from outside may look like one that is turned round.
	 * Not read for VPNALG_OUT. */
	uint8_t flags;
	uint8_t result; /**< Result: enum vpnalg_result. */
	/** Result: the protocol that gave the reason, for VPNALG_DROP_OWN and
	 * more: its place in vpnalg_config.protocols. */
	uint8_t protocol;
	/** Given: the uplink by which the caller's route to the remote leaves,
	 * where vpnalg_config.uplinks distinguishes them. Set by the caller for
	 * VPNALG_OUT and VPNALG_IN_UNDO, and never by the library. A session
	 * that the packet opens has an address of that uplink, or is refused
	 * (#VPNALG_DROP_NO_ID) where none is in use. An existing session keeps
	 * its address: route translated packets by their source. */
	uint8_t uplink;
	/** Zero. The library's between vpnalg_ports_begin() and
	 * vpnalg_ports_end(). */
	uint8_t reserved[4];
};

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/parsed.h
 * @brief A packet as the parser has proved it.
 */
#ifndef VPNALG_HANDLER_PARSED_H
#define VPNALG_HANDLER_PARSED_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Place of a packet in a fragmented datagram. */
enum vpnalg_fragment {
	VPNALG_FRAGMENT_NONE = 0,  /**< It is whole. */
	VPNALG_FRAGMENT_FIRST = 1, /**< It has the header behind IP's. */
	VPNALG_FRAGMENT_LATER = 2  /**< It has not. */
};

/** A parsed packet. The parser has proved all of it; handlers may rely on it.
 */
struct vpnalg_parsed {
	uint8_t *ip; /**< The IP header. */
	/** The length of what follows it, by the IP header. */
	uint32_t l4_len;
	/** The bytes of that which may be read and written; never more than
	 * l4_len. */
	uint32_t l4_caplen;
	uint8_t *l4; /**< The bytes behind the IP header. */
	bool inward; /**< It travels in. */
	bool inside; /**< It is in its inside form. */
	bool undo;   /**< The form is not the one to arrive in. */
	/** It is quoted by an ICMP error: as little as 8 bytes of l4. */
	bool quoted;
	/** The IP header speaks of more bytes than the packet has. */
	bool overlong;
	uint8_t fragment; /**< enum vpnalg_fragment. */
	uint8_t addr_len; /**< Bytes in an address: 4. */
	uint8_t checksum; /**< enum vpnalg_checksum. */
	/** The address in the packet on the inside host's end: its own or the
	 * outside address, whichever form the packet has. */
	uint8_t *local;
	uint8_t *remote;  /**< The address of the far end. */
	uint16_t zone;    /**< Zone of the inside host, for the inside form. */
	uint8_t protocol; /**< IP protocol number of l4. */
};

/**
 * Returns whether a header is in memory.
 *
 * @param parsed the packet
 * @param length the header's length in bytes, from l4 on
 * @return VPNALG_TRANSLATED if all of them may be read, VPNALG_DROP_MALFORMED
 *         if the packet is shorter, VPNALG_DROP_TRUNCATED if only its head is
 *         in memory
 */
static inline enum vpnalg_result
vpnalg_has_header(const struct vpnalg_parsed *parsed, uint32_t length)
{
	if (parsed->l4_caplen >= length)
		return VPNALG_TRANSLATED;
	return parsed->l4_len < length ? VPNALG_DROP_MALFORMED
				       : VPNALG_DROP_TRUNCATED;
}

#ifdef __cplusplus
}
#endif

#endif

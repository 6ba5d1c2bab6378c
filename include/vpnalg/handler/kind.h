/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/kind.h
 * @brief One kind of session of a handler.
 */
#ifndef VPNALG_HANDLER_KIND_H
#define VPNALG_HANDLER_KIND_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One kind of session of a handler. */
struct vpnalg_kind {
	const char *name; /**< As "PPTP call"; static. */
	uint8_t slots;    /**< The most keys it has: 2 to 4. */
	/** Bytes that it keeps for the handler. Head, keys and body fit into
	 * VPNALG_UNITS_MAX units: at most 136 bytes with two IPv4 keys, 96
	 * with four. With vpnalg_config.account it is 32 less, but for those
	 * that are of_remote. */
	uint8_t body;
	/** While such a session lives, packets of this IP protocol from its
	 * remote to its outside address that no session takes are dropped as
	 * VPNALG_DROP_GUARDED. 0 for none. */
	uint8_t guard;
	/** Its sessions have the same outside address for all remotes (RFC 4787
	 * REQ-2, "Paired"), and do not count where others are spread over the
	 * addresses. */
	bool pooled;
	/** Its sessions have an outside address and ID that another one was
	 * given: opening.outside and opening.outside_id. The choose callback
	 * is neither asked nor notified. A session of another handler that has
	 * one of its keys keeps that: VPNALG_DROP_PORT_HELD. */
	bool inherits_outside;
	/** Its own IDs stand for ports, as Call IDs do: they are of
	 * vpnalg_config.port_set. Those of TCP, UDP and ICMP always are. */
	bool port_set;
	/** Its records are about a remote, for all the hosts that have sessions
	 * with it; the inside host in their keys means nothing, or is that of
	 * the first one. They are opened with peer keys. */
	bool of_remote;
	/** The layout in which a body is saved (vpnalg/state.h): its fields, in
	 * order, one character each. 1, 2 or 4: a number of that many bytes; a
	 * point: a byte of nothing, between fields or behind the last; widths
	 * in brackets, as (11 8 1): a group of bit-fields of an unsigned type,
	 * whose bits fill one byte, two, or four. Static. NULL: the bytes as
	 * they are, which means something only where the byte order is the
	 * same. */
	const char *layout;
	/** Its children are those that vpnalg_handler.counted_by counts. They
	 * are counted anew when sessions are loaded, of which some may not be
	 * there. Else vpnalg_record.children is the handler's own to set; it
	 * becomes 0 when sessions are loaded, and vpnalg_handler.parent names
	 * no living one. */
	bool counts_children;
	/** Its sessions belong to another one of the same host, which is there
	 * before: a call, an SA, a tunnel. Rules of a policy are not asked for
	 * them, and of limits only those of their host: vpnalg/policy.h. */
	bool child;
};

#ifdef __cplusplus
}
#endif

#endif

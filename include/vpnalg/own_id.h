/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file own_id.h
 * @brief For routers with VPN sessions of their own: list the IDs of these.
 *
 * A translator with vpnalg_config.own learns what the router uses from the
 * packets that the router sends. Where those cannot be shown, as where a kernel
 * or a chip has the tunnel, or where an ID must be known before the first of
 * them, list it: it is given to no inside host, paired with none, and what
 * comes in with it is #VPNALG_UNTOUCHED.
 */
#ifndef VPNALG_OWN_ID_H
#define VPNALG_OWN_ID_H

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The kinds of IDs of the router's own. Those that an end chooses for itself
 * are the router's here: the ones that come in. */
enum vpnalg_own_id_kind {
	/** A TCP or UDP port, or an ICMP identifier. */
	VPNALG_OWN_ID_PORT = 1,
	/** The SPI of an inbound ESP SA: RFC 4303 2.1. */
	VPNALG_OWN_ID_ESP_SPI = 2,
	/** The initiator's SPI of an IKE SA, or its cookie, where both ends
	 * have port 500: RFC 7296 3.1, RFC 2408 3.1. With other ports, the
	 * ports identify its owner. */
	VPNALG_OWN_ID_IKE_SPI = 3,
	/** The Call ID of a PPTP call: RFC 2637 4.1. */
	VPNALG_OWN_ID_CALL_ID = 4,
	/** The Key of a GRE tunnel: RFC 2890 2.1. */
	VPNALG_OWN_ID_GRE_KEY = 5,
	/** A GRE tunnel without a Key; id is 0. */
	VPNALG_OWN_ID_GRE_UNKEYED = 6,
	/** The Tunnel ID of an L2TPv2 tunnel at UDP port 1701: RFC 2661 3.1. */
	VPNALG_OWN_ID_TUNNEL_ID = 7,
	/** The Control Connection ID of L2TPv3: RFC 3931 3.2.1. */
	VPNALG_OWN_ID_CONNECTION_ID = 8,
	/** The Session ID of L2TPv3: RFC 3931 4.1. */
	VPNALG_OWN_ID_SESSION_ID = 9
};

/** An ID of the router's own. Zero it, set size, then the rest. */
struct vpnalg_own_id {
	size_t size;  /**< sizeof(struct vpnalg_own_id). */
	uint8_t kind; /**< enum vpnalg_own_id_kind. */
	/** IP protocol number: of a port TCP's or UDP's, or 1 for an ICMP
	 * identifier; of L2TPv3 UDP's, at port 1701, or 115; 0 of all else. */
	uint8_t protocol;
	struct vpnalg_addr outside; /**< One of the outside addresses. */
	/** The far end. Of a port it may be of family 0: of all remotes. */
	struct vpnalg_addr remote;
	uint64_t id; /**< The ID, in host order. */
	/** Milliseconds from now until it is forgotten; 0: never. */
	vpnalg_time lifetime;
};

/** The result of listing or removing an ID. */
enum vpnalg_own_id_result {
	VPNALG_OWN_ID_DONE = 0, /**< It is listed, or no more, as asked. */
	/** The struct is of another version, an address, the protocol or the ID
	 * is not what it must be, or vpnalg_config.own is not set. */
	VPNALG_OWN_ID_INVALID = -1,
	/** A session of an inside host has it, and goes on. Never of an ESP
	 * SPI: the host's SA ends. */
	VPNALG_OWN_ID_TAKEN = -2,
	VPNALG_OWN_ID_NO_ROOM = -3, /**< The store has no room or failed. */
	/** No protocol of the translator reads such an ID: it need not be
	 * listed. */
	VPNALG_OWN_ID_NO_HANDLER = -4,
	VPNALG_OWN_ID_UNKNOWN = -5 /**< There is none to be removed. */
};

/**
 * Lists an ID of the router's own, which takes a record of the store, and one
 * more for each of its remotes. One that is listed already is renewed: its
 * lifetime begins anew.
 *
 * A session that the router's packets have left ends, for the list says more.
 * So does an ESP SPI's pair with an inside host, which was a guess. Any other
 * session of an inside host keeps the ID.
 *
 * With vpnalg_general() a port that is no server's port of another protocol is
 * listed for all remotes, whatever its remote is, as mappings are for all of
 * them.
 *
 * IDs are neither saved nor taken over by the store's next translator, and go
 * with their outside address: list them again, after a state is loaded
 * (vpnalg/state.h). Where several translators share the work, each needs those
 * of its remotes.
 *
 * @param translator the translator
 * @param own the ID; it is copied
 * @param now the time; an earlier one than before counts as the last
 * @return VPNALG_OWN_ID_DONE, or a negative enum vpnalg_own_id_result and
 *         nothing has changed
 */
VPNALG_API int vpnalg_own_id_add(struct vpnalg *translator,
				 const struct vpnalg_own_id *own,
				 vpnalg_time now);

/**
 * Removes an ID from the list.
 *
 * @param translator the translator
 * @param own the ID: all but lifetime is compared
 * @param now the time; an earlier one than before counts as the last
 * @return VPNALG_OWN_ID_DONE, VPNALG_OWN_ID_INVALID, VPNALG_OWN_ID_NO_HANDLER
 *         or VPNALG_OWN_ID_UNKNOWN
 */
VPNALG_API int vpnalg_own_id_remove(struct vpnalg *translator,
				    const struct vpnalg_own_id *own,
				    vpnalg_time now);

#ifdef __cplusplus
}
#endif

#endif

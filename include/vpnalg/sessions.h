/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file sessions.h
 * @brief Sessions, listed one by one, and cut.
 *
 * A listing takes bounded steps between which packets go on. A session that is
 * there from its beginning to its end is in it once; one that opens or ends
 * meanwhile may be in it or not.
 */
#ifndef VPNALG_SESSIONS_H
#define VPNALG_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** In vpnalg_session_info.flags: the end of the session was announced. It
 * lingers: the packet that announced the end may be late or forged. */
#define VPNALG_INFO_ENDED 0x01
/** It is the router's own: vpnalg_config.own. */
#define VPNALG_INFO_ROUTERS 0x02
/** It is a service: vpnalg_service_add(). */
#define VPNALG_INFO_SERVICE 0x04
/** It is a mapping of general traffic (RFC 4787 2), for all remotes: its
 * sessions are its children. */
#define VPNALG_INFO_MAPPING 0x08
/** It is no session of a host's, but the record of a remote, for all hosts that
 * talk to it. Its inside address and IDs mean nothing. */
#define VPNALG_INFO_OF_REMOTE 0x10
/** It keeps account: vpnalg_config.account. */
#define VPNALG_INFO_ACCOUNT 0x20

/** One session. Zero it and set size, which stays; the rest is the library's to
 * fill in. */
struct vpnalg_session_info {
	size_t size; /**< sizeof(struct vpnalg_session_info). */
	/** Distinguishes it from all others that live now. It is no address,
	 * and means nothing in another translator. A later session between the
	 * same ends may have it again. Never 0. */
	uint64_t number;
	/** The number of the session that it belongs to, as a call to its
	 * control connection, an ESP SA to its host, a session to its mapping;
	 * 0: to none. */
	uint64_t parent;
	const char *protocol_name; /**< As "PPTP"; static. */
	const char *kind_name;     /**< As "PPTP call"; static. */
	/** Milliseconds until it dies unless it is used; 0 if only others that
	 * belong to it keep it alive, #VPNALG_NEVER if it does not die. */
	vpnalg_time expires_in;
	struct vpnalg_addr inside;  /**< The inside host. */
	struct vpnalg_addr outside; /**< The outside address. */
	/** The remote; of family 0 where it is for all of them. */
	struct vpnalg_addr remote;
	/** These four as in struct vpnalg_binding. */
	uint32_t inside_id;
	uint32_t outside_id;  /**< As there. */
	uint32_t remote_port; /**< As there. */
	uint16_t zone;        /**< As there. */
	/** IP protocol number, as in struct vpnalg_binding; above 252 a number
	 * of the handler's own. */
	uint8_t ip_protocol;
	uint8_t protocol;  /**< The place in vpnalg_config.protocols. */
	uint8_t kind;      /**< The kind, among the protocol's, from 0 on. */
	uint16_t flags;    /**< VPNALG_INFO_ENDED and so on. */
	uint16_t children; /**< The number of others that keep it alive. */
	/** The time since it was opened, in milliseconds, to a quarter of a
	 * second. This and all that follows is 0 without #VPNALG_INFO_ACCOUNT.
	 */
	vpnalg_time age;
	/** The time since a packet of it was translated last, in either
	 * direction, as age. */
	vpnalg_time idle;
	/** Packets translated that travelled out, in, those that were undone
	 * included; modulo 2^44. A datagram in fragments counts once, and as it
	 * was put together, else by its first fragment; ICMP errors about its
	 * packets do not count. Those of sessions that are distinguished within
	 * one flow of L2TP count for the flow. */
	uint64_t packets[2];
	/** Their bytes, from the IP header on, as they are sent on; modulo
	 * 2^52. */
	uint64_t bytes[2];
};

/** The result of a step of a listing. */
enum vpnalg_sessions_step {
	VPNALG_SESSIONS_END = 0,  /**< The round is over: nothing more. */
	VPNALG_SESSIONS_NONE = 1, /**< Nothing so far: go on. */
	VPNALG_SESSIONS_ONE = 2   /**< A living session. */
};

/**
 * Goes on with a listing of all living sessions, those that only the library
 * itself keeps for a protocol included. Looks at 32 places of the store at most
 * and returns with the first session. Closes nothing and moves no deadline.
 * Several listings may be under way.
 *
 * @param translator the translator
 * @param now the time; an earlier one than before counts as the last
 * @param[in,out] cursor 0 at first, and 0 again after #VPNALG_SESSIONS_END; the
 *                       library's between steps
 * @param[out] info the session, with #VPNALG_SESSIONS_ONE
 * @return enum vpnalg_sessions_step
 */
VPNALG_API int vpnalg_sessions_next(struct vpnalg *translator, vpnalg_time now,
				    uint64_t *cursor,
				    struct vpnalg_session_info *info);

/** A cut: the sessions that it closes, and how far it is. Zero it, set size,
 * then the conditions: sessions that meet all of them are cut; without any
 * condition, all sessions. */
struct vpnalg_session_cut {
	size_t size; /**< sizeof(struct vpnalg_session_cut). */
	/** Result: the number of sessions cut so far, with those that belong to
	 * them. */
	uint64_t closed;
	uint64_t cursor; /**< The library's. */
	uint8_t round;   /**< The library's. */
	bool busy;       /**< The library's. */

	/** Only the session of this number, vpnalg_session_info.number; 0: any.
	 */
	uint64_t number;
	/** Only sessions of these protocols: bit n stands for the place n in
	 * vpnalg_config.protocols; 0: any. */
	uint32_t protocols;
	uint16_t zone; /**< Only hosts of this zone, with one_zone. */
	bool one_zone; /**< The zone is compared. */
	/** Services are cut, too: vpnalg_service_add(). */
	bool services;
	/** Only inside hosts of this prefix; family 0: any. */
	struct vpnalg_addr inside;
	/** The number of bits of inside that are compared: 1 to 32; 0: all. */
	uint8_t inside_prefix;
	/** Only remotes of this prefix; family 0: any, and sessions for all
	 * remotes. */
	struct vpnalg_addr remote;
	/** The number of bits of remote that are compared: 1 to 32; 0: all. */
	uint8_t remote_prefix;
	/** Only sessions that this service has opened; the service may have
	 * been removed since. Only read. NULL: any. */
	const struct vpnalg_service *service;
};

/** The result of vpnalg_sessions_cut(). */
enum vpnalg_cut_result {
	VPNALG_CUT_DONE = 0, /**< All are cut. */
	VPNALG_CUT_MORE = 1, /**< There is more to do: call again. */
	/** The struct is of another version, a prefix is none of IPv4, a
	 * protocol is not there, or the service cannot be; nothing was cut. */
	VPNALG_CUT_INVALID = -1
};

/**
 * Goes on with cutting sessions: closes them at once, with all that belongs to
 * them, as calls to a control connection, ESP SAs to their host. Their outside
 * addresses and IDs are given back by the release callback. The hosts are not
 * notified: the next packet from inside opens another session, if it may open
 * one; TCP needs a SYN for that (#VPNALG_DROP_NO_CONNECTION).
 *
 * A session that others keep alive is closed after the last of them. Where a
 * host opens others all the time, as under a mapping, that one may stay. A
 * session that opens while the cut lasts may be cut or not. Begin another cut
 * when this one is done. The record of a remote goes with its last host, or if
 * the cut includes it and no host needs it. An IKE SA goes with its session
 * only.
 *
 * @param translator the translator
 * @param[in,out] cut which sessions; the same struct until it is done
 * @param now the time; an earlier one than before counts as the last
 * @param budget how much to do, at least 1, as of vpnalg_expire(); to cut a
 *               session costs some 20
 * @return enum vpnalg_cut_result
 */
VPNALG_API int vpnalg_sessions_cut(struct vpnalg *translator,
				   struct vpnalg_session_cut *cut,
				   vpnalg_time now, unsigned budget);

#ifdef __cplusplus
}
#endif

#endif

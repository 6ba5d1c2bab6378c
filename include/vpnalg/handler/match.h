/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/match.h
 * @brief A handler's answer about a packet: whether it claims it, and by which
 * key.
 */
#ifndef VPNALG_HANDLER_MATCH_H
#define VPNALG_HANDLER_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/result.h>
#include <vpnalg/handler/parsed.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A handler's answer about a packet. */
enum vpnalg_claim {
	VPNALG_CLAIM_NONE = 0, /**< Not one of its. */
	VPNALG_CLAIM_KEY = 1,  /**< Look for this session. */
	/** It must not pass, for match.reason (from outside: only while the
	 * remote is guarded for match.space). */
	VPNALG_CLAIM_DROP = 2,
	/** Its header is in another fragment: it must not pass while the
	 * remote is guarded for match.space. */
	VPNALG_CLAIM_GUARDED = 3
};

/** The answer of a handler that claims a packet. */
struct vpnalg_match {
	bool peer; /**< The packet shows the peer's ID, not the own. */
	/** The ID space, as in struct vpnalg_tuple. Handlers share one only
	 * where their IDs are the same ones, as TCP ports are. */
	uint8_t space;
	uint8_t kind;   /**< The kind whose counters count it. */
	uint8_t reason; /**< With a DROP: enum vpnalg_result. */
	uint32_t id;    /**< As in struct vpnalg_tuple. */
	uint32_t port;  /**< As in struct vpnalg_tuple. */
	/** The key is one for all remotes, as opening.any_remote makes it. */
	bool any_remote;
	/** Given: the number of keys that this handler has named for this
	 * packet and that are no session's; 0 at first. */
	uint8_t attempt;
	/** The handler knows another key, should this one be no session's. It
	 * is asked again then, with a greater attempt, at most 16 times. */
	bool more;
	/** Nothing behind this first fragment is read or rewritten. Else the
	 * datagram is put together before it is translated. */
	bool first_suffices;
};

/**
 * Claims a packet that must not pass.
 *
 * @param match the answer
 * @param reason the drop reason
 * @return VPNALG_CLAIM_DROP
 */
static inline enum vpnalg_claim vpnalg_match_drop(struct vpnalg_match *match,
						  enum vpnalg_result reason)
{
	match->reason = (uint8_t)reason;
	return VPNALG_CLAIM_DROP;
}

/**
 * Claims a packet with a header that is not wholly in memory: it must not pass.
 *
 * @param parsed the packet
 * @param match the answer
 * @param length the header's length in bytes, from l4 on
 * @return VPNALG_CLAIM_DROP, for the reason that vpnalg_has_header() gives
 */
static inline enum vpnalg_claim
vpnalg_match_drop_short(const struct vpnalg_parsed *parsed,
			struct vpnalg_match *match, uint32_t length)
{
	return vpnalg_match_drop(match, vpnalg_has_header(parsed, length));
}

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/open.h
 * @brief Opening a session, and what can be known about it before.
 */
#ifndef VPNALG_HANDLER_OPEN_H
#define VPNALG_HANDLER_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/result.h>
#include <vpnalg/store.h>
#include <vpnalg/types.h>
#include <vpnalg/handler/key.h>
#include <vpnalg/handler/step.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A set of IDs to choose from: first, first + step, ... */
struct vpnalg_range {
	uint32_t first; /**< The first one. */
	uint32_t step;  /**< The distance between two; at least 1. */
	uint32_t count; /**< The number of IDs; 0: no such range. */
};

/** The parts of a session that is to be opened. */
struct vpnalg_opening {
	uint8_t kind;          /**< The kind, among the handler's. */
	uint8_t space;         /**< The ID space: IP protocol number. */
	uint16_t zone;         /**< Zone of the inside host. */
	const uint8_t *inside; /**< Address of the inside host. */
	/** Address of the remote; with any_remote, of the one to which the
	 * opening packet goes. NULL only for a kind that inherits_outside: its
	 * keys are for all remotes. */
	const uint8_t *remote;
	/** The outside address that it must have, as its parent's; or NULL. */
	const uint8_t *outside;
	uint32_t id;           /**< The ID that the inside host chose. */
	uint32_t inside_port;  /**< The inside key's port. */
	uint32_t outside_port; /**< The outside key's port. */
	uint32_t outside_id;   /**< Only if it inherits_outside. */
	/** It is for all remotes: no remote address is in its keys. While it
	 * lives, no session of another kind gets its outside ID, for whatever
	 * remote, nor does it get one that another session has for `remote`
	 * now. Nor does it get a handler's server port. Only
	 * for kinds that are pooled. An inside_port that would be 0 is
	 * vpnalg_session_uplink(), and vpnalg_match.port is 0 all the same: so
	 * the host may have one for each uplink. The translator finds that of
	 * uplink 0, or a service; the handler finds the others. */
	bool any_remote;
	/** Its two keys are peer keys: id is the peer's, which stays what it
	 * is. The choose callback is not asked. Another session that has one
	 * of the keys loses it, and both are marked VPNALG_SESSION_SHARED. */
	bool peer;
	/** Its outside ID may be `id` itself. */
	bool keep;
	/** Ranges in which to look for another outside ID, in this order; a
	 * bounded number of tries, and the next packet goes on from there. */
	struct vpnalg_range ranges[2];
	uint32_t least;    /**< The least ID that the caller may choose. */
	uint32_t greatest; /**< The greatest one. */
	uint32_t lifetime; /**< Milliseconds until its first deadline. */
};

/**
 * Opens a session with its two first keys: chooses the outside address and ID,
 * asks the caller's choose callback, adds the record.
 *
 * It is not checked that the packet travels out in its inside form. From
 * outside open a session only beside one that an inside host has opened, as
 * for GRE's other Key, an ESP SPI or an L2TP answer from another address, or
 * beside a service, and a bounded number of them.
 *
 * @param step the packet that opens it
 * @param opening the parts of the session
 * @param[out] record the session, its body zero
 * @return VPNALG_TRANSLATED, or the reason why not and nothing was taken
 */
VPNALG_API enum vpnalg_result
vpnalg_session_open(const struct vpnalg_step *step,
		    const struct vpnalg_opening *opening,
		    struct vpnalg_record **record);

/**
 * Opens a session for a TCP or UDP packet that travels out, by its ports. The
 * outside port is the inside one while that is free, else another of its range
 * and parity (RFC 4787 REQ-3a and REQ-4), else any from 1024 on. Ports that
 * stand for something else, such as 53, are never given out. It is unique
 * towards the remote whatever the remote's port: the outside key's port is 0.
 *
 * @param step the packet; its ports are in memory
 * @param kind the kind, among the handler's
 * @param lifetime milliseconds until its first deadline
 * @param[out] record the session, its body zero
 * @return VPNALG_TRANSLATED, or the reason why not and nothing was taken
 */
VPNALG_API enum vpnalg_result
vpnalg_session_open_port(const struct vpnalg_step *step, uint8_t kind,
			 uint32_t lifetime, struct vpnalg_record **record);

/**
 * Returns whether a session could be opened now. Nothing is taken; the
 * caller's choose callback is asked, and what it gives is given back at once.
 *
 * @param step the packet
 * @param opening the parts of the session
 * @param[out] outside_id the outside ID that it would have
 * @return whether an outside address and ID are to be had
 */
VPNALG_API bool vpnalg_session_may_open(const struct vpnalg_step *step,
					const struct vpnalg_opening *opening,
					uint32_t *outside_id);

/**
 * Returns the outside address that a new session of an inside host would be
 * given for a remote, before the choose callback is asked.
 *
 * @param translator the translator
 * @param zone zone of the inside host
 * @param inside address of the inside host
 * @param remote address of the remote
 * @return the outside address; 0.0.0.0 where the packet's uplink has none
 */
VPNALG_API const uint8_t *vpnalg_session_outside(struct vpnalg *translator,
						 uint16_t zone,
						 const uint8_t *inside,
						 const uint8_t *remote);

/**
 * Returns the uplink by which a packet leaves. A session that is opened now
 * gets an address of that uplink, unless opening.outside is given. A packet in
 * its outside form has the uplink of its outside address.
 *
 * @param step the packet
 * @return vpnalg_packet.uplink; 0 where the addresses are of one uplink
 */
VPNALG_API uint8_t vpnalg_session_uplink(const struct vpnalg_step *step);

/**
 * Returns whether the outside addresses may be of several uplinks. Then a
 * session that must have the address of another one between the same hosts is
 * opened with that as opening.outside: without it, packets of the two may have
 * different uplinks.
 *
 * @param translator the translator
 * @return whether vpnalg_config.uplinks was given
 */
VPNALG_API bool vpnalg_session_has_uplinks(const struct vpnalg *translator);

/**
 * Fills in the zone and the addresses of an opening for a session of the same
 * hosts as another: its child, as a rule.
 *
 * @param translator the translator
 * @param record the other session; the addresses point into it
 * @param[out] opening zone, inside, remote and outside are set
 */
VPNALG_API void vpnalg_session_hosts(const struct vpnalg *translator,
				     struct vpnalg_record *record,
				     struct vpnalg_opening *opening);

/**
 * Looks for an ID that no session has, without taking it. Where most are taken,
 * the next call goes on where this one has left off.
 *
 * @param translator the translator
 * @param tuple role, space, port and addresses of the keys to try; its id is
 *              set to the one found
 * @param ranges the ranges to search, in this order
 * @param range_count the number of ranges
 * @return false when none was found in a bounded number of tries
 */
VPNALG_API bool vpnalg_session_free_id(struct vpnalg *translator,
				       struct vpnalg_tuple *tuple,
				       const struct vpnalg_range *ranges,
				       size_t range_count);

#ifdef __cplusplus
}
#endif

#endif

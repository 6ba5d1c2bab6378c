/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file config.h
 * @brief All settings of a translator, and what is wrong with them.
 */
#ifndef VPNALG_CONFIG_H
#define VPNALG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/binding.h>
#include <vpnalg/event.h>
#include <vpnalg/extra_port.h>
#include <vpnalg/fragments.h>
#include <vpnalg/ports.h>
#include <vpnalg/protocol.h>
#include <vpnalg/timers.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vpnalg_store; /* A session store: vpnalg/store.h. */

struct vpnalg_policy; /* Rules and limits for sessions: vpnalg/policy.h. */

/**
 * The settings of a translator. Zero it, set size, then what is needed: zero
 * means the default. vpnalg_init() copies what it needs; only the handlers,
 * the store and what the callbacks use must live as long as the translator.
 */
struct vpnalg_config {
	/** sizeof(struct vpnalg_config), so that it can grow. A program that
	 * was built with another version's header may pass a shorter struct,
	 * or a longer one of which the rest is zero. */
	size_t size;
	/** The protocols by priority: the first handler that claims a packet
	 * has it. No handler stands there twice, and none behind
	 * vpnalg_general(), which takes what is left. Required. */
	const struct vpnalg_protocol *protocols;
	size_t protocol_count; /**< 1 to 15. */
	/** The outside addresses: unicast, all IPv4, none twice. Required. */
	const struct vpnalg_addr *addresses;
	size_t address_count; /**< 1 to 4096. */
	/** The session store. Required; only its address is kept. It is empty,
	 * or an earlier translator's that had the same hash_key, protocols,
	 * key length and account: then its sessions are taken over.
	 * The choose callback is not asked about them. */
	const struct vpnalg_store *store;
	/** Timeouts, which are copied; NULL for the defaults.
	 * vpnalg_set_timers() sets others. */
	const struct vpnalg_timers *timers;
	/** Passed to the callbacks. */
	void *context;
	/** Returns 32 random bits that outsiders cannot predict. Required.
	 * Called by vpnalg_init() and where a session is opened or an ID looked
	 * for, not for every packet. */
	uint32_t (*random)(void *context);
	/** Optional: has the last word on an outside address and ID. Called
	 * once for each proposal, a bounded number of times for a packet; also
	 * to ask for one that is given back at once. It may not call the
	 * translator. */
	enum vpnalg_choice (*choose)(void *context,
				     struct vpnalg_binding *binding);
	/** Optional: a binding that choose took or chose is free again, whether
	 * or not a session came of it. Called once for each, with user NULL.
	 * Not called when the translator's memory is given up. */
	void (*release)(void *context, const struct vpnalg_binding *binding);
	/** Optional: notified of what was decided, from within calls into the
	 * translator. The event is the library's and gone afterwards: copy what
	 * is needed. It should return soon, for packets wait. It may read
	 * counters, and call other translators. It may not call this one, which
	 * changes nothing then: packets are VPNALG_DROP_FAULT as they are, no
	 * held one is given back, vpnalg_expire() returns the time,
	 * vpnalg_sessions_next() #VPNALG_SESSIONS_END, all else the error that
	 * means busy or invalid. */
	void (*event)(void *context, const struct vpnalg_event *event);
	/** Spreads inside hosts over the outside addresses. Translators that
	 * share their addresses must share it (RFC 4787 REQ-2). */
	uint64_t pool_key[2];
	/** Keys the hash by which the store finds sessions: secret, or
	 * outsiders can fill one place of it. Zero: drawn at random. Needed
	 * where the store is to outlive the translator. */
	uint64_t hash_key[2];
	/** Packets handled together, 1 to 256. Default 32. Each costs about 140
	 * bytes of the translator's memory. */
	uint16_t burst;
	/** No host is held back (VPNALG_DROP_HELD), and no SPI is tried
	 * (VPNALG_EVIDENCE_ANSWERED): for captures, in which nothing is sent
	 * again, and no host reacts to what is done now. */
	bool passive;
	/** Memory for fragments; NULL: fragments of protocols that a handler
	 * owns are dropped. The struct is copied. */
	const struct vpnalg_fragments *fragments;
	/** The bound on outside addresses at a time, those that are drained
	 * included: vpnalg_set_addresses(). 0: address_count. If it is not 1,
	 * each host that has sessions takes a record more. */
	size_t address_max;
	/** The ports of the outside addresses that are the translator's, where
	 * it shares them with other routers; length 0: all. */
	struct vpnalg_port_set port_set;
	/** Blocks of ports for inside hosts; length 0: none. Not beside a
	 * port_set. */
	struct vpnalg_port_blocks port_blocks;
	/** The router has VPN sessions of its own, from the outside addresses,
	 * and the caller shows what it sends: packets given as VPNALG_OUT whose
	 * source is an outside address. They leave sessions of the router's
	 * own, as an inside host's would, and what comes in for these is
	 * VPNALG_UNTOUCHED like they are. No host is given an ID that the
	 * router uses towards the same remote. ESP that comes in from a remote
	 * with which the router itself has ESP is paired with it or with a host
	 * by the same evidence as between hosts; until it is paired it is
	 * VPNALG_UNTOUCHED. Without this such packets are only counted. What
	 * cannot be shown may be listed: vpnalg/own_id.h. */
	bool own;
	/** The uplink of each of the addresses, where the outside has several:
	 * address_count numbers of the caller's own, with gaps or without,
	 * which packets have in vpnalg_packet.uplink. NULL: there is one,
	 * whatever the packets say. A translator that is to have several later
	 * needs the array from the beginning. Each uplink is a pool of its own:
	 * a host has one paired address on each (RFC 4787 REQ-2), and blocks of
	 * ports are divided on each. */
	const uint8_t *uplinks;
	/** Each session keeps account of when it was opened and last used, and
	 * of its packets and bytes in each direction, for those who list
	 * sessions: vpnalg_sessions_next(). That takes 32 bytes more of its
	 * record, and some instructions of each packet. A store that is
	 * mirrored is notified of each packet: vpnalg_store.changed. */
	bool account;
	/** The policy from the beginning; NULL: everything is allowed.
	 * vpnalg_set_policy() sets another one. */
	const struct vpnalg_policy *policy;
	/** Sessions are counted for each inside host, so that a policy may
	 * limit them: a record of two units more for each host that has
	 * sessions, of three where there are more than nine protocols. */
	bool count_hosts;
	/** The same for each remote. */
	bool count_remotes;
	/** If the store is not empty, what vpnalg_clock_offset() returned for
	 * the translator that had it before; else 0. */
	vpnalg_time clock_offset;
	/** Further ports of servers, such as PPTP's at TCP 1724. They count
	 * only in packets that vpnalg_ports_begin() was called for. */
	const struct vpnalg_extra_port *extra_ports;
	size_t extra_port_count; /**< 0 to #VPNALG_EXTRA_PORTS_MAX. */
	/** The most events in a second, and at once after a pause, of those
	 * that refused or forged packets can cause without end: held back,
	 * refused, limit, exhausted, unused. Further ones are counted, and
	 * #VPNALG_EVENT_SUPPRESSED reports their count, once a second at most.
	 * 0: 100. Opened and closed are never suppressed, for they are the log:
	 * vpnalg_policy.host_rate and the store bound them as they bound
	 * sessions; the store alone bounds sessions that packets from outside
	 * open, as those of services. */
	uint32_t event_rate;
};

/**
 * Checks settings, but not the store's operations, its content or the memory:
 * vpnalg_init() returns an error for these.
 *
 * @param config the settings
 * @param[out] index the element, where the setting is an array's: protocols or
 *             addresses; else 0. May be NULL
 * @return the setting and what is wrong with it, as "burst: greater than 256",
 *         a static string; NULL if nothing is
 */
VPNALG_API const char *vpnalg_config_error(const struct vpnalg_config *config,
					   size_t *index);

#ifdef __cplusplus
}
#endif

#endif

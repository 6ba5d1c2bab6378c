/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/definition.h
 * @brief The definition of a handler: what it lists, and the functions to call.
 */
#ifndef VPNALG_HANDLER_DEFINITION_H
#define VPNALG_HANDLER_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/protocol.h>
#include <vpnalg/result.h>
#include <vpnalg/store.h>
#include <vpnalg/types.h>
#include <vpnalg/handler/key.h>
#include <vpnalg/handler/kind.h>
#include <vpnalg/handler/match.h>
#include <vpnalg/handler/parsed.h>
#include <vpnalg/handler/step.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most IP protocols that a handler may list. */
#define VPNALG_IP_PROTOCOLS_MAX 7

/** The most server ports that all handlers of a translator may list. */
#define VPNALG_SERVER_PORTS_MAX 32

/** The most drop reasons of its own that a handler may have. */
#define VPNALG_OWN_REASONS_MAX 64

/** A port at which the servers of a protocol listen. */
struct vpnalg_server_port {
	uint8_t protocol; /**< IP protocol number: 6 or 17. */
	uint16_t port;    /**< The port. */
};

struct vpnalg_translation; /* Translation as data: vpnalg/translation.h. */

/** A protocol. An answer that is out of range costs the packet at hand, as
 * VPNALG_DROP_FAULT, and nothing else. Handlers are constant and shared by all
 * translators. A later version's struct is longer; size shows with which header
 * a handler was built, and what the other structs are like that it passes. */
struct vpnalg_handler {
	size_t size;                     /**< sizeof(struct vpnalg_handler). */
	const char *name;                /**< As "PPTP"; static. */
	const struct vpnalg_kind *kinds; /**< Its kinds of session. */
	uint8_t kind_count;              /**< 1 to 15. */
	/** The number of ip_protocols; 0: it is asked about every packet. */
	uint8_t ip_protocol_count;
	/** The IP protocol numbers of the packets that it is asked about. */
	uint8_t ip_protocols[VPNALG_IP_PROTOCOLS_MAX];
	/** It takes the packets that other handlers leave, so no handler may
	 * stand behind it. */
	bool takes_rest;
	/** The number of server_ports. */
	uint8_t server_port_count;
	/** The number of own_reasons; at most 64. */
	uint8_t own_reason_count;
	/** The number of own_counters. */
	uint8_t own_counter_count;
	/** It claims no TCP or UDP packet whose remote port can be read and is
	 * none of server_ports; so it need not be asked about one. */
	bool server_ports_only;
	/** One more than the place of the kind that its services are: records
	 * for all remotes, which vpnalg_service_add() opens. That kind is
	 * pooled and inherits_outside. Its services are those at the inside
	 * ports that it lists as server_ports, and of a handler that
	 * takes_rest all those that are at none. 0: it has none. */
	uint8_t service_kind;
	/** Its servers need no more than their ports, or their packets:
	 * services at those of its server_ports, and of its ip_protocols that
	 * have no ports, are the handler's that takes_rest. */
	bool plain_services;
	/** The ports of its servers, if it has any: a session for all remotes
	 * does not get one of them as its outside port, and vpnalg_steer()
	 * sends their packets by remote. */
	const struct vpnalg_server_port *server_ports;
	/** The names of its own drop reasons, static: translate returns
	 * VPNALG_DROP_OWN plus the place of one. They are counted for it. */
	const char *const *own_reasons;
	/** The names of its own counters, static: vpnalg_session_count(). */
	const char *const *own_counters;
	/** The bytes that its settings take in the translator, aligned for
	 * uint64_t. Its timers stand there, too, if it has any of its own. */
	size_t settings_size;
	/**
	 * Checks settings and copies them; needed if settings_size is not 0.
	 *
	 * @param given vpnalg_protocol.settings, or NULL for the defaults;
	 *              vpnalg_settings_read() copies such a struct
	 * @param[out] settings settings_size bytes for the settings, defaults
	 *                      filled in; NULL: they are only checked
	 * @return NULL, or which setting is wrong and how, a static string
	 */
	const char *(*configure)(const void *given, void *settings);
	/**
	 * Claims a packet by its bytes alone. Later fragments and quoted
	 * packets come here too; lengths are not yet checked beyond
	 * l4_caplen. Packets of a host that uses an outside address itself
	 * come here only to be counted.
	 *
	 * @return enum vpnalg_claim, with *match filled accordingly
	 */
	enum vpnalg_claim (*match)(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match);
	/**
	 * Translates a packet that match claimed: completely, with result
	 * VPNALG_TRANSLATED, or not at all, with a drop reason, which may be
	 * one of its own (VPNALG_DROP_OWN). Never called for later fragments,
	 * quoted or overlong packets; for first fragments only where match has
	 * set first_suffices: l4_len is the fragment's then. step->record is
	 * NULL where no session has the key, which is never so for VPNALG_IN.
	 * For VPNALG_OUT a session may be opened here, for VPNALG_IN one beside
	 * that of the packet; step->record must be the session's before the
	 * packet is translated. A translated packet's session may be ended, not
	 * closed. VPNALG_UNTOUCHED says that the packet is not this session's
	 * after all, where match has set more or the packet has its outside
	 * form: the next key, or the next handler, is tried. Any other result,
	 * a session that is gone, or a packet that still has its old address,
	 * is VPNALG_DROP_FAULT.
	 */
	enum vpnalg_result (*translate)(struct vpnalg_step *step);
	/** Optional: the sweep visits a living session. It may be ended, not
	 * closed. */
	void (*swept)(struct vpnalg *translator, struct vpnalg_record *record);
	/** Optional: the session is about to be removed. Nothing may be
	 * opened, closed or found here, only peeked at. */
	void (*closed)(struct vpnalg *translator, struct vpnalg_record *record);
	/**
	 * Optional: rewrites a packet that an ICMP error quotes into its other
	 * form, for the session step->record that match has named: address and
	 * IDs of the header, as translate would, and nothing behind it. Where
	 * it is NULL, vpnalg_rewrite_ends() does that: not for a handler whose
	 * sessions have keys without the remote's port, of which it must look
	 * whether it is the session's.
	 *
	 * Errors may be forged: so no session may be opened, closed or changed
	 * here, and no deadline moved.
	 *
	 * The quoted packet travelled in the opposite direction to the error.
	 * At least 8 bytes of l4 are in memory, or all of a shorter packet; for
	 * TCP, UDP and ICMP never less than 8. The vpnalg_rewrite functions
	 * leave a TCP checksum out that is not quoted.
	 *
	 * The answer is VPNALG_TRANSLATED, or a drop reason and not a byte is
	 * changed: VPNALG_DROP_QUOTE_SHORT where the ID that is needed lies
	 * beyond l4_caplen, VPNALG_DROP_AMBIGUOUS where several sessions fit.
	 * VPNALG_UNTOUCHED says that the packet is not this session's after
	 * all: the next key, or the next handler, is tried. step->record may be
	 * set to another session, whose addresses the packet has.
	 */
	enum vpnalg_result (*quote)(struct vpnalg_step *step);
	/**
	 * Optional: names the session that another one belongs to, as a call
	 * to its control connection, for those who list sessions or cut them
	 * (vpnalg/sessions.h). One that counts the other as a child must be
	 * named: it is cut after its children. Nothing may be opened, closed or
	 * changed here, only peeked at.
	 *
	 * @return the session, dead or alive, of the same handler; or NULL
	 */
	struct vpnalg_record *(*parent)(struct vpnalg *translator,
					struct vpnalg_record *record);
	/** Optional: names the session that counts another one as a child
	 * (vpnalg_session_join()). Needed where a kind has counts_children.
	 * Nothing may be opened, closed or changed here, only peeked at.
	 *
	 * @return the session, dead or alive, of the same handler; or NULL */
	struct vpnalg_record *(*counted_by)(struct vpnalg *translator,
					    struct vpnalg_record *record);
	/** Optional: returns whether a living session may be closed where the
	 * store has no room for others (vpnalg_policy.store_units), because it
	 * is half-open, has ended, or was not answered in some seconds. Nothing
	 * is changed here. */
	bool (*is_evictable)(struct vpnalg *translator,
			     struct vpnalg_record *record);
	/**
	 * Optional: returns whether packets like the one at hand, of the living
	 * session step->record, may be translated without the handler's seeing
	 * them (vpnalg/translation.h), and fills in the words that they are
	 * known by. They must be known so well that translate would do with
	 * each of them what it does with this one, until the session is closed,
	 * its keys change, or this function, which is asked once a second or
	 * so, answers otherwise. What translate learns from them it learns once
	 * a second, from this one. Nothing may be opened or closed here, and
	 * nothing changed but what the session remembers of this: so translate
	 * can say at once that all packets must be seen again, by
	 * #VPNALG_EVENT_TAKEN_BACK (vpnalg_session_notify()).
	 *
	 * vpnalg_translation_word(), _becomes() and _ports() fill in the words.
	 */
	bool (*fast_path)(struct vpnalg_step *step,
			  struct vpnalg_translation *translation);
	/** Optional, for a handler that takes_rest: returns the time, in
	 * milliseconds, for which the outside port of a removed service of any
	 * handler is kept from all but the host that had it (RFC 6888 REQ-8).
	 */
	uint32_t (*reuse_delay)(const void *settings);
	/** Optional, for a handler with a service_kind: returns the inside port
	 * of the service that has opened a session, and that may have been
	 * removed since; 0: none has. Nothing is changed here. */
	uint16_t (*served_at)(struct vpnalg *translator,
			      struct vpnalg_record *record);
	/**
	 * Optional: mends what a session names others by, other than their keys
	 * and children. Called for each session after sessions were loaded or
	 * taken over, once all are there that go on, and their children are
	 * counted: each is visited in #VPNALG_LOADED_ROUNDS rounds, all in one
	 * before the next begins, in whatever order. A session that is named
	 * may not be there: it was left out, or it came or went while others
	 * were saved. Nothing may be opened or closed here, and no key linked.
	 *
	 * @param round 0, 1, ...
	 */
	void (*loaded)(struct vpnalg *translator, struct vpnalg_record *record,
		       unsigned round);
	/** Optional, of one that takes_rest: the greatest MSS that a TCP
	 * segment may announce, whichever handler translates it
	 * (vpnalg_rewrite_mss()); 0: any. */
	uint16_t (*mss)(const void *settings);
	/** Optional: returns whether a session of that kind may have a key in
	 * the store. It is asked about each key of a session that is loaded or
	 * taken over; where the answer is no, the state or store is refused.
	 * If the handler finds sessions by keys, and takes the body of what it
	 * finds for one kind's, no other kind may have such a key. */
	bool (*may_have_key)(unsigned kind, const struct vpnalg_tuple *key);
};

/** How often vpnalg_handler.loaded visits each session. */
#define VPNALG_LOADED_ROUNDS 3

#ifdef __cplusplus
}
#endif

#endif

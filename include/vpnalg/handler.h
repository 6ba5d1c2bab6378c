/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler.h
 * @brief For those who write a protocol: what a handler is and what it may
 * call.
 *
 * The one rule of translation. A packet that travels out carries IDs owned by
 * the inside host in its own fields (source port, "Call ID"): they become the
 * outside ones. A packet that travels in carries them in its peer fields
 * (destination port, "Peer's Call ID"): they become the inside ones. All else
 * stays. So a handler is a table of where its own and peer fields lie, plus
 * what opens and ends a session.
 *
 * For every packet the translator asks the handlers in turn to match it. The
 * first that claims it names a key; the translator finds the session by it and
 * calls the handler to translate. From outside, only a session that exists
 * claims a packet.
 *
 * The bundled handlers use nothing else of the library than this header.
 */
#ifndef VPNALG_HANDLER_H
#define VPNALG_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

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
 * The role of a key. The inside keys hold the session as inside hosts see it,
 * the outside keys as the world sees it. Own is the ID that the inside host
 * owns, peer the one that the far end owns. A session's key of a role stands
 * in the slot of that number; a session that was opened with peer keys alone
 * has them in the slots of the own ones.
 *
 * In the spaces of TCP and UDP an inside key has the ports: id is the host's,
 * port the remote's. vpnalg_general() translates no packet between two ports
 * that are in such a key, be it an own or a peer key.
 */
enum vpnalg_role {
	VPNALG_INSIDE_OWN = 0,  /**< Zone, inside address, own ID. */
	VPNALG_OUTSIDE_OWN = 1, /**< Outside address, outside ID. */
	VPNALG_INSIDE_PEER = 2, /**< Zone, inside address, peer's ID. */
	VPNALG_OUTSIDE_PEER = 3 /**< Outside address, peer's ID. */
};

/** The port in the keys of vpnalg_general() for protocols without ports. No
 * other handler's keys have it in such a space. A service of such a protocol
 * has it too, with ID 0 and for all remotes. */
#define VPNALG_NO_PORTS 0x01000000

/** The parts of a key. */
struct vpnalg_tuple {
	uint8_t role;  /**< enum vpnalg_role. */
	uint8_t space; /**< The ID space: as a rule the IP protocol. */
	uint16_t zone; /**< Zone; left out of outside keys. */
	uint32_t id;   /**< The ID. */
	/** Whatever else distinguishes sessions, as the remote's port; 0. */
	uint32_t port;
	const uint8_t *local; /**< Inside or outside address, by role. */
	/** Remote address, or NULL in a key for all remotes, which equals none
	 * that has an address, whatever the address is. */
	const uint8_t *remote;
};

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

/** One packet that a handler translates. */
struct vpnalg_step {
	struct vpnalg *translator;          /**< The translator. */
	struct vpnalg_packet *packet;       /**< The packet. */
	const struct vpnalg_parsed *parsed; /**< The packet, parsed. */
	struct vpnalg_record *record;       /**< Its session, or NULL. */
	unsigned slot;   /**< The slot of the key that found it. */
	uint8_t handler; /**< The handler's place in the array. */
	uint8_t kind;    /**< Kind of the session, or of the match. */
	vpnalg_time now; /**< The time. */
};

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
	 * VPNALG_TRANSLATED, or not at all, with a drop reason. Never called
	 * for later fragments, quoted or overlong packets; for first fragments
	 * only where match has set first_suffices: l4_len is the fragment's
	 * then. step->record is NULL where
	 * no session has the key, which is never so for VPNALG_IN; for
	 * VPNALG_OUT one may be opened here, and step->record must be set to
	 * it before the packet is translated. A translated packet's session
	 * may be ended, not closed. VPNALG_UNTOUCHED says, where match has
	 * set more, that the packet is not this session's after all: the next
	 * key, or the next handler, is tried. Any other result, a session
	 * that is gone, or a packet that still has its old address, is
	 * VPNALG_DROP_FAULT.
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
	 * is half-open, or was not answered in some seconds. Nothing is changed
	 * here. */
	bool (*gives_way)(struct vpnalg *translator,
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

/** @name Sessions A record's pointer is valid until the session is closed, at
 *  most until the handler returns. Opening, finding and linking may close dead
 *  sessions; step->record is none of them. */
/** @{ */

/** In record->flags: the end of the session was announced. Such a session
 * lives until its deadline, whether or not it has children. */
#define VPNALG_SESSION_ENDED 0x01

/** In record->flags: its peer's ID is, or was, another session's too. If the
 * session was found by VPNALG_OUTSIDE_PEER it may be the wrong one:
 * VPNALG_DROP_AMBIGUOUS. */
#define VPNALG_SESSION_SHARED 0x02

/** In record->flags: a packet came in for the session. Only vpnalg_general()
 * sets it, for sessions that record this nowhere else. */
#define VPNALG_SESSION_ANSWERED 0x08

/** In record->handler: the session is the router's own, vpnalg_config.own. The
 * inside host is the router, at its outside address, and the IDs are outside
 * what they are inside. The packets that a handler gets of it are copies. */
#define VPNALG_HANDLER_ROUTER 0x10

/** Returns the handler of a record's session.
 *
 * @param record the session
 * @return the place of its handler in vpnalg_config.protocols */
static inline uint8_t vpnalg_record_handler(const struct vpnalg_record *record)
{
	return record->handler & (VPNALG_HANDLER_ROUTER - 1);
}

/**
 * Returns whether a session is the router's own. A handler that finds, by
 * whatever it knows, that a packet of another key is for such a session returns
 * VPNALG_UNTOUCHED before it rewrites anything.
 *
 * @param record the session
 * @return true if it is
 */
static inline bool vpnalg_record_is_routers(const struct vpnalg_record *record)
{
	return record->handler & VPNALG_HANDLER_ROUTER;
}

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
 * Finds a living session. A dead one is closed.
 *
 * @param translator the translator
 * @param tuple the parts of its key
 * @return the session, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_find(struct vpnalg *translator,
		    const struct vpnalg_tuple *tuple);

/**
 * Finds a living session by the key of another one with some parts replaced.
 * Cheaper than vpnalg_session_find(), and closes nothing.
 *
 * @param translator the translator
 * @param record the session beside which it stands: its inside key is taken
 *               for the inside roles, its outside key for the others
 * @param role the role of the key: VPNALG_INSIDE_OWN and so on
 * @param space the space of the ID
 * @param id the ID
 * @param port the port
 * @return the session, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_beside(struct vpnalg *translator, struct vpnalg_record *record,
		      unsigned role, uint8_t space, uint32_t id, uint32_t port);

/**
 * As vpnalg_session_beside(), but finds dead ones, too.
 *
 * @param translator the translator
 * @param record as there
 * @param role as there
 * @param space as there
 * @param id as there
 * @param port as there
 * @return the session, dead or alive, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_peek_beside(struct vpnalg *translator,
			   struct vpnalg_record *record, unsigned role,
			   uint8_t space, uint32_t id, uint32_t port);

/**
 * Returns a port at which servers listen: the standard one, or one of
 * vpnalg_config.extra_ports that stands for it. Only inside servers need this:
 * the remote's port of a packet is the standard one.
 *
 * @param translator the translator
 * @param protocol IP protocol number: 6 or 17
 * @param standard the standard port
 * @param place 0 for the standard port itself, 1 for the first other one
 * @return the port; 0 if there are no more
 */
VPNALG_API uint16_t vpnalg_listening_port(const struct vpnalg *translator,
					  uint8_t protocol, uint16_t standard,
					  unsigned place);

/** A row of sessions: their keys differ only in the ID, which counts up. */
struct vpnalg_row {
	unsigned role;  /**< As for vpnalg_session_beside(). */
	uint8_t space;  /**< As there. */
	uint32_t port;  /**< As there. */
	uint32_t first; /**< The first ID. */
	unsigned count; /**< The number of IDs. */
};

/**
 * Finds living sessions in a row, up to the first that is not there. Closes
 * nothing.
 *
 * @param translator the translator
 * @param record as for vpnalg_session_beside()
 * @param row the keys
 * @param[out] records row->count places
 * @return the number of sessions found
 */
VPNALG_API unsigned vpnalg_session_row(struct vpnalg *translator,
				       struct vpnalg_record *record,
				       const struct vpnalg_row *row,
				       struct vpnalg_record **records);

/**
 * Looks for a session, living or dead, and closes nothing.
 *
 * @param translator the translator
 * @param tuple the parts of its key
 * @return the session, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_peek(struct vpnalg *translator,
		    const struct vpnalg_tuple *tuple);

/**
 * Closes a session at once and gives back all that it took.
 *
 * @param translator the translator
 * @param record the session, not valid any more afterwards
 */
VPNALG_API void vpnalg_session_close(struct vpnalg *translator,
				     struct vpnalg_record *record);

/**
 * Closes a session because the one that it belonged to is gone:
 * VPNALG_CLOSE_PARENT.
 *
 * @param translator the translator
 * @param record the session, not valid any more afterwards
 */
VPNALG_API void vpnalg_session_orphaned(struct vpnalg *translator,
					struct vpnalg_record *record);

/**
 * Gives a living session one more key. If another session of the same handler
 * has that key, it loses it, and both are marked VPNALG_SESSION_SHARED.
 *
 * @param translator the translator
 * @param record the session, without a key in the slot tuple->role; if it has
 *               no such slot, the one of the own key is meant
 * @param tuple the parts of the key
 * @return false when the store has no room, or another handler's session has
 *         the key
 */
VPNALG_API bool vpnalg_session_link(struct vpnalg *translator,
				    struct vpnalg_record *record,
				    const struct vpnalg_tuple *tuple);

/**
 * Takes a key from a session, if it has one in that slot.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 */
VPNALG_API void vpnalg_session_unlink(struct vpnalg *translator,
				      struct vpnalg_record *record,
				      unsigned role);

/**
 * Takes apart the key in a slot, whether or not it leads to the session now.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 * @param[out] tuple the parts of the key; its addresses point into record
 */
VPNALG_API void vpnalg_session_tuple(const struct vpnalg *translator,
				     struct vpnalg_record *record,
				     unsigned role, struct vpnalg_tuple *tuple);

/**
 * The ID in a session's key.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 * @return the ID, as in struct vpnalg_tuple
 */
VPNALG_API uint32_t vpnalg_session_id(const struct vpnalg *translator,
				      struct vpnalg_record *record,
				      unsigned role);

/**
 * The port in a session's key.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 * @return the port, as in struct vpnalg_tuple
 */
VPNALG_API uint32_t vpnalg_session_port(const struct vpnalg *translator,
					struct vpnalg_record *record,
					unsigned role);

/**
 * The handler's own bytes in a session.
 *
 * @param translator the translator
 * @param record the session
 * @return struct vpnalg_kind.body bytes, aligned for uint32_t
 */
VPNALG_API void *vpnalg_session_body(const struct vpnalg *translator,
				     struct vpnalg_record *record);

/**
 * Sets the deadline of a session.
 *
 * @param translator the translator
 * @param record the session
 * @param lifetime milliseconds from now
 */
VPNALG_API void vpnalg_session_set_lifetime(const struct vpnalg *translator,
					    struct vpnalg_record *record,
					    vpnalg_time lifetime);

/**
 * Returns whether a session still lives: before its deadline, or with children
 * and no announced end.
 *
 * @param translator the translator
 * @param record the session
 * @return true while it lives
 */
VPNALG_API bool vpnalg_session_is_alive(const struct vpnalg *translator,
					const struct vpnalg_record *record);

/**
 * Announces the end of a session: sets VPNALG_SESSION_ENDED and its deadline.
 * Until then the session lingers: its IDs stay taken. Does nothing if the end
 * was announced before.
 *
 * @param translator the translator
 * @param record the session
 * @param linger milliseconds from now, as vpnalg_timers.linger
 */
VPNALG_API void vpnalg_session_end(const struct vpnalg *translator,
				   struct vpnalg_record *record,
				   vpnalg_time linger);

/**
 * Takes back the announced end of a session: an end announced from outside may
 * be forged, and the inside host goes on.
 *
 * @param translator the translator
 * @param record the session
 * @param lifetime milliseconds from now until its new deadline
 */
VPNALG_API void vpnalg_session_revive(const struct vpnalg *translator,
				      struct vpnalg_record *record,
				      vpnalg_time lifetime);

/**
 * Returns whether a packet from inside takes an announced end back. It does
 * not in the first 3 seconds of the linger, or in its first half if that is
 * shorter: it may have been sent before the end arrived, or be the answer to
 * it.
 *
 * @param translator the translator
 * @param record the session; its deadline is the one that the end has set
 * @param linger milliseconds that the end has set
 * @return true after that time
 */
VPNALG_API bool vpnalg_session_is_past_grace(const struct vpnalg *translator,
					     const struct vpnalg_record *record,
					     uint32_t linger);

/**
 * Returns whether a session lives and its end was not announced.
 *
 * @param translator the translator
 * @param record the session, as a parent that was peeked at; or NULL
 * @return true if there is such a session and it goes on
 */
VPNALG_API bool vpnalg_session_goes_on(const struct vpnalg *translator,
				       const struct vpnalg_record *record);

/**
 * Counts one more child of a session, which lives at least as long as its
 * children unless its end is announced. A child names its parent by what makes
 * the parent's key, and by a number of the parent's that a later session with
 * the same key does not have.
 *
 * @param translator the translator
 * @param parent the session; parent->children is less than UINT16_MAX
 */
VPNALG_API void vpnalg_session_join(struct vpnalg *translator,
				    struct vpnalg_record *parent);

/**
 * Counts one child less.
 *
 * @param translator the translator
 * @param parent the session; NULL if it is gone
 * @param last_moment milliseconds that a parent lives on if only its children
 *                    have kept it alive: it must not die in the middle of the
 *                    packet that closes the last of them; 0 if it may
 */
VPNALG_API void vpnalg_session_leave(struct vpnalg *translator,
				     struct vpnalg_record *parent,
				     uint32_t last_moment);

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
 * Tells the store that the handler has written to a session.
 *
 * @param translator the translator
 * @param record the session
 */
VPNALG_API void vpnalg_session_changed(const struct vpnalg *translator,
				       struct vpnalg_record *record);

/**
 * Counts a session of which the control messages are not read any more.
 *
 * @param translator the translator
 * @param record the session
 */
VPNALG_API void
vpnalg_session_count_unparsed(struct vpnalg *translator,
			      const struct vpnalg_record *record);

/**
 * Counts the sessions that guard what the record's kind does, with its remote
 * and outside address: the record's own host's and all others', dead ones that
 * are not closed yet included. A handler that knows as many of one host's knows
 * that there is no other host's.
 *
 * @param translator the translator
 * @param record a session of a kind with a guard
 * @return how many there are, the record included
 */
VPNALG_API uint32_t vpnalg_session_guard_count(struct vpnalg *translator,
					       struct vpnalg_record *record);

/**
 * Notifies the caller's event callback, if there is one.
 *
 * @param translator the translator
 * @param record the session that it is about
 * @param type enum vpnalg_event_type; VPNALG_EVENT_OWN and more are the
 *             handler's own
 * @param evidence enum vpnalg_evidence
 */
VPNALG_API void vpnalg_session_notify(struct vpnalg *translator,
				      struct vpnalg_record *record,
				      uint8_t type, uint8_t evidence);

/**
 * Says that a session has another parent than before, if the packet at hand did
 * not open it: VPNALG_EVENT_CHANGED. Another key in a slot of an own key is
 * noticed without this.
 *
 * @param translator the translator
 * @param record the session
 */
VPNALG_API void vpnalg_session_reparented(struct vpnalg *translator,
					  struct vpnalg_record *record);

/**
 * Says that a session is over, and that another one has its record from now on,
 * with the same keys and without the children: VPNALG_EVENT_CLOSED, and
 * VPNALG_EVENT_OPENED after the packet. Its account goes on.
 *
 * @param translator the translator
 * @param record the session, as it was
 */
VPNALG_API void vpnalg_session_renewed(struct vpnalg *translator,
				       struct vpnalg_record *record);

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

/**
 * The timeouts in force.
 *
 * @param translator the translator
 * @return all of them, none zero
 */
VPNALG_API const struct vpnalg_timers *
vpnalg_session_timers(const struct vpnalg *translator);

/**
 * Returns whether hosts may be held back, and SPIs probed. In a capture they
 * may not: its hosts do not react.
 *
 * @param translator the translator
 * @return true unless vpnalg_config.passive is set
 */
VPNALG_API bool vpnalg_session_may_hold(const struct vpnalg *translator);

/**
 * The settings of a handler.
 *
 * @param translator the translator
 * @param handler the handler: vpnalg_step.handler or vpnalg_record.handler
 * @return settings_size bytes, as vpnalg_handler.configure has written them
 */
VPNALG_API const void *vpnalg_session_settings(const struct vpnalg *translator,
					       unsigned handler);

/**
 * Counts one more in a counter of the handler's own.
 *
 * @param translator the translator
 * @param handler the handler: vpnalg_step.handler or vpnalg_record.handler
 * @param counter the place in vpnalg_handler.own_counters
 */
VPNALG_API void vpnalg_session_count(struct vpnalg *translator,
				     unsigned handler, unsigned counter);

/**
 * Copies settings that begin with their size. What a shorter, older struct
 * lacks is zero; a longer, newer one is taken if the rest of it is zero.
 *
 * @param[out] settings the copy
 * @param size its size, that of the struct as the reader knows it
 * @param given the settings, at any alignment; NULL: all are zero
 * @return false when the size is none or the rest not zero
 */
VPNALG_API bool vpnalg_settings_read(void *settings, size_t size,
				     const void *given);

/**
 * The time of the call into the translator.
 *
 * @param translator the translator
 * @return milliseconds; never less than in an earlier call
 */
VPNALG_API vpnalg_time vpnalg_session_now(const struct vpnalg *translator);

/**
 * A random number from the caller's source.
 *
 * @param translator the translator
 * @return 32 random bits
 */
VPNALG_API uint32_t vpnalg_session_random(struct vpnalg *translator);

/** @} */

/** @name Reading and rewriting
 *  Checksums are updated by the difference (RFC 1624), so a valid one stays
 *  valid and a broken one broken, and bytes that are not in memory do not
 *  matter. None of these fails: check before the first is called. */
/** @{ */

/** @return 16 bits at p, big-endian, at any alignment. */
static inline uint16_t vpnalg_get16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

/** @return 32 bits at p, big-endian, at any alignment. */
static inline uint32_t vpnalg_get32(const uint8_t *p)
{
	return (uint32_t)vpnalg_get16(p) << 16 | vpnalg_get16(p + 2);
}

/** @return the TCP or UDP port of the inside host's end, in the packet's form;
 *          four bytes of l4 are in memory. */
static inline uint16_t vpnalg_local_port(const struct vpnalg_parsed *parsed)
{
	return vpnalg_get16(parsed->l4 + (parsed->inward ? 2 : 0));
}

/** @return the TCP or UDP port of the far end; as vpnalg_local_port(). */
static inline uint16_t vpnalg_remote_port(const struct vpnalg_parsed *parsed)
{
	return vpnalg_get16(parsed->l4 + (parsed->inward ? 0 : 2));
}

/** Writes 16 bits at p, big-endian, at any alignment. */
static inline void vpnalg_put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/**
 * Returns whether the checksum of TCP, UDP or ICMP is in memory, or is not
 * there to be updated.
 *
 * @param parsed the packet
 * @return false when the packet cannot be rewritten
 */
VPNALG_API bool vpnalg_rewrite_possible(const struct vpnalg_parsed *parsed);

/**
 * Replaces the local address in the IP header, and corrects the checksums of
 * IP, TCP and UDP.
 *
 * @param step the packet
 * @param address parsed->addr_len bytes
 */
VPNALG_API void vpnalg_rewrite_local(struct vpnalg_step *step,
				     const uint8_t *address);

/**
 * Replaces the local address, and for TCP and UDP the local port, for ICMP the
 * identifier, by those of the session's own keys.
 *
 * @param step the packet and its session
 */
VPNALG_API void vpnalg_rewrite_ends(struct vpnalg_step *step);

/**
 * The same with another port or identifier than the one of the session's key.
 *
 * @param step the packet and its session
 * @param id the new port, or for ICMP the new identifier
 */
VPNALG_API void vpnalg_rewrite_ends_to(struct vpnalg_step *step, uint16_t id);

/**
 * Replaces one byte behind the IP header.
 *
 * @param step the packet
 * @param offset its offset from parsed->l4 on, less than parsed->l4_caplen
 * @param value the new value
 */
VPNALG_API void vpnalg_rewrite_byte(struct vpnalg_step *step, uint32_t offset,
				    uint8_t value);

/**
 * Replaces two bytes behind the IP header.
 *
 * @param step the packet
 * @param offset their offset from parsed->l4 on
 * @param value the new value
 */
VPNALG_API void vpnalg_rewrite_16(struct vpnalg_step *step, uint32_t offset,
				  uint16_t value);

/**
 * Returns whether vpnalg_rewrite_mss() can do what it does: whether the options
 * of a SYN are in memory, where an MSS is not to be too great
 * (vpnalg_general_settings.mss). Asked before anything is changed.
 *
 * @param step the packet, of TCP; its header without options is in memory
 * @return VPNALG_TRANSLATED, VPNALG_DROP_TRUNCATED or VPNALG_DROP_MALFORMED
 */
VPNALG_API enum vpnalg_result vpnalg_mss_check(const struct vpnalg_step *step);

/**
 * Lowers the MSS that a SYN announces to the greatest one that it may announce.
 * Nothing else is changed, nor any other segment, nor what is undone.
 *
 * @param step the packet, of which vpnalg_mss_check() has said that it can be
 */
VPNALG_API void vpnalg_rewrite_mss(struct vpnalg_step *step);

/**
 * Shortens a packet and sets VPNALG_PACKET_CUT. step->parsed keeps the
 * old lengths. The packet must be wholly in memory.
 *
 * @param step the packet
 * @param l4_len its new length behind the IP header, less than the old
 */
VPNALG_API void vpnalg_rewrite_cut(struct vpnalg_step *step, uint32_t l4_len);

/** @} */

/** @name Translations as data
 *  For vpnalg_handler.fast_path. A word that is not in memory, or is one too
 *  many, makes that there is no translation. */
/** @{ */

/**
 * Adds a word: packets are known by these four bytes, which stay as they are.
 *
 * @param step the packet
 * @param[in,out] translation the translation
 * @param offset their offset from parsed->l4 on
 * @param mask those of their bits that count
 */
VPNALG_API void vpnalg_translation_word(const struct vpnalg_step *step,
					struct vpnalg_translation *translation,
					uint32_t offset, uint32_t mask);

/**
 * Says that bits of the last word become others.
 *
 * @param[in,out] translation the translation
 * @param bits the bits: some of the word's mask
 * @param value the new value
 */
VPNALG_API void
vpnalg_translation_becomes(struct vpnalg_translation *translation,
			   uint32_t bits, uint32_t value);

/**
 * Says that packets are known by both ports, and that the inside host's, or the
 * one that stands for it, becomes another.
 *
 * @param step the packet, of TCP or UDP
 * @param[in,out] translation the translation
 * @param port the new port
 */
VPNALG_API void vpnalg_translation_ports(const struct vpnalg_step *step,
					 struct vpnalg_translation *translation,
					 uint16_t port);

/** @} */

#ifdef __cplusplus
}
#endif

#endif

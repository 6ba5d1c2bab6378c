/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file vpnalg.h
 * @brief For those who embed the library: set up a translator, give it packets.
 *
 * A translator stands between inside hosts and the rest of the world and
 * shares a few outside addresses among them. It carries the protocols whose
 * handlers it was given and leaves everything else alone.
 *
 *     inside hosts                   translator                     remotes
 *     192.168.77.11  --- OUT --->  +------------+  ------------->
 *     192.168.77.12                | 203.0.113.1|                203.0.113.10
 *                    <----------   +------------+  <--- IN ----
 *
 * The library allocates nothing, reads no clock, takes no lock and holds no
 * global state: memory, time, randomness and the session store are given by
 * the caller. One translator belongs to one thread at a time.
 */
#ifndef VPNALG_VPNALG_H
#define VPNALG_VPNALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what the shared library exports. */
#if defined(__GNUC__)
#define VPNALG_API __attribute__((__visibility__("default")))
#else
#define VPNALG_API
#endif

/** The version of this header: major * 10000 + minor * 100 + patch. */
#define VPNALG_VERSION 100

/** Milliseconds on a clock of the caller's that never runs back. */
typedef uint64_t vpnalg_time;

/** A deadline that never comes. */
#define VPNALG_NEVER UINT64_MAX

/** The zone of packets that are in no particular one. */
#define VPNALG_ZONE_DEFAULT 0

/** Address families. Only IPv4 is translated by this version. */
enum vpnalg_family {
	VPNALG_IPV4 = 4, /**< Four octets are used. */
	VPNALG_IPV6 = 6  /**< Sixteen octets are used. */
};

/** The longest address, in bytes. */
#define VPNALG_ADDR_MAX 16

/** An IP address. This struct will not grow. */
struct vpnalg_addr {
	uint8_t family; /**< enum vpnalg_family. */
	uint8_t octets
		[VPNALG_ADDR_MAX]; /**< Network order, first octet first. */
};

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

/**
 * The fate of a packet. Everything from VPNALG_DROP_FIRST on is the reason why
 * the packet must be dropped. Only a TRANSLATED packet was changed (and
 * perhaps one of VPNALG_DROP_FAULT). Later versions may add reasons: compare
 * with VPNALG_DROP_FIRST.
 */
enum vpnalg_result {
	/** The packet holds its other form now: send it on. */
	VPNALG_TRANSLATED = 0,
	/** Not ours: the router's own stack or NAT goes on with it. */
	VPNALG_UNTOUCHED = 1,
	/** A fragment of which the translator has a copy: forget the packet.
	 * vpnalg_next_held() gives it back once the fragments that it needs
	 * have come. */
	VPNALG_HELD = 2,

	/** The first drop reason; all that follow are drop reasons too. */
	VPNALG_DROP_FIRST = 8,
	/** A length or flag contradicts the protocol. */
	VPNALG_DROP_MALFORMED = 8,
	/** Bytes that must be read or changed are not in memory. */
	VPNALG_DROP_TRUNCATED = 9,
	/** A fragment of a protocol that a handler owns: its datagram was
	 * dropped, is out of date, or overlaps itself (RFC 1858), or there is
	 * no room to hold it: vpnalg_config.fragments. Or an ICMP error about
	 * a later fragment, or one that is cut into fragments too short. */
	VPNALG_DROP_FRAGMENT = 10,
	/** An ICMP error about a packet that a handler owns, but that is of no
	 * session; or it is a redirect, or about an ICMP error. */
	VPNALG_DROP_ICMP_ERROR = 11,
	/** No session exists and this packet may not open one. */
	VPNALG_DROP_NO_SESSION = 12,
	/**
	 * A TCP segment from inside that belongs to no connection and is no
	 * SYN. The caller may answer it with a RST (RFC 9293 3.5.2).
	 */
	VPNALG_DROP_NO_CONNECTION = 13,
	/**
	 * A packet from outside for no session, while an inside host uses this
	 * protocol with this remote: the router's own stack must not answer for
	 * it.
	 */
	VPNALG_DROP_GUARDED = 14,
	/** Another session has the port towards this remote, and the packet is
	 * not that session's. It may travel out, too. */
	VPNALG_DROP_PORT_HELD = 15,
	/** A TCP segment behind a gap, which will be sent again (RFC 9293
	 * 3.10), or one that does not fit the connection (RFC 5961 5.2). */
	VPNALG_DROP_WINDOW = 16,
	/** An ID in the segment cannot be rewritten before an earlier one was
	 * acknowledged; TCP sends it again. */
	VPNALG_DROP_UNACKNOWLEDGED = 17,
	/** Two sessions share the ID that would identify the packet's
	 * session. */
	VPNALG_DROP_AMBIGUOUS = 18,
	/** No outside ID is free (RFC 8158 natEvent 12), or the packet's uplink
	 * has no outside address (natEvent 3). */
	VPNALG_DROP_NO_ID = 19,
	/** The caller's choose callback refused. */
	VPNALG_DROP_REFUSED = 20,
	/** The session store has no room or failed. */
	VPNALG_DROP_STORE = 21,
	/** An IP option that holds addresses: a route or a timestamp (RFC 791
	 * 3.1). The inside host's would go out in it. */
	VPNALG_DROP_OPTIONS = 22,

	/** AH (RFC 4302): its integrity check covers the addresses and would
	 * fail after a translation. */
	VPNALG_DROP_AH = 23,
	/** Dropped for now: another host is setting up ESP or an L2TP tunnel
	 * with this remote, and their answers could not be distinguished. The
	 * host sends again by itself; at most 3 packets of a request are
	 * dropped, within 3 s, or 10 s for IKE. */
	VPNALG_DROP_HELD = 24,
	/** ESP from outside, and it is not known yet for which inside host. */
	VPNALG_DROP_UNPAIRED = 25,
	/** A packet from outside to a mapping, from a sender that the filter
	 * does not permit: enum vpnalg_filtering. */
	VPNALG_DROP_FILTERED = 26,
	/** A handler or the store gave an answer that it may not give: a kind,
	 * a result, a reason or a slot out of range, a packet called
	 * translated that still has its old address. The fault is theirs; the
	 * packet's bytes are undefined then. */
	VPNALG_DROP_FAULT = 27,

	/** Another inside host has this protocol with this remote or, of SCTP,
	 * DCCP and UDP-Lite, these ports, and there is no other outside address
	 * for the packet's host: vpnalg_general(). Or the port is none of
	 * vpnalg_config.port_set. */
	VPNALG_DROP_TAKEN = 28,
	/** An ICMP error with a quote that ends, or of which the part in memory
	 * ends, before the ID that identifies the quoted packet's session, or
	 * before 8 bytes behind the quoted IP header (RFC 792). Eight bytes
	 * reach a port, a GRE Call ID and an ESP SPI. An IKE SPI needs 16, an
	 * L2TP Tunnel ID 12 to 14, one in a control message of protocol 115 12,
	 * and a GRE Key behind a checksum 12. */
	VPNALG_DROP_QUOTE_SHORT = 29,
	/** An ICMP error about a session's packet, and its checksum or that of
	 * the quoted IP header is wrong (RFC 5508 REQ-3). */
	VPNALG_DROP_CHECKSUM = 30,
	/** The policy's rules deny the session, or its protocol has switched
	 * itself off: vpnalg/policy.h. */
	VPNALG_DROP_DENIED = 31,
	/** The session would exceed a limit of the policy's, its host opens
	 * sessions too fast, or the room left in the store is kept for others.
	 */
	VPNALG_DROP_LIMIT = 32,

	/** One more than the greatest result of the library's own. */
	VPNALG_RESULTS = 33,

	/** The first drop reason of a handler's own, which that handler's
	 * header explains; vpnalg_packet.protocol identifies the handler. */
	VPNALG_DROP_OWN = 128
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
 * One packet. The caller fills everything above the results and owns all
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
	uint8_t reserved[4]; /**< Zero; for later versions. */
};

/**
 * One session as the owner of outside addresses sees it. The library makes it;
 * later versions' may be longer.
 *
 * An ID is a port, or what serves a protocol as one: a PPTP Call ID.
 */
struct vpnalg_binding {
	/** IP protocol number: 6, 17, 47, 50, 115, or 1 for ICMP queries, whose
	 * identifiers are the IDs; with vpnalg_general() any other one. */
	uint8_t protocol;
	uint16_t zone;              /**< Zone of the inside host. */
	struct vpnalg_addr inside;  /**< The inside host. */
	struct vpnalg_addr outside; /**< The outside address. */
	/** The remote host; of family 0 where the binding is for all of them,
	 * as a mapping's of general traffic. */
	struct vpnalg_addr remote;
	uint32_t inside_id; /**< The ID that the inside host chose. */
	/** The ID that stands for it outside. Unique towards the remote only:
	 * the same one may be given for other remotes, unless the binding is
	 * for all. */
	uint32_t outside_id;
	/** The port in the inside key: the remote's TCP or UDP port; for GRE
	 * and protocol 115 a number of the handler's own; for a mapping its
	 * uplink, of which a host may have several for one port; 0 without
	 * uplinks. */
	uint32_t remote_port;
	void *user; /**< The packet's; NULL when given back. */
};

/** The types of events. Later versions may add some. */
enum vpnalg_event_type {
	/** An inbound ESP SPI was paired with its inside host. */
	VPNALG_EVENT_PAIRED = 1,
	/** The pair was undone: evidence spoke against it. */
	VPNALG_EVENT_UNPAIRED = 2,
	/** The host was held back: VPNALG_DROP_HELD. */
	VPNALG_EVENT_HELD = 3,
	/** A host was allotted a block of ports: vpnalg_config.port_blocks. The
	 * binding has host and outside address; outside_id is the block's first
	 * port, inside_id how many there are. Or it has the block by sessions
	 * that were loaded or taken over, as #VPNALG_EVENT_OPENED says. */
	VPNALG_EVENT_BLOCK_ALLOTTED = 4,
	/** The host has given it back with its last session that has a port. */
	VPNALG_EVENT_BLOCK_FREED = 5,
	/** A session was opened, and lives after the packet that opened it. Or
	 * it was loaded (vpnalg/state.h) or taken over (vpnalg_init()). */
	VPNALG_EVENT_OPENED = 6,
	/** A session was closed: vpnalg_event.why. Each session of which there
	 * was an event that it was opened has one such event. */
	VPNALG_EVENT_CLOSED = 7,
	/** A listing shows a session otherwise than before: with other IDs or
	 * addresses, and so another number than vpnalg_event.before; or with
	 * another parent. No event says when it was used, whether its end was
	 * announced, that its parent was closed, or that a later session has
	 * taken the place of that one, or of one that could not be opened. */
	VPNALG_EVENT_CHANGED = 8,
	/** A session was requested and not opened: vpnalg_event.reason. */
	VPNALG_EVENT_REFUSED = 9,
	/** The same, for a limit of the policy's: vpnalg_event.limit. */
	VPNALG_EVENT_LIMIT = 10,
	/** The same, as no outside ID is free or the packet's uplink has no
	 * address. */
	VPNALG_EVENT_EXHAUSTED = 11,
	/** An outside address and ID were chosen, and are free again: no
	 * session came of it, or none that outlived its first packet. */
	VPNALG_EVENT_UNUSED = 12,
	/** A protocol is off: no sessions of it are opened any more. It has
	 * switched itself off (vpnalg_policy.quiets), or vpnalg_set_policy()
	 * has set a switch that denies it and before it no rule that allows
	 * some of it. The policy of vpnalg_init() causes no event. */
	VPNALG_EVENT_OFF = 13,
	/** A protocol that was off is on again, for some hosts at least. */
	VPNALG_EVENT_ON = 14,
	/** Events were suppressed before this one: vpnalg_event.count,
	 * vpnalg_config.event_rate. */
	VPNALG_EVENT_SUPPRESSED = 15,
	/** A session that is translated elsewhere goes on, but the library must
	 * see all its packets from now on: vpnalg/translation.h. */
	VPNALG_EVENT_TAKEN_BACK = 16,

	/** One more than the greatest type of the library's own. */
	VPNALG_EVENTS = 17,

	/** The first event of a handler's own, which that handler's header
	 * explains. */
	VPNALG_EVENT_OWN = 128
};

/** The evidence by which an inbound ESP SPI was paired with an inside host
 * (#VPNALG_EVENT_PAIRED), and from 10 on that by which it was taken from the
 * host again (#VPNALG_EVENT_UNPAIRED). Later versions may add some. */
enum vpnalg_evidence {
	VPNALG_EVIDENCE_NONE = 0,
	/** No other host has ESP with that remote. */
	VPNALG_EVIDENCE_ALONE = 1,
	/** No other host is expected to receive with a new SPI. */
	VPNALG_EVIDENCE_EXPECTED = 2,
	/** The SPI with which the host received until then ended when this
	 * began. */
	VPNALG_EVIDENCE_CONTINUED = 3,
	/** The host had been silent and began to send. */
	VPNALG_EVIDENCE_RESUMED = 4,
	/** The host's first IKE exchange with that remote had just ended. */
	VPNALG_EVIDENCE_CONNECTED = 5,
	/** All others have gone on with what they received, or receive with as
	 * many SAs as they send with. */
	VPNALG_EVIDENCE_LEFT = 6,
	/** A packet given with VPNALG_IN_UNDO has shown it. */
	VPNALG_EVIDENCE_SHOWN = 7,
	/** The host was given one packet as a probe, and began to send. */
	VPNALG_EVIDENCE_ANSWERED = 8,
	/** The packets came as answers to what the host sends would: after the
	 * same time each. */
	VPNALG_EVIDENCE_TIMING = 9,
	/** The SPI that this one was to replace went on. */
	VPNALG_EVIDENCE_OLD_GOES_ON = 10,
	/** The host checked whether its remote was alive, while packets with
	 * this SPI came. */
	VPNALG_EVIDENCE_LIVENESS_CHECK = 11,
	/** The host has sent nothing since its first exchange ended. */
	VPNALG_EVIDENCE_NEVER_SENT = 12,
	/** The packets began when another host began to send. */
	VPNALG_EVIDENCE_OTHER_RESUMED = 13,
	/** Another SPI that began then fits the host as well. */
	VPNALG_EVIDENCE_RIVAL = 14,
	/** The host receives with two SAs and sends with one, and another host
	 * receives nothing. */
	VPNALG_EVIDENCE_SURPLUS = 15,
	/** The packets answer what another host sends. */
	VPNALG_EVIDENCE_OTHER_TIMING = 16,
	/** A packet given with VPNALG_IN_UNDO has shown another host. */
	VPNALG_EVIDENCE_OTHER_SHOWN = 17,
	/** The router has listed it as its own: vpnalg_own_id_add(). */
	VPNALG_EVIDENCE_OWN_ID = 18
};

/** Why a session was closed. Later versions may add reasons. */
enum vpnalg_close {
	VPNALG_CLOSE_NONE = 0, /**< The event is about something else. */
	/** It was not used for too long. */
	VPNALG_CLOSE_EXPIRED = 1,
	/** Its protocol has announced the end, and it has lingered since. */
	VPNALG_CLOSE_ENDED = 2,
	/** Its protocol's handler closed it: another one takes its place, or
	 * it is over at once. */
	VPNALG_CLOSE_PROTOCOL = 3,
	/** The session that it belonged to is gone. */
	VPNALG_CLOSE_PARENT = 4,
	VPNALG_CLOSE_CUT = 5,    /**< vpnalg_sessions_cut() cut it. */
	VPNALG_CLOSE_POLICY = 6, /**< A rule denies it: vpnalg_policy.cut. */
	/** It was half-open or unanswered, and room was short: vpnalg_policy.
	 */
	VPNALG_CLOSE_GAVE_WAY = 7,
	VPNALG_CLOSE_ADDRESS = 8, /**< Its outside address has gone. */
	/** The store had no room for what else it needed. */
	VPNALG_CLOSE_STORE = 9,
	/** A service was removed, or has taken the place of a mapping. */
	VPNALG_CLOSE_SERVICE = 10
};

/** In vpnalg_event.protocol: the event is about no single protocol. */
#define VPNALG_NO_PROTOCOL 0xff

/** In vpnalg_event.limit: the limit is vpnalg_policy.host_rate. */
#define VPNALG_LIMIT_RATE 0xfffd
/** In vpnalg_event.limit: the room left in the store is kept for others. */
#define VPNALG_LIMIT_ROOM 0xfffe
/** In vpnalg_event.limit: the event is not about a limit. */
#define VPNALG_LIMIT_NONE 0xffff

struct vpnalg_session_info; /* One session: vpnalg/sessions.h. */

/** One event. The library makes it; a later version's may be longer. */
struct vpnalg_event {
	size_t size;      /**< The length of this event, in bytes. */
	vpnalg_time time; /**< The time of the call. */
	uint8_t type;     /**< enum vpnalg_event_type. */
	/** enum vpnalg_evidence, for a pair or against it. */
	uint8_t evidence;
	/** The place in vpnalg_config.protocols, or VPNALG_NO_PROTOCOL. */
	uint8_t protocol;
	uint8_t kind;   /**< The kind, among the protocol's, from 0. */
	uint8_t why;    /**< enum vpnalg_close, of what was closed. */
	uint8_t reason; /**< enum vpnalg_result, of what was refused; or 0. */
	/** The value of RFC 8158's natEvent (IPFIX element 230): session
	 * create 4 and delete 5, BIB create 8 and delete 9 of mappings and
	 * services, addresses exhausted 3, ports exhausted 12, quota exceeded
	 * 13, port block allocation 16 and de-allocation 17; 0: none fits. */
	uint8_t nat_event;
	/** The value of natQuotaExceededEvent (element 466), of a limit: 1 of
	 * all sessions, 2 of all outside IDs, 3 of a host; 0: none fits. */
	uint8_t nat_quota;
	/** The place in vpnalg_policy.limits, or VPNALG_LIMIT_NONE and so on.
	 */
	uint16_t limit;
	uint32_t most; /**< The number that the limit allows. */
	/** The hosts and IDs that it is about; user is NULL. In an event about
	 * a session the IDs are its own, the SPI of a pair. In one about a
	 * refused session the outside is of family 0 unless it was chosen;
	 * remote is the packet's destination. */
	struct vpnalg_binding session;
	/** As "PPTP"; static. NULL with VPNALG_NO_PROTOCOL. */
	const char *protocol_name;
	/** As "PPTP call"; static. NULL where it is about no kind. */
	const char *kind_name;
	/** The session as vpnalg_sessions_next() lists it: number, parent,
	 * flags, account and so on; of what was closed as it was, with its
	 * parent even where that one is over, or closed with it. NULL where the
	 * event is about no session that is or was there. The library's, and
	 * gone afterwards. */
	const struct vpnalg_session_info *info;
	/** The session's number until now, if it was changed, or changed and
	 * closed at once; else 0. */
	uint64_t before;
	/** The time at which the session was over, if it has expired or ended:
	 * it is closed when it is visited after that. Else as `time`. */
	vpnalg_time over;
	uint64_t count; /**< The number of suppressed events. */
};

/** The choose callback's answer to a proposed outside address and ID. */
enum vpnalg_choice {
	VPNALG_CHOICE_TAKE = 0,   /**< Reserved; use it. */
	VPNALG_CHOICE_NEXT = 1,   /**< Not this one; propose another ID. */
	VPNALG_CHOICE_REFUSE = 2, /**< No session; the packet is dropped. */
	/** The callback wrote outside and outside_id itself. The address must
	 * be one of the translator's, of whatever uplink, and the ID unused
	 * towards the remote, else the binding is given back and the packet
	 * dropped. For a binding to all remotes the address must be the
	 * proposed one (RFC 4787 REQ-2) and the ID one of
	 * vpnalg_general_settings.ports. With vpnalg_config.port_blocks the
	 * address must be the proposed one, and a port of the host's block. */
	VPNALG_CHOICE_CHOSEN = 3
};

struct vpnalg;         /* A translator, in the caller's memory. */
struct vpnalg_handler; /* Translates one protocol: vpnalg/handler.h. */
struct vpnalg_store;   /* A session store: vpnalg/store.h. */
struct vpnalg_policy;  /* Rules and limits for sessions: vpnalg/policy.h. */

/**
 * A function that returns a handler, always the same one: vpnalg_pptp(),
 * vpnalg_ipsec(), vpnalg_l2tp(), vpnalg_gre(), vpnalg_general(), or one for a
 * protocol of your own. Thus the size of a handler is not part of programs.
 */
typedef const struct vpnalg_handler *vpnalg_handler_function(void);

/** A protocol that a translator carries. This struct will not grow. */
struct vpnalg_protocol {
	/** The handler: vpnalg_pptp and so on. */
	vpnalg_handler_function *handler;
	/** The settings that the handler's header defines, such as struct
	 * vpnalg_l2tp_settings, which vpnalg_init() copies; NULL for the
	 * defaults. */
	const void *settings;
};

/** The most further ports of servers. */
#define VPNALG_EXTRA_PORTS_MAX 16

/**
 * Another port at which servers of a protocol listen. It counts as the standard
 * one: sessions, bindings and rules of a policy have that, whichever of the two
 * a server has, while packets keep their own. This struct will not grow.
 */
struct vpnalg_extra_port {
	/** The protocol of the servers: vpnalg_pptp and so on. */
	vpnalg_handler_function *handler;
	uint8_t protocol; /**< IP protocol number: TCP's or UDP's. */
	uint16_t port;    /**< The port; no handler's server port. */
	/** The one that it stands for: PPTP's 1723, IPsec's 500 for IKE or 4500
	 * for NAT-T, L2TP's 1701. */
	uint16_t standard;
};

/**
 * The lifetime of a session without a packet from inside, in milliseconds. Zero
 * means the default.
 */
struct vpnalg_timers {
	/** sizeof(struct vpnalg_timers), so that it can grow. */
	size_t size;
	/** An established TCP connection: PPTP's control connection, or general
	 * traffic's.
	 * Default 7,440,000 (2 h 4 min; RFC 5382 REQ-5). */
	uint32_t tcp_established;
	/** A TCP connection that opens; PPTP's also one that closes.
	 * Default 240,000 (RFC 5382 REQ-5, RFC 7857 2). */
	uint32_t tcp_transitory;
	/** A call that the remote has not answered, or an SCCRQ that may be
	 * answered from any address. Default 60,000. */
	uint32_t call_unanswered;
	/** A call that the remote has answered. Default 7,440,000. */
	uint32_t call_idle;
	/** The time from the announced end of a call to its real one. Default
	 * 100,000: longer than any keepalive interval. */
	uint32_t linger;
	/** A UDP session: L2TP, general traffic, UDP-Lite; L2TPv3 over IP
	 * too. Default 300,000 (RFC 4787 REQ-5). */
	uint32_t udp;
	/** An inbound ESP SA that no traffic in both directions has confirmed,
	 * and an outbound one whose host has no inbound SA yet. Default
	 * 120,000. */
	uint32_t esp_unpaired;
	/** Every other ESP SA, its host, and the IKE session that it came from.
	 * Default 3,600,000. */
	uint32_t esp_idle;
	/** A GRE tunnel without PPTP. Default 600,000. */
	uint32_t gre;
	/** An ICMP query. Default 60,000 (RFC 5508 REQ-2). */
	uint32_t icmp_query;
	/** General traffic of a protocol without ports. Default 600,000. */
	uint32_t other;
	/** A TCP connection that one end has closed, by a FIN (RFC 7857 2); of
	 * PPTP, the inside host. Default: as tcp_established. */
	uint32_t tcp_half_closed;
	/** One of general traffic that both ends have closed. Default: as
	 * tcp_transitory. */
	uint32_t tcp_closing;
	/** One of general traffic that a RST has ended. Default: as
	 * tcp_transitory. */
	uint32_t tcp_reset;
	/** IKE: UDP to port 500. Default: as udp. */
	uint32_t ike;
	/** IKE and ESP in UDP: to port 4500. Default: as udp. */
	uint32_t nat_t;
};

/** A range of TCP and UDP ports, or of ICMP identifiers. This struct will not
 * grow. */
struct vpnalg_ports {
	uint16_t first; /**< The first one. */
	uint16_t last;  /**< The last one. */
};

/**
 * Memory for datagrams that come in fragments, and its division. Zero means
 * the default.
 *
 * A fragment behind the first has no ports and no IDs: it follows the first.
 * One that comes before the first is held, and so are all of a datagram that
 * has something to rewrite beyond its first fragment, such as a control message
 * of PPTP or L2TP (RFC 4787 REQ-14, RFC 3022 6.3).
 */
struct vpnalg_fragments {
	size_t size;  /**< sizeof(struct vpnalg_fragments). */
	void *memory; /**< Aligned for uint64_t; only its address is kept. */
	/** The number of bytes at memory: vpnalg_fragments_size() or more. */
	size_t memory_size;
	/** The bound on datagrams that are known at once, at most 512. If there
	 * is no room, the inside host and remote that take most places lose
	 * their oldest one. All are looked through for a first fragment: 64
	 * keep that below 12,000 instructions, 512 do not. Default 64. */
	uint16_t datagrams;
	/** The bound on fragments that are held at once, at most 512. If there
	 * is no room, the inside host and remote that have most of them held
	 * lose their oldest datagram. Default 32. */
	uint16_t held;
	/** The longest fragment that is held, in bytes from its IP header on.
	 * Default 1500. */
	uint16_t length;
	/** The longest datagram that is put together. Default 8192. */
	uint16_t whole;
	/** The time for which fragments are held, in milliseconds. Default
	 * 15,000. */
	uint32_t held_time;
	/** The time within which others may follow a first fragment. Default
	 * 30,000. */
	uint32_t first_time;
};

/**
 * A set of ports by RFC 7597 5.1, for a router that shares its outside address
 * with others (MAP-E; lw4o6, RFC 7596). All ports of TCP, UDP, SCTP, DCCP and
 * UDP-Lite, ICMP identifiers and Call IDs whose bits behind the first `offset`
 * ones are the PSID, and whose first `offset` bits are not all 0. Only these
 * are given out. This struct will not grow.
 *
 * Servers that need their clients' port to be 500, 1701 or 4500, ESP, and
 * protocols without ports cannot be used then.
 */
struct vpnalg_port_set {
	uint8_t offset; /**< 0 to 15. */
	uint8_t length; /**< Bits of the PSID: 1 to 16 - offset; 0: no set. */
	uint16_t psid;  /**< The port set identifier. */
};

/**
 * Blocks of ports for inside hosts (RFC 6888 4, RFC 7422): all TCP and UDP
 * ports and ICMP identifiers of a host are from one block of one outside
 * address, so that it is known who had a port without a record of each session;
 * and no host has more ports than that. This struct will not grow.
 *
 * A host that has used up its block, or for which there is none left, is
 * refused: #VPNALG_DROP_NO_ID. Services (vpnalg_service_add()) and Call IDs are
 * not from blocks. Servers that need their clients' port to be 500, 1701 or
 * 4500 cannot be used.
 */
struct vpnalg_port_blocks {
	/** The number of ports in a block: a power of 2 from 64 to 16384, and
	 * its first port is a multiple of it; 0: no blocks. */
	uint16_t length;
	/** The ports that are divided; zero: 1024 to 65535. */
	struct vpnalg_ports ports;
	/** Blocks are computed for the hosts of this prefix and zone
	 * (RFC 7422 2.1): in the order of their addresses the blocks of the
	 * first outside address, then those of the next, the addresses being
	 * in the order of their bytes. Other hosts have none. Family 0: a host
	 * is allotted a block at random with the first session that has a
	 * port, and keeps it as long as it has any such; one record more for
	 * each host and block, and an event each time. */
	struct vpnalg_addr inside;
	uint16_t zone;         /**< The zone of these hosts. */
	uint8_t prefix_length; /**< The length of `inside`: 1 to 32. */
};

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

/** Why vpnalg_init(), vpnalg_set_addresses() or vpnalg_set_address_list()
 * failed. */
enum vpnalg_error {
	VPNALG_ERROR_CONFIG = -1, /**< A setting is missing or out of range. */
	VPNALG_ERROR_ADDRESS =
		-2,              /**< An outside address is no IPv4 or twice. */
	VPNALG_ERROR_STORE = -3, /**< The store lacks an operation or has
				    * another key length. */
	VPNALG_ERROR_MEMORY = -4, /**< Too little memory or misaligned. */
	/** The store holds records, and no hash_key is given, or they are found
	 * by another one, or they are none that the translator could have made.
	 * Empty the store, as vpnalg_table_init() does, and give back yourself
	 * what the choose callback had reserved. */
	VPNALG_ERROR_NOT_EMPTY = -5,
	/** Sessions of addresses that have gone are still being closed: call
	 * vpnalg_expire() until it does not return now, and then again. Or the
	 * event callback has called. */
	VPNALG_ERROR_BUSY = -6
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

/**
 * Returns the memory that a translator needs. Sessions are not in it: they live
 * in the store.
 *
 * @param config the settings that vpnalg_init() will get
 * @return bytes, or 0 when a setting other than an outside address is wrong
 */
VPNALG_API size_t vpnalg_size(const struct vpnalg_config *config);

/** An upper bound of vpnalg_size(), for memory that is set aside at compile
 * time: how many protocols, outside addresses and packets in a burst there
 * are. It holds for the protocols that come with the library, and for others
 * that have at most nine kinds of session and no settings, drop reasons and
 * counters of their own that take more than 40 bytes. */
#define VPNALG_BYTES(protocols, addresses, burst) \
	(6032 + (size_t)(protocols)*1232 +        \
	 (((size_t)(addresses)*5 + 7) & ~(size_t)7) + (size_t)(burst)*160)

/** What vpnalg_config.extra_ports adds to VPNALG_BYTES(). */
#define VPNALG_EXTRA_PORTS_BYTES 128

/** What vpnalg_config.own adds to VPNALG_BYTES(). */
#define VPNALG_OWN_BYTES 1024

/** What vpnalg_config.uplinks adds to VPNALG_BYTES(). */
#define VPNALG_UPLINKS_BYTES(addresses) (32 + (size_t)(addresses)*13)

/**
 * Returns the memory that fragments need.
 *
 * @param fragments the settings; memory and memory_size are not read
 * @return bytes, or 0 when one of them is wrong
 */
VPNALG_API size_t
vpnalg_fragments_size(const struct vpnalg_fragments *fragments);

/** An upper bound of vpnalg_fragments_size(), for memory that is set aside at
 * compile time, with the settings as they are called there. */
#define VPNALG_FRAGMENTS_BYTES(datagrams, held, length, whole) \
	(256 + (size_t)(datagrams)*96 +                        \
	 (size_t)(held) * (((size_t)(length) + 7) / 8 * 8 + 64) + (whole))

/**
 * Makes a translator in the caller's memory. There is nothing to free: forget
 * the memory, and the store's, when it is no longer wanted.
 *
 * @param translator set to the translator, at the start of memory
 * @param memory at least vpnalg_size() bytes, aligned for uint64_t
 * @param size the number of bytes at memory
 * @param config the settings
 * @return 0, or a negative enum vpnalg_error and *translator is NULL
 */
VPNALG_API int vpnalg_init(struct vpnalg **translator, void *memory,
			   size_t size, const struct vpnalg_config *config);

/**
 * Returns the time by which a translator's clock is ahead of the caller's,
 * modulo 2^64. It is not 0 after a state was loaded (vpnalg/state.h), and does
 * not change else.
 *
 * @param translator the translator
 * @return milliseconds, for vpnalg_config.clock_offset of another translator on
 *         the same store
 */
VPNALG_API vpnalg_time vpnalg_clock_offset(const struct vpnalg *translator);

/**
 * Translates packets. A burst gives the same bytes and results as the same
 * packets one by one; it only spends less time on memory.
 *
 * @param translator the translator
 * @param packets the packets; of each,
 * result and flags are set, the bytes at data, len, caplen and zone as said
 * there, protocol with VPNALG_DROP_OWN and more
 * @param count the number of packets
 * @param now the time; an earlier one than before counts as the last
 */
VPNALG_API void vpnalg_process(struct vpnalg *translator,
			       struct vpnalg_packet *packets, size_t count,
			       vpnalg_time now);

/**
 * Shows a translator packets of servers at vpnalg_config.extra_ports as those
 * of the standard ports. With such ports call it before each vpnalg_process(),
 * with the same packets, and vpnalg_ports_end() after it: so others pay nothing
 * for it. Without such ports it does nothing.
 *
 * @param translator the translator
 * @param packets the packets, their reserved bytes zero; the remote's port is
 *                changed in some of them, and the sum of an ICMP error about
 *                one
 * @param count the number of packets
 */
VPNALG_API void vpnalg_ports_begin(struct vpnalg *translator,
				   struct vpnalg_packet *packets, size_t count);

/**
 * Gives the packets of vpnalg_ports_begin() back their own ports, whatever
 * became of them. What vpnalg_next_held() gives has its own already.
 *
 * @param translator the translator
 * @param packets the packets
 * @param count the number of packets
 */
VPNALG_API void vpnalg_ports_end(struct vpnalg *translator,
				 struct vpnalg_packet *packets, size_t count);

/**
 * Gives back one held fragment, as if it were given to vpnalg_process() now.
 * Call it until there is none, whenever that has returned. It costs nothing
 * while no fragment is held.
 *
 * @param translator the translator
 * @param[out] packet the fragment: its bytes are the translator's, until the
 *                    next call that is given the translator; direction, user
 *                    and zone are those that it was held with, result is
 *                    VPNALG_TRANSLATED or VPNALG_UNTOUCHED
 * @return false when none can be given back now
 */
VPNALG_API bool vpnalg_next_held(struct vpnalg *translator,
				 struct vpnalg_packet *packet);

/**
 * Gives a translator another list of outside addresses, under traffic.
 *
 * Sessions of addresses that are in both lists go on. Those of an address that
 * is not in the new one go on until they end by themselves, if it is drained:
 * new sessions do not get it. Else they have ended: the next packet from inside
 * opens another session, and what they took is given back by the release
 * callback, when a packet or vpnalg_expire() visits them. Call that next, until
 * it does not return now. Costs time in proportion to the product of both
 * lists' lengths, not to the number of sessions.
 *
 * @param translator the translator
 * @param addresses the new ones, as in vpnalg_config; one that is known stays
 *                  with its uplink, others are of uplink 0
 * @param count their number, at least 1
 * @param drain whether those that are not among them are drained; else they
 *              are gone, also those that were drained until now
 * @return 0; VPNALG_ERROR_ADDRESS: one is no IPv4 unicast address, or there
 *         twice, or there is none; VPNALG_ERROR_MEMORY: more than
 *         vpnalg_config.address_max; VPNALG_ERROR_BUSY: some are to be
 *         added while sessions of others that have gone are being closed.
 *         Then nothing was changed
 */
VPNALG_API int vpnalg_set_addresses(struct vpnalg *translator,
				    const struct vpnalg_addr *addresses,
				    size_t count, bool drain);

/**
 * Sets other timers, under traffic. They hold for sessions that open from now
 * on. An open session that sends nothing more ends when it would have; its next
 * packet gives it the new time, be it shorter or longer, or, where not every
 * packet sets a deadline, the first one with less than the new time left. Until
 * then it counts as silent for as long as the time has grown: another host may
 * take a GRE Key or an L2TP port from it that it has to itself otherwise.
 * Timers in the settings of handlers stay.
 *
 * @param translator the translator
 * @param timers the timers, which are copied; NULL: the defaults
 * @return 0; VPNALG_ERROR_CONFIG: the struct is of another version;
 *         VPNALG_ERROR_BUSY: the event callback has called. Then the last ones
 *         hold on
 */
VPNALG_API int vpnalg_set_timers(struct vpnalg *translator,
				 const struct vpnalg_timers *timers);

/** Another list of outside addresses. Zero it, set size, then the rest. */
struct vpnalg_address_list {
	size_t size; /**< sizeof(struct vpnalg_address_list). */
	/** The addresses, as in vpnalg_config. */
	const struct vpnalg_addr *addresses;
	/** The uplink of each, as in vpnalg_config; NULL: as with
	 * vpnalg_set_addresses(). */
	const uint8_t *uplinks;
	size_t count; /**< Number of addresses, at least 1. */
	bool drain;   /**< As with vpnalg_set_addresses(). */
};

/**
 * Does what vpnalg_set_addresses() does, and sets the uplinks of the addresses.
 * When an uplink fails, give a list without its addresses: with the next packet
 * from inside, which has another uplink then, sessions open again there.
 *
 * @param translator the translator
 * @param list the new addresses
 * @return as vpnalg_set_addresses(); VPNALG_ERROR_CONFIG: the struct is of
 *         another version; VPNALG_ERROR_ADDRESS: also if one is in use or
 *         drained with another uplink: it must go first;
 *         VPNALG_ERROR_MEMORY: there are uplinks, and vpnalg_config.uplinks was
 *         NULL, too
 */
VPNALG_API int vpnalg_set_address_list(struct vpnalg *translator,
				       const struct vpnalg_address_list *list);

/**
 * Returns whether an outside address is a translator's, in use or drained. A
 * drained one is no longer when vpnalg_expire() has been through all sessions,
 * and none has it.
 *
 * @param translator the translator
 * @param address the address
 * @return true if it is
 */
VPNALG_API bool vpnalg_has_address(const struct vpnalg *translator,
				   const struct vpnalg_addr *address);

/**
 * Removes sessions that are past their deadline. A dead session is never
 * found by a packet even if this is never called; calling it gives its room
 * back.
 *
 * @param translator the translator
 * @param now the time
 * @param budget how much to do, at least 1; twice the burst is a good
 *               beginning. To look at a record costs 1, to close one some 10
 *               to 20 more, by what that takes. The last record visited may
 *               cost more than is left.
 * @return the time to call again: now while a round through the store is
 *         unfinished, else the earliest deadline seen in it, or VPNALG_NEVER;
 *         never before now. Sessions opened since are not in it: call once a
 *         minute at least.
 */
VPNALG_API vpnalg_time vpnalg_expire(struct vpnalg *translator, vpnalg_time now,
				     unsigned budget);

/** Counters of a translator. All only grow. Like everything else they are read
 * on the translator's own thread. */
struct vpnalg_counters {
	/** Packets by enum vpnalg_result. Those that a handler dropped for a
	 * reason of its own are not in it: vpnalg_own_counter(). A held
	 * fragment is counted as held, and by its result when it is given back
	 * or dropped; a datagram that was put together counts once more. */
	uint64_t results[VPNALG_RESULTS];
};

/** Counters of one kind of session, as "PPTP call". An ICMP error is counted
 * with the packet that it quotes, and so by that packet's direction. */
struct vpnalg_kind_counters {
	const char *name; /**< The kind's name, static. */
	uint64_t opened;  /**< Sessions opened. */
	uint64_t closed;  /**< Sessions closed. */
	/** Sessions that were requested and could not be opened: no free ID, no
	 * room in the store, or choose refused. */
	uint64_t refused;
	uint64_t translated[2]; /**< Packets translated, that travelled out,
				 * in. */
	uint64_t dropped[2];    /**< Packets dropped, that travelled out, in. */
	/** Sessions that go on without their control messages being read,
	 * because one of these made no sense or was not in memory. */
	uint64_t unparsed;
	/** Packets left alone, that travelled out, in: of a host that uses an
	 * outside address itself, or to such an address and for no session. */
	uint64_t untouched[2];
};

/**
 * Reads the counters.
 *
 * @param translator the translator
 * @param[out] counters a copy of them
 * @param size sizeof(struct vpnalg_counters): later versions count more
 */
VPNALG_API void vpnalg_counters(const struct vpnalg *translator,
				struct vpnalg_counters *counters, size_t size);

/**
 * Reads the counters of one kind of session.
 *
 * @param translator the translator
 * @param index counts from 0 over all kinds of all handlers
 * @param[out] counters a copy of them
 * @param size sizeof(struct vpnalg_kind_counters)
 * @return false when there are no more kinds
 */
VPNALG_API bool vpnalg_kind_counters(const struct vpnalg *translator,
				     size_t index,
				     struct vpnalg_kind_counters *counters,
				     size_t size);

/**
 * Returns the number of packets of a protocol that were dropped for a reason.
 * The sum over all protocols, packets of none included, and both directions is
 * vpnalg_counters.results of that reason. Needs 400 bytes of the translator for
 * each protocol, and once more.
 *
 * @param translator the translator
 * @param protocol the place in vpnalg_config.protocols of the one that has
 *                 claimed the packet; vpnalg_config.protocol_count for those
 *                 that none has claimed. Fragments of which the first has not
 *                 come are such
 * @param direction #VPNALG_OUT or #VPNALG_IN, of the packet, or of the one
 *                  that an ICMP error quotes
 * @param reason enum vpnalg_result, a drop reason of the library's own; those
 *               of a handler's own are vpnalg_own_counter()
 * @return the number of packets; 0 where there is no such protocol or reason
 */
VPNALG_API uint64_t vpnalg_drop_counter(const struct vpnalg *translator,
					size_t protocol,
					enum vpnalg_direction direction,
					unsigned reason);

/** A counter of a handler's own. This struct will not grow. */
struct vpnalg_own_counter {
	const char *name; /**< Its name, static. */
	uint64_t value;   /**< The count. */
};

/**
 * Reads a counter of a handler's own: how often it gave one of its own drop
 * reasons, or what else it counts.
 *
 * @param translator the translator
 * @param protocol the place in vpnalg_config.protocols
 * @param index counts from 0; the handler's drop reasons come first
 * @param[out] counter its name and count
 * @return false when there is no such counter
 */
VPNALG_API bool vpnalg_own_counter(const struct vpnalg *translator,
				   size_t protocol, size_t index,
				   struct vpnalg_own_counter *counter);

/** An inside server, and the outside port that leads to it. Zero it, set size,
 * then the rest. */
struct vpnalg_service {
	size_t size; /**< sizeof(struct vpnalg_service). */
	/** IP protocol number: TCP's, UDP's, that of SCTP, DCCP or UDP-Lite,
	 * or of a protocol without ports. No ICMP or AH. */
	uint8_t protocol;
	uint16_t zone;              /**< Zone of the inside host. */
	uint16_t outside_port;      /**< The port outside; 0 without ports. */
	uint16_t inside_port;       /**< The server's port; 0 without ports. */
	struct vpnalg_addr outside; /**< One of the outside addresses. */
	struct vpnalg_addr inside;  /**< The inside host. */
	/** Milliseconds from now until it ends by itself; 0: never. */
	vpnalg_time lifetime;
};

/** The result of adding or removing a service. */
enum vpnalg_service_result {
	VPNALG_SERVICE_DONE = 0, /**< It is there, or it is gone, as asked. */
	/** The struct is of another version, a port is 0 where there are
	 * ports, or not 0 where there are none, the protocol is none that has
	 * services, or an address is not what it must be. */
	VPNALG_SERVICE_INVALID = -1,
	/** The outside port is a mapping's, another service's or one of the
	 * router's own, or is withheld for the host that had it, or the inside
	 * port is reached by another outside port or address already. */
	VPNALG_SERVICE_TAKEN = -2,
	VPNALG_SERVICE_NO_ROOM = -3, /**< The store has no room or failed. */
	/** None of the translator's protocols has services at that inside port,
	 * or of that protocol: all that is no VPN's is vpnalg_general()'s. */
	VPNALG_SERVICE_NO_HANDLER = -4,
	/** There is no such service to be removed. */
	VPNALG_SERVICE_UNKNOWN = -5
};

/**
 * Adds a service: packets from any remote to the outside address and port reach
 * the inside host, and its answers leave from there (RFC 6887 11). Only the
 * router's owner says who may be reached: nothing outside ever adds one. A
 * service with the same addresses and ports as one that is there renews that:
 * its lifetime begins anew.
 *
 * The choose callback is not asked. What the inside host sends from the inside
 * port leaves from the outside port from now on, but for sessions that it has.
 *
 * Where several translators share the work, each of them needs the service.
 *
 * @param translator the translator
 * @param service the service; it is copied
 * @param now the time; an earlier one than before counts as the last
 * @return VPNALG_SERVICE_DONE, or a negative enum vpnalg_service_result and
 *         nothing has changed
 */
VPNALG_API int vpnalg_service_add(struct vpnalg *translator,
				  const struct vpnalg_service *service,
				  vpnalg_time now);

/**
 * Removes a service. VPN sessions that it has opened go on, unless they are cut
 * (vpnalg_session_cut.service). Its outside port is kept from other hosts for
 * vpnalg_general_settings.reuse_delay.
 *
 * @param translator the translator
 * @param service the service: all but lifetime is compared
 * @param now the time; an earlier one than before counts as the last
 * @return VPNALG_SERVICE_DONE, VPNALG_SERVICE_INVALID or VPNALG_SERVICE_UNKNOWN
 */
VPNALG_API int vpnalg_service_remove(struct vpnalg *translator,
				     const struct vpnalg_service *service,
				     vpnalg_time now);

/**
 * Takes back a service that was added a moment ago, and that no packet has
 * used, as where another one that was to come with it is refused. As
 * vpnalg_service_remove(), but its outside port is kept from other hosts for
 * no longer than it was before.
 *
 * @param translator the translator
 * @param service the service: all but lifetime is compared
 * @param until when the port ceases to be kept, where it was when the service
 *              was added; 0: at once
 * @param now the time; an earlier one than before counts as the last
 * @return as vpnalg_service_remove()
 */
VPNALG_API int vpnalg_service_withdraw(struct vpnalg *translator,
				       const struct vpnalg_service *service,
				       vpnalg_time until, vpnalg_time now);

/**
 * Says the result of adding or removing a service in words. Linked only when
 * used.
 *
 * @param result the result of vpnalg_service_add() or vpnalg_service_remove()
 * @return a static string, never NULL
 */
VPNALG_API const char *vpnalg_service_text(int result);

/** The settings of vpnalg_steer(); equal wherever packets are steered. */
struct vpnalg_steer {
	size_t size;     /**< sizeof(struct vpnalg_steer). */
	uint64_t key[2]; /**< Secret, so that load cannot be aimed. */
	/** The outside addresses of all translators; each packet's remote is
	 * compared with all of them. */
	const struct vpnalg_addr *addresses;
	size_t address_count; /**< The number of addresses. */
	/** The ports of each translator, as in the settings of
	 * vpnalg_general(), the first translator's first; NULL where that is
	 * not among the protocols. */
	const struct vpnalg_ports *general;
	size_t general_count; /**< The number of translators. */
	/** The protocols of the translators, for the server ports of their
	 * handlers; needed where `general` is given. */
	const struct vpnalg_protocol *protocols;
	size_t protocol_count; /**< The number of protocols. */
	/** Further ports of servers, as in vpnalg_config. */
	const struct vpnalg_extra_port *extra_ports;
	size_t extra_port_count; /**< The number of extra_ports. */
};

/**
 * Chooses the translator for a packet when several share the work. The remote
 * address decides, which translation never changes: both directions, a control
 * connection and its data, and ICMP errors about them are steered to one place.
 * All outside addresses count as one remote.
 *
 * General traffic has mappings for all remotes. So where steer->general is
 * given, TCP, UDP and ICMP queries go out by zone and inside address, and come
 * in by outside port: one that is in a translator's range decides. But what
 * has a server port of another handler (500, 1701, 1723 or 4500) at either end
 * goes by its remote like everything else. (An L2TP server that answers from
 * another port than 1701 to one that is in a range needs a single translator;
 * so does one that answers from another address:
 * vpnalg_l2tp_settings.any_address.)
 *
 * Later fragments have no ports. Those of TCP, UDP and ICMP go by their remote
 * then, and *fragment is set: the caller puts datagrams together before, or
 * gives a later fragment to the translator of the first. Those of ICMP are
 * marked without general traffic, too: they may be an error's, which goes by
 * what it quotes.
 *
 * @param steer the settings
 * @param packet data, caplen, len, direction and zone are read
 * @param translators their number, at least 1; sessions do not move when it
 *                    changes
 * @param[out] fragment set if it is a fragment whose first one would have
 *                      decided
 * @return 0 to translators - 1; 0 for what is not IPv4
 */
VPNALG_API uint32_t vpnalg_steer(const struct vpnalg_steer *steer,
				 const struct vpnalg_packet *packet,
				 uint32_t translators, bool *fragment);

/**
 * Returns whether the sender of a dropped packet should be notified, by ICMP
 * "communication administratively prohibited" (type 3, code 13; RFC 5508
 * REQ-8): it has gone out, and a session could not be opened for it. There was
 * no free ID (#VPNALG_DROP_NO_ID), no room in the store (#VPNALG_DROP_STORE),
 * another host has the protocol or port (#VPNALG_DROP_TAKEN), the choose
 * callback refused (#VPNALG_DROP_REFUSED), or the policy did
 * (#VPNALG_DROP_DENIED, #VPNALG_DROP_LIMIT). RFC 1812 4.3.2 says which senders
 * get no answer, and how often others do.
 *
 * @param packet a packet that vpnalg_process() has decided on
 * @return whether it should be answered so; false of all that came in
 */
VPNALG_API bool vpnalg_wants_prohibited(const struct vpnalg_packet *packet);

/**
 * Says a result in words. Linked only when used.
 *
 * @param result an enum vpnalg_result
 * @return a static string, never NULL
 */
VPNALG_API const char *vpnalg_result_text(unsigned result);

/** @return the version of the library, as VPNALG_VERSION. */
VPNALG_API unsigned vpnalg_version(void);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file event.h
 * @brief What the event callback is notified of: sessions, pairs, blocks,
 * refusals.
 */
#ifndef VPNALG_EVENT_H
#define VPNALG_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include <vpnalg/binding.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

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
	/** It was half-open, had ended or was not answered, and room was short:
	 * vpnalg_policy.store_units. */
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

#ifdef __cplusplus
}
#endif

#endif

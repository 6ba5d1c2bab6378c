/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file result.h
 * @brief The fates of a packet: translated, left alone, held, or dropped for a
 * reason.
 */
#ifndef VPNALG_RESULT_H
#define VPNALG_RESULT_H

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/**
 * Says a result in words. Linked only when used.
 *
 * @param result an enum vpnalg_result
 * @return a static string, never NULL
 */
VPNALG_API const char *vpnalg_result_text(unsigned result);

#ifdef __cplusplus
}
#endif

#endif

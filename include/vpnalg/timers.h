/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file timers.h
 * @brief How long sessions live without a packet, and setting that under
 * traffic.
 */
#ifndef VPNALG_TIMERS_H
#define VPNALG_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif

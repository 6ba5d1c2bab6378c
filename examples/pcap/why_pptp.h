/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP's control connections and GRE, for --why. */
#ifndef PCAP_WHY_PPTP_H
#define PCAP_WHY_PPTP_H

#include "why_facts.h"

#define WHY_PPTP_PORT 1723

/* Control messages (RFC 2637 2). */
enum {
	PPTP_START = 1, PPTP_START_REPLY, PPTP_STOP, PPTP_STOP_REPLY,
	PPTP_ECHO, PPTP_ECHO_REPLY, PPTP_CALL, PPTP_CALL_REPLY,
	PPTP_INCOMING, PPTP_INCOMING_REPLY, PPTP_CONNECTED, PPTP_CLEAR,
	PPTP_DISCONNECT
};

/* Reads a segment of TCP from or to port 1723. */
void why_pptp_segment(struct why_facts *facts,
		      const struct why_packet *packet);

/* Reads a packet of GRE. */
void why_gre(struct why_facts *facts, const struct why_packet *packet);

#endif

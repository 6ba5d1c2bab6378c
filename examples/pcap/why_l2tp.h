/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP, for --why. */
#ifndef PCAP_WHY_L2TP_H
#define PCAP_WHY_L2TP_H

#include "why_facts.h"

#define WHY_L2TP_PORT 1701

/* Messages (RFC 2661 3.2, RFC 3931 3.1); 0 is an acknowledgment alone. */
enum {
	L2TP_ZLB, L2TP_SCCRQ, L2TP_SCCRP, L2TP_SCCCN, L2TP_STOPCCN,
	L2TP_HELLO = 6, L2TP_OCRQ, L2TP_OCRP, L2TP_OCCN, L2TP_ICRQ, L2TP_ICRP,
	L2TP_ICCN, L2TP_CDN = 14
};

/* Reads a datagram that is from or to port 1701, or to the port of a client
 * that has asked there. Returns false if it is no L2TP. */
bool why_l2tp_datagram(struct why_facts *facts,
		       const struct why_packet *packet);

/* Reads a packet of IP protocol 115. */
void why_l2tp_ip(struct why_facts *facts, const struct why_packet *packet);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet in words, for --explain. */
#ifndef PCAP_EXPLAIN_H
#define PCAP_EXPLAIN_H

#include <stdint.h>

#define EXPLAIN_TEXT 200

/* The kind of a packet, and its two ends with their IDs. */
struct explained {
	char what[EXPLAIN_TEXT];
	char where[EXPLAIN_TEXT];
};

/*
 * Describes an IPv4 packet, at least IPV4_HEADER bytes of it:
 *
 *     PPTP Outgoing-Call-Request
 *     192.168.77.11:40001 > 203.0.113.10:1723 Call ID 2816
 *
 * Of a TCP segment that holds several PPTP messages the first is described,
 * if one begins where the segment does.
 */
void explain_packet(const uint8_t *ip, uint32_t caplen,
		    struct explained *explained);

/* Returns the sort of an IPsec packet (ipsec.h), or -1. */
int explain_sort(const uint8_t *ip, uint32_t caplen);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPsec packet in words, for --explain and the report. */
#ifndef PCAP_IPSEC_H
#define PCAP_IPSEC_H

#include <stdint.h>

#include "explain.h"

/* The number of sorts of packets. */
#define IPSEC_SORTS 21

/* Returns the name of a sort, such as "IKEv2 IKE_AUTH" or "ESP in UDP". */
const char *ipsec_sort_name(int sort);

/* Returns the sort of a packet that has this behind its IPv4 header; -1 if it
 * is no IPsec, or too short to tell. */
int ipsec_sort(unsigned protocol, const uint8_t *l4, uint32_t length);

/*
 * Says what it is; leaves alone what is no IPsec. Its IDs are there, too, for
 * translation does not change them:
 *
 *     IKEv2 IKE_AUTH request Initiator's SPI 0x8ad1d2e4c3b4a596 Message ID 1
 *     ESP SPI 0xc0de0001 Sequence Number 7
 */
void ipsec_explain(unsigned protocol, const uint8_t *l4, uint32_t length,
		   struct explained *explained);

#endif

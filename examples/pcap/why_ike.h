/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE, ESP and AH, for --why. */
#ifndef PCAP_WHY_IKE_H
#define PCAP_WHY_IKE_H

#include "why_facts.h"

#define WHY_IKE_PORT 500
#define WHY_NAT_T_PORT 4500

/* Reads a datagram from or to port 500 or 4500. Returns false if it is no
 * IPsec. */
bool why_ike_datagram(struct why_facts *facts,
		      const struct why_packet *packet);

/* Reads a message of IKE. */
bool why_ike_message(struct why_facts *facts, const struct why_packet *packet,
		     struct why_bytes message, uint32_t size);

/* Reads the clear payloads of a message: errors, and whether NAT-T is
 * offered. */
void why_ike_payloads(struct why_ike *ike, enum why_end end,
		      struct why_bytes message);

/* Returns a hash of bytes (FNV-1a), to tell what was there before. */
uint32_t why_ike_hash(const struct why_bytes *bytes);

/* Reads a packet of ESP or AH. */
void why_esp(struct why_facts *facts, const struct why_packet *packet);

/* Reads ESP in UDP, or a NAT-keepalive. */
void why_esp_udp(struct why_facts *facts, const struct why_packet *packet);

#endif

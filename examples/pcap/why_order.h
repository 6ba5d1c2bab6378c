/* SPDX-License-Identifier: BSD-2-Clause */
/* The Sequence Numbers of ESP and GRE, by receiver and SPI or Call ID: their
 * attempt, and missing ones. */
#ifndef PCAP_WHY_ORDER_H
#define PCAP_WHY_ORDER_H

#include "why_facts.h"

/* Returns the attempt that packets with this ID, between the same addresses in
 * the same direction, were counted for; or NULL. */
struct why_attempt *why_order_find(const struct why_facts *facts,
				   const struct why_packet *packet,
				   uint32_t id);

/* Counts those that are missing before this one. It comes before
 * why_count_data(). */
void why_order_count(struct why_facts *facts, struct why_attempt *attempt,
		     const struct why_packet *packet, uint32_t id,
		     uint32_t sequence);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Large packets that do not seem to arrive, for --why. */
#ifndef PCAP_WHY_LARGE_H
#define PCAP_WHY_LARGE_H

#include "why_facts.h"

/* Counts a packet of data, by its size. */
void why_large_count(struct why_flow *flow, enum why_end end,
		     const struct why_packet *packet);

/* Counts an IPv4 packet that a packet of data holds in clear. */
void why_large_inner(struct why_flow *flow, enum why_end end,
		     const struct why_bytes *ip);

#endif

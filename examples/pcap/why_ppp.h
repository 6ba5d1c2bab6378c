/* SPDX-License-Identifier: BSD-2-Clause */
/* PPP, as GRE and L2TP carry it, for --why. */
#ifndef PCAP_WHY_PPP_H
#define PCAP_WHY_PPP_H

#include "why_facts.h"

/* Counts a PPP frame of one end's. */
void why_ppp_count(struct why_attempt *attempt, enum why_end end,
		   struct why_bytes frame);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What is measured: packets of PPTP's calls, UDP's flows, IPsec's SAs. */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include "basics.h"

enum traffic { TRAFFIC_GRE, TRAFFIC_UDP, TRAFFIC_ESP, TRAFFIC_NAT_T };

/* A call as GRE needs it, a flow with its ports, or a pair of ESP SAs: own is
 * what the inside host chose, peer what the remote did. */
struct call {
	uint8_t inside[4], outside[4], remote[4];
	uint32_t own, outside_own, peer;
};

/* "GRE" and "calls". */
const char *traffic_name(enum traffic traffic);
const char *traffic_unit(enum traffic traffic);

/* Makes a packet of FRAME_GRE_LEN bytes, in its inside or outside form. */
void traffic_make(enum traffic traffic, const struct call *call, bool inward,
		  bool outside, uint8_t *packet);

#endif

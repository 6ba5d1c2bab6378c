/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of open sessions, both ways, as fast as the gateway takes them. */
#ifndef GATEWAY_FLOOD_H
#define GATEWAY_FLOOD_H

#include "session.h"

struct flood {
	struct links *links;
	enum traffic traffic;
	const struct call *calls;
	uint32_t sessions;
	uint32_t size;    /* of an IP packet */
	uint64_t packets; /* in all, half of them each way */
	uint64_t rate;    /* of packets a second, or 0 */
	/* What came of it. */
	uint64_t sent, arrived;
	uint64_t looked_at; /* some of those that arrived */
	uint64_t wrong;     /* those that are not what they must be */
};

/* The least and the greatest packet. */
#define FLOOD_SIZE_MIN 100
#define FLOOD_SIZE_MAX 1500

void flood_run(struct flood *flood);

#endif

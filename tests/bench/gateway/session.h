/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that hosts and servers have through a live gateway, opened by the
 * packets that their daemons would send. */
#ifndef GATEWAY_SESSION_H
#define GATEWAY_SESSION_H

#include "../traffic.h"
#include "link.h"

/* The gateway's outside address. */
#define GATEWAY_OUTSIDE { 203, 0, 113, 1 }

/* Both sides of the gateway: what is sent inwards goes into the second. */
struct links {
	struct link side[2];
	uint16_t id; /* of the last IP packet */
};

/* Opens a call, a pair of ESP SAs behind an IKE SA, or a NAT-T session, that of
 * the host with that number; or ends the program. */
void session_open(struct links *links, enum traffic traffic, uint32_t number,
		  struct call *call);

#endif

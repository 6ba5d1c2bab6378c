/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the kernel where it would send a packet. */
#ifndef GW_ROUTE_H
#define GW_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

struct route {
	int fd;
	uint32_t sequence; /* of the last question */
};

/* False, with errno, when that failed. */
bool route_open(struct route *route);

/* The number of the interface that leads to an IPv4 address; 0 when none
 * does, or the address is this host's own. */
int route_find(struct route *route, const uint8_t *address);

void route_close(struct route *route);

#endif

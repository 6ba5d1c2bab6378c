/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the kernel where it would send a packet. */
#ifndef GW_ROUTE_H
#define GW_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

/* The number of answers remembered. */
#define ROUTE_ANSWERS 1024

struct route {
	int fd;
	uint32_t sequence; /* of the last question */
	uint32_t age;      /* grows when the answers are forgotten */
	int inside;        /* the interface of those who ask; 0: anybody */
	struct route_answer {
		uint8_t source[4], address[4];
		uint32_t age; /* when it was given; 0: never */
		int interface;
	} answers[ROUTE_ANSWERS];
};

/* inside is the number of the interface that packets come from, if rules of the
 * routing policy for them are to count, else 0. Returns false, with errno, when
 * that failed. */
bool route_open(struct route *route, int inside);

/* Returns the number of the interface that leads from a source to an IPv4
 * address; 0 if none does, or the address is this host's own. The answer is
 * remembered. */
int route_find(struct route *route, const uint8_t *source,
	       const uint8_t *address);

/* Forgets the answers, since routes change. */
void route_forget(struct route *route);

void route_close(struct route *route);

#endif

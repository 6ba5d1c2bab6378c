/* SPDX-License-Identifier: BSD-2-Clause */
/* The far end of one of the gateway's links: whoever lives there is played on a
 * packet socket. */
#ifndef GATEWAY_LINK_H
#define GATEWAY_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

struct link {
	const char *name;
	int fd;
	int index;   /* the interface's number */
	int figures; /* its count of what has arrived */
};

/* Opens the interface with that name, or ends the program. */
void link_open(struct link *link, const char *name);

/* Sends one IP packet to the gateway. */
void link_send(struct link *link, const void *packet, size_t length);

/* Sends as many of these as the interface takes; their addresses are filled
 * in. Returns how many that were. */
unsigned link_send_all(struct link *link, struct mmsghdr *packets,
		       unsigned count);

/* The next packet from the gateway, if one comes within that time; returns its
 * length, or 0. */
size_t link_take(struct link *link, void *packet, size_t room, int ms);

/* From now on link_take() gets one packet of 64, by chance: to take them all
 * would cost the gateway time, in which the kernel copies them. */
void link_take_few(struct link *link);

/* How many packets have arrived so far, taken or not. */
uint64_t link_count(const struct link *link);

#endif

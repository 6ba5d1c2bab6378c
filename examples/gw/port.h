/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One interface: a packet socket with a ring that the kernel fills.
 *
 *     | frame 0 | frame 1 | frame 2 | ...
 *       ours      ours      the kernel's
 *       ^ next
 *
 * Packets are read, and changed, where the kernel has put them, and given back
 * when they were sent on. What is larger than a frame of the ring, because the
 * interface has merged segments, comes by way of the socket's queue.
 */
#ifndef GW_PORT_H
#define GW_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/nat.h"

/* A packet as the interface hands it out. */
struct frame {
	uint8_t *data; /* from the IP header on */
	uint32_t len;
	/* Payload of each segment of which the packet was merged, or 0. */
	uint32_t segment;
	/* The checksum covers the bytes from checksum_start on and is stored
	 * at checksum_offset from there; both are 0 if it is complete. */
	uint16_t sum_start, sum_offset;
};

struct port {
	const char *name;
	int index;         /* the interface's number; 0: it is not there */
	uint8_t direction; /* enum vpnalg_direction of what comes from it */
	bool sent;         /* what this host sends by it, not what comes */
	int fd;
	uint8_t *ring;
	unsigned next; /* the first frame not yet given back */
	uint8_t *big;  /* room for one packet that no frame can hold */
	uint64_t read; /* packets */
	uint64_t lost; /* packets for which the ring had no room */
};

/* Finds the interface with that name. Returns false when that failed, which was
 * said. */
bool port_find(struct port *port, const char *name,
	       enum vpnalg_direction direction);

/* Opens a socket on it, for what the options want translated; if it is not there,
 * port_bind() follows. Returns false when that failed, which was said. */
bool port_open(struct port *port, const struct nat_options *options);

/* Fills in the frames that are there, without waiting, and returns how many:
 * none without a socket. One that could not be read is empty. One that is
 * larger than the ring's, or merged from segments, is always the last. */
size_t port_read(struct port *port, struct frame *frames, size_t max);

/* Gives the frames that were read last back to the kernel, all of them. */
void port_give_back(struct port *port, size_t count);

/* Brings port->lost up to date. */
void port_count_lost(struct port *port);

/* Receives from the interface with its number from now on, as it has come, or
 * another one with its name has vanished. Returns false, with errno, if it cannot. */
bool port_bind(const struct port *port);

void port_close(struct port *port);

#endif

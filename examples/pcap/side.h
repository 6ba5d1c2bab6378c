/* SPDX-License-Identifier: BSD-2-Clause */
/* The direction of a packet, by its addresses. */
#ifndef PCAP_SIDE_H
#define PCAP_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/nat.h"

/* An IPv4 header without options. */
#define IPV4_HEADER 20

/* Room for "255.255.255.255/32". */
#define PREFIX_TEXT 19

struct prefix {
	uint32_t address; /* host order, the bits behind the length are 0 */
	uint8_t length;
};

/* The two sides of the translator. */
struct sides {
	struct prefix *inside;
	size_t inside_count;
	const struct nat_options *outside; /* its addresses */
};

/* The task for a packet. */
enum task {
	TASK_OUT,
	TASK_IN,
	TASK_IN_UNDO,
	TASK_OURS,        /* from an outside address to a remote */
	TASK_COPY_WITHIN, /* from inside to inside */
	TASK_COPY_OTHERS  /* neither end is inside or an outside address */
};

/* Reads "192.168.77.0/24", "10/8" or "10.1.1.11". */
bool side_read_prefix(const char *text, struct prefix *prefix);

/* Writes a prefix, or an address when its length is 32. */
void side_write_prefix(const struct prefix *prefix, char text[PREFIX_TEXT]);

/* Returns an outside address as a prefix, to be written. */
struct prefix side_of_address(const struct vpnalg_addr *address);

/* Returns the task for a packet, by the IPv4 header at ip: at least
 * IPV4_HEADER bytes. */
enum task side_task(const struct sides *sides, const uint8_t *ip);

#endif

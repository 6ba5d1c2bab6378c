/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fragments of a packet that does not fit (RFC 791 3.2):
 *
 *     | IP | options | 1472 bytes |  | IP | 1472 bytes |  | IP | 56 bytes |
 */
#ifndef COMMON_FRAGMENT_H
#define COMMON_FRAGMENT_H

#include <stddef.h>
#include <stdint.h>

/* A packet, which may be a fragment itself, and what is left of it. */
struct fragments {
	const uint8_t *ip;
	unsigned length;
	unsigned mtu;    /* at least its header and 8 bytes more */
	unsigned offset; /* of what is left, in its payload; 0 at first */
};

/* Makes the next fragment at data[mtu], but for its checksum, which the kernel
 * adds. Options stay with the first one. Returns its length, or 0 when nothing
 * is left. */
size_t fragment_next(struct fragments *fragments, uint8_t *data);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums before a translation and after it: promise 2. */
#ifndef TESTS_FUZZ_CHECKSUMS_H
#define TESTS_FUZZ_CHECKSUMS_H

#include "sent.h"

/* Checksums are as right, or as wrong, as they were. */
void check_checksums(const struct sent *s, const struct vpnalg_packet *p);

/* Returns whether two packets are the same, but for a checksum of 0xffff that
 * has become 0: both are zero in ones' complement. A partial one of TCP or
 * DCCP, which is never 0 if it is the sum of a pseudo header, may become
 * 0xffff. */
bool is_same_packet(const uint8_t *a, const uint8_t *b, uint32_t length,
		    bool partial);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums of packets that tests make. */
#ifndef TESTS_SUPPORT_CHECKSUM_H
#define TESTS_SUPPORT_CHECKSUM_H

#include "support.h"

/* The Internet checksum of bytes (RFC 1071): 0 if the right one is in them. */
uint16_t internet_checksum(const uint8_t *p, uint32_t length);

/* The same of TCP or UDP with its pseudo header; total is the length of the IP
 * packet, header that of its header. */
uint16_t l4_checksum(const uint8_t *ip, uint32_t header, uint32_t total);

/* Sets the checksum of the IP header anew. */
void set_ip_checksum(struct bytes *packet);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The Internet checksum (RFC 1071), for what few packets need; rewrite.c has a
 * quicker one. */
#ifndef VPNALG_ENGINE_CHECKSUM_H
#define VPNALG_ENGINE_CHECKSUM_H

#include <vpnalg/handler.h>

/* Returns a ones' complement sum in 16 bits. */
static inline uint32_t checksum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Corrects a checksum when the sum of some bytes that it covers changes from
 * one 16-bit value to another (RFC 1624). */
static inline void checksum_change(uint8_t *checksum, uint32_t before,
				   uint32_t after)
{
	uint32_t sum = ~(uint32_t)vpnalg_get16(checksum) & 0xffff;

	sum += (~before & 0xffff) + after;
	vpnalg_put16(checksum, ~checksum_fold(sum) & 0xffff);
}

#endif

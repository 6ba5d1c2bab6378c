/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC32c by the difference: that of two messages of one length depends on
 * where they differ alone, and on how much follows. So neither all of a packet
 * need be in memory, nor does a wrong checksum become right. */
#include "crc32c.h"

/* Polynomials modulo that of CRC32c: the most significant bit is the
 * coefficient of x^0. */
#define POLYNOMIAL 0x82f63b78U
#define X_TO_THE_8 0x00800000U

static uint32_t times_x(uint32_t a)
{
	return a & 1 ? a >> 1 ^ POLYNOMIAL : a >> 1;
}

static uint32_t multiply(uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (; a != 0; a <<= 1, b = times_x(b))
		if (a >> 31)
			product ^= b;
	return product;
}

/* Appends zeros, as many as there are bytes behind, in steps of which there are
 * as many as their number has bits. */
uint32_t vpnalg_general_crc32c_change(uint16_t difference, uint32_t behind)
{
	uint32_t change = (difference >> 8 | (difference & 0xffU) << 8);
	uint32_t power = X_TO_THE_8;
	unsigned i;

	for (i = 0; i < 16; i++)
		change = times_x(change);
	for (; behind != 0; behind >>= 1, power = multiply(power, power))
		if (behind & 1)
			change = multiply(change, power);
	return change;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages of PPTP. */
#include "support.h"

#include <string.h>

/* Lengths of the control messages, RFC 2637 2.1 to 2.15. */
static const uint8_t lengths[16] = { 0,	 156, 156, 16,	16, 16,	 20, 168,
				     32, 220, 24,  28,	16, 148, 40, 24 };

uint32_t message_length(unsigned type)
{
	return lengths[type];
}

struct bytes message(unsigned type, uint16_t first, uint16_t second,
		     uint8_t result)
{
	struct bytes m = { .length = message_length(type) };
	unsigned i;

	/* A pattern, so that a byte changed by mistake shows. */
	for (i = 0; i < m.length; i++)
		m.data[i] = (uint8_t)(0x80 + i);
	put16(m.data, m.length);
	put16(m.data + 2, 1);
	put32(m.data + 4, 0x1a2b3c4d);
	put16(m.data + 8, type);
	put16(m.data + 10, 0);
	if (m.length > 12) {
		put16(m.data + 12, first);
		put16(m.data + 14, second);
	}
	if (type == 8 || type == 10)
		m.data[16] = result;
	return m;
}

struct bytes join(const struct bytes *a, const struct bytes *b)
{
	struct bytes both = *a;

	memcpy(both.data + a->length, b->data, b->length);
	both.length += b->length;
	return both;
}

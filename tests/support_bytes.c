/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers in network order, and fields of the packet that came out last. */
#include "support.h"

uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

void put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

uint32_t source(const struct world *w)
{
	return get32(w->bytes + 12);
}

uint32_t destination(const struct world *w)
{
	return get32(w->bytes + 16);
}

const uint8_t *l4(const struct world *w)
{
	return w->bytes + (w->bytes[0] & 15) * 4;
}

uint16_t gre_call_id(const struct world *w)
{
	return get16(l4(w) + 6);
}

const uint8_t *payload(const struct world *w)
{
	return l4(w) + (l4(w)[12] >> 4) * 4;
}

uint32_t payload_length(const struct world *w)
{
	return get16(w->bytes + 2) - (uint32_t)(payload(w) - w->bytes);
}

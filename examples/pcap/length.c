/* SPDX-License-Identifier: BSD-2-Clause */
#include "length.h"

#define IPV4_HEADER_MIN 20
#define IPV4_LENGTH_OFF 2
#define IPV4_CHECKSUM_OFF 10

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* RFC 1624: a right checksum stays right, and a wrong one wrong. */
static void set_length(uint8_t *ip, uint32_t length)
{
	uint32_t sum = (~get16(ip + IPV4_CHECKSUM_OFF) & 0xffff) +
		       (~get16(ip + IPV4_LENGTH_OFF) & 0xffff) + length;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + IPV4_LENGTH_OFF, length);
	put16(ip + IPV4_CHECKSUM_OFF, ~sum & 0xffff);
}

bool length_makes_sense(const struct frame *frame)
{
	const uint8_t *ip = frame->data + frame->ip;
	uint32_t header = (ip[0] & 15U) * 4;

	return header >= IPV4_HEADER_MIN &&
	       header <= frame->caplen - frame->ip &&
	       get16(ip + IPV4_LENGTH_OFF) >= header;
}

bool length_fill_in(struct frame *frame)
{
	uint8_t *ip = frame->data + frame->ip;
	uint32_t length = frame->len - frame->ip;

	if (get16(ip + IPV4_LENGTH_OFF) != 0 || length > UINT16_MAX)
		return false;
	set_length(ip, length);
	return true;
}

void length_take_out(struct frame *frame)
{
	set_length(frame->data + frame->ip, 0);
}

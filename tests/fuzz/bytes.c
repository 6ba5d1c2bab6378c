/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as bytes, with checksums computed over all bytes. */
#include "bytes.h"

#include <string.h>

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

void add8(struct bytes *b, unsigned value)
{
	if (b->length < PACKET_MAX)
		b->data[b->length++] = (uint8_t)value;
}

void add16(struct bytes *b, unsigned value)
{
	add8(b, value >> 8);
	add8(b, value);
}

void add32(struct bytes *b, uint32_t value)
{
	add16(b, value >> 16);
	add16(b, value & 0xffff);
}

void add_pattern(struct bytes *b, uint32_t length)
{
	uint32_t i;

	for (i = 0; i < length; i++)
		add8(b, 0x80 + i);
}

uint32_t sum(const uint8_t *p, uint32_t length, uint32_t before)
{
	uint32_t total = before;

	for (; length > 1; p += 2, length -= 2)
		total += get16(p);
	if (length > 0)
		total += (uint32_t)*p << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

uint32_t header_length(const uint8_t *ip)
{
	return (ip[0] & 15U) * 4;
}

uint32_t pseudo_sum(const uint8_t *ip)
{
	return sum(ip + 12, 8, ip[9] + get16(ip + 2) - header_length(ip));
}

int checksum_offset(const uint8_t *ip)
{
	switch (ip[9]) {
	case ICMP:
		return 2;
	case TCP:
		return 16;
	case UDP:
	case DCCP:
	case UDPLITE:
		return 6;
	default:
		return -1;
	}
}

bool is_later_fragment(const uint8_t *ip)
{
	return (get16(ip + 6) & 0x1fff) != 0;
}

static void set_l4_checksum(struct bytes *b, bool partial)
{
	uint8_t *ip = b->data, *l4 = ip + header_length(ip);
	uint32_t total = get16(ip + 2), begin = 0;
	int off = checksum_offset(ip);

	if (off < 0 || total > b->length ||
	    total < header_length(ip) + (uint32_t)off + 2)
		return;
	if (ip[9] != ICMP)
		begin = pseudo_sum(ip);
	put16(l4 + off, 0);
	if (partial && ip[9] != ICMP) {
		put16(l4 + off, begin);
		return;
	}
	begin = ~sum(l4, total - header_length(ip), begin) & 0xffff;
	if (begin == 0 && (ip[9] == UDP || ip[9] == UDPLITE))
		begin = 0xffff;
	put16(l4 + off, begin);
}

void set_checksums(struct bytes *b, bool partial)
{
	uint8_t *ip = b->data;

	if (b->length < 20 || header_length(ip) > b->length)
		return;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum(ip, header_length(ip), 0) & 0xffff);
	set_l4_checksum(b, partial);
}

void begin_ip(struct bytes *b, uint32_t from, uint32_t to, uint8_t protocol)
{
	memset(b->data, 0, 20);
	b->length = 20;
	b->data[0] = 0x45;
	put16(b->data + 4, 0x1234);
	b->data[8] = 64;
	b->data[9] = protocol;
	put32(b->data + 12, from);
	put32(b->data + 16, to);
}

void begin_udp(struct bytes *b, uint32_t from, uint16_t from_port, uint32_t to,
	       uint16_t to_port)
{
	begin_ip(b, from, to, UDP);
	add16(b, from_port);
	add16(b, to_port);
	add32(b, 0);
}

void begin_tcp(struct bytes *b, uint32_t from, uint16_t from_port, uint32_t to,
	       uint16_t to_port, const uint32_t numbers[2], uint8_t flags)
{
	begin_ip(b, from, to, TCP);
	add16(b, from_port);
	add16(b, to_port);
	add32(b, numbers[0]);
	add32(b, flags & ACK ? numbers[1] : 0);
	add8(b, 0x50);
	add8(b, flags);
	add16(b, 8192);
	add32(b, 0);
}

void end_packet(struct bytes *b)
{
	put16(b->data + 2, b->length);
	if (b->data[9] == UDP)
		put16(b->data + 24, b->length - 20);
	set_checksums(b, false);
}

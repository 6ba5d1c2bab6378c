/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets for the states. */
#include "cost.h"

#include <string.h>

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

unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

void add(struct frame *f, const void *bytes, uint32_t length)
{
	memcpy(f->bytes + f->length, bytes, length);
	f->length += length;
}

void add16(struct frame *f, unsigned value)
{
	put16(f->bytes + f->length, value);
	f->length += 2;
}

void add32(struct frame *f, uint32_t value)
{
	add16(f, value >> 16);
	add16(f, value & 0xffff);
}

void begin_ip(struct frame *f, uint32_t from, uint32_t to, unsigned protocol)
{
	memset(f->bytes, 0, 20);
	f->bytes[0] = 0x45;
	f->bytes[8] = 64;
	f->bytes[9] = (uint8_t)protocol;
	put32(f->bytes + 12, from);
	put32(f->bytes + 16, to);
	f->length = 20;
}

void begin_udp(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	       unsigned to_port)
{
	begin_ip(f, from, to, UDP);
	add16(f, from_port);
	add16(f, to_port);
	add32(f, 0);
}

void begin_tcp(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	       unsigned to_port, uint32_t sequence, unsigned flags)
{
	begin_ip(f, from, to, TCP);
	add16(f, from_port);
	add16(f, to_port);
	add32(f, sequence);
	add32(f, 0);
	add16(f, 0x5000 | flags);
	add16(f, 65535);
	add32(f, 0);
}

static uint32_t sum(const uint8_t *p, uint32_t length, uint32_t start)
{
	uint32_t i;

	for (i = 0; i + 1 < length; i += 2)
		start += get16(p + i);
	if (length & 1)
		start += (uint32_t)p[length - 1] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

static void finish_l4(struct frame *f, uint32_t at)
{
	uint32_t length = f->length - 20, start = sum(f->bytes + 12, 8, 0);

	start += f->bytes[9] + length;
	put16(f->bytes + 20 + at,
	      ~sum(f->bytes + 20, length, start) & 0xffff);
}

void finish(struct frame *f)
{
	put16(f->bytes + 2, f->length);
	put16(f->bytes + 10, ~sum(f->bytes, 20, 0) & 0xffff);
	if (f->bytes[9] == UDP) {
		put16(f->bytes + 24, f->length - 20);
		finish_l4(f, 6);
	} else if (f->bytes[9] == TCP) {
		finish_l4(f, 16);
	}
}

void make_esp(struct frame *f, uint32_t from, uint32_t to, uint32_t spi,
	      uint32_t sequence)
{
	begin_ip(f, from, to, ESP);
	add32(f, spi);
	add32(f, sequence);
	add(f, "01234567", 8);
	finish(f);
}

/* The two SPIs, next payload, version 2.0, exchange, flags, message ID, length;
 * a first message has no responder's SPI. */
void make_ike(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	      unsigned to_port, uint32_t spi, bool first, unsigned exchange,
	      bool response, uint32_t message)
{
	begin_udp(f, from, from_port, to, to_port);
	add32(f, spi);
	add32(f, spi ^ 0x5555);
	add32(f, first ? 0 : 0x77);
	add32(f, first ? 0 : 0x77);
	add16(f, 0x2e20);
	add16(f, exchange << 8 | (response ? 0x20 : 0x08));
	add32(f, message);
	add32(f, 28);
	finish(f);
}

void make_gre(struct frame *f, uint32_t from, uint32_t to, unsigned call_id)
{
	begin_ip(f, from, to, GRE);
	add32(f, 0x3001880b);
	add16(f, 1);
	add16(f, call_id);
	add32(f, 1);
	add(f, "x", 1);
	finish(f);
}

void make_keyed_gre(struct frame *f, uint32_t from, uint32_t to, uint32_t key)
{
	begin_ip(f, from, to, GRE);
	add32(f, 0x20000800);
	add32(f, key);
	finish(f);
}

/* A control message of version 2 with a message type and perhaps an assigned
 * Tunnel ID. */
void make_l2tp(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	       unsigned to_port, unsigned tunnel, unsigned type,
	       unsigned assigned)
{
	uint32_t at;

	begin_udp(f, from, from_port, to, to_port);
	at = f->length;
	add16(f, 0xc802);
	add16(f, 0);
	add16(f, tunnel);
	add16(f, 0);
	add32(f, 0);
	add16(f, 0x8008);
	add32(f, 0);
	add16(f, type);
	if (assigned != 0) {
		add16(f, 0x8008);
		add32(f, 9);
		add16(f, assigned);
	}
	put16(f->bytes + at + 2, f->length - at);
	finish(f);
}

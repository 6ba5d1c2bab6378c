/* SPDX-License-Identifier: BSD-2-Clause */
#include "frames.h"

#include <string.h>

enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_GRE = 47,
       PROTOCOL_ESP = 50 };
enum { PPTP_PORT = 1723 };
enum { TCP_SYN = 0x02, TCP_PSH = 0x08, TCP_ACK = 0x10 };

struct shape {
	bool inward;
	uint8_t flags;  /* of TCP */
	uint8_t type;   /* Control Message Type, or 0 */
	uint8_t length; /* of the message */
};

static const struct shape shapes[FRAMES] = {
	[FRAME_SYN] = { false, TCP_SYN, 0, 0 },
	[FRAME_SYN_ACK] = { true, TCP_SYN | TCP_ACK, 0, 0 },
	[FRAME_ACK] = { false, TCP_ACK, 0, 0 },
	[FRAME_START_REQUEST] = { false, TCP_PSH | TCP_ACK, 1, 156 },
	[FRAME_START_REPLY] = { true, TCP_PSH | TCP_ACK, 2, 156 },
	[FRAME_CALL_REQUEST] = { false, TCP_PSH | TCP_ACK, 7, 168 },
	[FRAME_CALL_REPLY] = { true, TCP_PSH | TCP_ACK, 8, 32 },
};

bool frame_is_inward(enum frame frame)
{
	return shapes[frame].inward;
}

static uint32_t sum(const uint8_t *p, uint32_t length, uint32_t from)
{
	uint32_t i, total = from;

	for (i = 0; i + 1 < length; i += 2)
		total += bench_get16(p + i);
	if (length & 1)
		total += (uint32_t)p[length - 1] << 8;
	total = (total & 0xffff) + (total >> 16);
	return (total & 0xffff) + (total >> 16);
}

void frame_sum_ip(uint8_t *packet)
{
	bench_put16(packet + FRAME_IP_CHECKSUM, 0);
	bench_put16(packet + FRAME_IP_CHECKSUM,
		    ~sum(packet, FRAME_IP, 0) & 0xffff);
}

/* Over pseudo header and segment, the checksum field as it stands. */
static uint32_t sum_l4(const uint8_t *packet, uint32_t length)
{
	uint32_t pseudo = sum(packet + FRAME_SOURCE, 8,
			      packet[9] + length - FRAME_IP);

	return sum(packet + FRAME_IP, length - FRAME_IP, pseudo);
}

bool frame_tcp_sum_is_right(const uint8_t *packet, uint32_t length)
{
	return sum(packet, FRAME_IP, 0) == 0xffff &&
	       sum_l4(packet, length) == 0xffff;
}

/* RFC 1624, equation 3. */
void frame_patch_tcp(uint8_t *packet, size_t offset, uint16_t value)
{
	uint8_t *checksum = packet + FRAME_TCP_CHECKSUM;
	uint32_t s = (~(uint32_t)bench_get16(checksum) & 0xffff) +
		     (~(uint32_t)bench_get16(packet + offset) & 0xffff) +
		     value;

	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	bench_put16(packet + offset, value);
	bench_put16(checksum, ~s & 0xffff);
}

static void make_ip(uint8_t *packet, uint32_t length, uint8_t protocol,
		    const uint8_t *source, const uint8_t *destination)
{
	packet[0] = 0x45;
	bench_put16(packet + 2, length);
	packet[8] = 64;
	packet[9] = protocol;
	memcpy(packet + FRAME_SOURCE, source, 4);
	memcpy(packet + FRAME_DESTINATION, destination, 4);
	frame_sum_ip(packet);
}

/* Of the fields behind the IDs: versions, capabilities, speeds, windows. */
static void fill_message(uint8_t *m, const struct dialog *dialog, uint8_t type)
{
	switch (type) {
	case 1: /* 2.1: protocol version, framing, bearer */
	case 2: /* 2.2: and the result: fine */
		bench_put16(m + 12, 0x0100);
		m[14] = type == 2 ? 1 : 0;
		bench_put32(m + 16, 3);
		bench_put32(m + 20, 3);
		break;
	case 7: /* 2.7: serial number, speeds, bearer, framing, window */
		bench_put16(m + 12, dialog->own);
		bench_put16(m + 14, dialog->own);
		bench_put32(m + 16, 300);
		bench_put32(m + 20, 100000000);
		bench_put32(m + 24, 3);
		bench_put32(m + 28, 3);
		bench_put16(m + 32, 64);
		break;
	case 8: /* 2.8: connected, speed, window */
		bench_put16(m + 12, dialog->peer);
		bench_put16(m + 14, dialog->outside_own);
		m[16] = 1;
		bench_put32(m + 20, 100000000);
		bench_put16(m + 24, 64);
		break;
	}
}

static void make_message(uint8_t *m, const struct dialog *dialog,
			 const struct shape *shape)
{
	bench_put16(m, shape->length);
	bench_put16(m + 2, 1);
	bench_put32(m + 4, 0x1a2b3c4d);
	bench_put16(m + 8, shape->type);
	fill_message(m, dialog, shape->type);
}

static void make_tcp(uint8_t *tcp, const struct dialog *dialog,
		     const struct shape *shape)
{
	bool inward = shape->inward;

	bench_put16(tcp, inward ? PPTP_PORT : dialog->inside_port);
	bench_put16(tcp + 2, inward ? dialog->outside_port : PPTP_PORT);
	bench_put32(tcp + 4, dialog->sequence[inward]);
	if (shape->flags & TCP_ACK)
		bench_put32(tcp + 8, dialog->sequence[!inward]);
	tcp[12] = 0x50;
	tcp[13] = shape->flags;
	bench_put16(tcp + 14, 0x4000);
}

uint32_t frame_make(struct dialog *dialog, enum frame frame, uint8_t *packet)
{
	const struct shape *shape = &shapes[frame];
	uint32_t length = FRAME_MESSAGE + shape->length;

	memset(packet, 0, length);
	if (shape->inward)
		make_ip(packet, length, PROTOCOL_TCP, dialog->remote,
			dialog->outside);
	else
		make_ip(packet, length, PROTOCOL_TCP, dialog->inside,
			dialog->remote);
	make_tcp(packet + FRAME_IP, dialog, shape);
	if (shape->type != 0)
		make_message(packet + FRAME_MESSAGE, dialog, shape);
	bench_put16(packet + FRAME_TCP_CHECKSUM,
		    ~sum_l4(packet, length) & 0xffff);
	dialog->sequence[shape->inward] += shape->length;
	if (shape->flags & TCP_SYN)
		dialog->sequence[shape->inward]++;
	return length;
}

void frame_make_gre(uint8_t *packet, const uint8_t *source,
		    const uint8_t *destination, uint16_t call_id)
{
	uint8_t *gre = packet + FRAME_IP;

	memset(packet, 0, FRAME_GRE_LEN);
	make_ip(packet, FRAME_GRE_LEN, PROTOCOL_GRE, source, destination);
	bench_put16(gre, 0x3081); /* key, sequence, acknowledgment; version 1 */
	bench_put16(gre + 2, 0x880b);
	bench_put16(gre + 4, FRAME_GRE_LEN - FRAME_IP - 16);
	bench_put16(gre + 6, call_id);
	memset(gre + 16, 0x5a, FRAME_GRE_LEN - FRAME_IP - 16);
}

void frame_make_udp(uint8_t *packet, const uint8_t *source,
		    const uint8_t *destination, uint16_t source_port,
		    uint16_t destination_port)
{
	uint8_t *udp = packet + FRAME_IP;

	memset(packet, 0, FRAME_UDP_LEN);
	make_ip(packet, FRAME_UDP_LEN, PROTOCOL_UDP, source, destination);
	bench_put16(udp, source_port);
	bench_put16(udp + 2, destination_port);
	bench_put16(udp + 4, FRAME_UDP_LEN - FRAME_IP);
	memset(udp + 8, 0x5a, FRAME_UDP_LEN - FRAME_IP - 8);
	bench_put16(packet + FRAME_UDP_CHECKSUM,
		    ~sum_l4(packet, FRAME_UDP_LEN) & 0xffff);
}

void frame_make_esp(uint8_t *packet, const uint8_t *source,
		    const uint8_t *destination, uint32_t spi)
{
	uint8_t *esp = packet + FRAME_IP;

	memset(packet, 0, FRAME_GRE_LEN);
	make_ip(packet, FRAME_GRE_LEN, PROTOCOL_ESP, source, destination);
	bench_put32(esp, spi);
	bench_put32(esp + 4, 1);
	memset(esp + 8, 0x5a, FRAME_GRE_LEN - FRAME_IP - 8);
}

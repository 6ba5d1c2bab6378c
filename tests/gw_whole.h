/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of examples/gw/whole.c. */
#ifndef TESTS_GW_WHOLE_H
#define TESTS_GW_WHOLE_H

#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/gw/whole.h"

#define TCP 6
#define UDP 17

/* FIN, PSH, ACK and CWR. */
#define FLAGS 0x99

/* The parts of a frame. */
struct shape {
	uint8_t protocol;
	uint32_t ip_options, tcp_options, payload, segment;
	uint32_t pieces; /* that it is to become */
};

static struct frame frame;
static uint8_t *room;
static struct vpnalg_packet packets[WHOLE_PIECES + 1];

static inline void begin(void)
{
	room = malloc(WHOLE_ROOM);
	ck_assert(room != NULL);
	memset(packets, 0, sizeof(packets));
	frame = (struct frame){ 0 };
}

static inline void end(void)
{
	free(frame.data);
	free(room);
}

static inline uint32_t ip_len(const struct shape *shape)
{
	return 20 + shape->ip_options;
}

static inline uint32_t head_len(const struct shape *shape)
{
	return ip_len(shape) +
	       (shape->protocol == TCP ? 20 + shape->tcp_options : 8);
}

/* Its checksum is not right, nor is the IP header's. */
static inline void make_l4(const struct shape *shape, uint8_t *l4)
{
	put(l4, 2, 40000);
	put(l4 + 2, 2, 1723);
	if (shape->protocol == UDP) {
		put(l4 + 4, 2, 8 + shape->payload);
		put(l4 + 6, 2, 0x1234);
		return;
	}
	put(l4 + 4, 4, 0xfffff000);
	put(l4 + 8, 4, 0x12345678);
	l4[12] = (uint8_t)((20 + shape->tcp_options) / 4 << 4);
	l4[13] = FLAGS;
	put(l4 + 14, 2, 501);
	put(l4 + 16, 2, 0x1234);
	memset(l4 + 20, 1, shape->tcp_options);
}

static inline void make(const struct shape *shape)
{
	uint32_t head = head_len(shape);
	uint8_t *ip;

	frame = (struct frame){ .len = head + shape->payload,
				.segment = shape->segment };
	frame.data = ip = calloc(1, frame.len);
	ck_assert(ip != NULL);
	ip[0] = (uint8_t)(0x40 | ip_len(shape) / 4);
	put(ip + 2, 2, frame.len);
	put(ip + 4, 2, 0xfffe);
	put(ip + 6, 2, 0x4000);
	ip[8] = 64;
	ip[9] = shape->protocol;
	put(ip + 10, 2, 0x5678);
	memcpy(ip + 12, "\xc0\xa8\x4d\x0b\xcb\x00\x71\x0a", 8);
	memset(ip + 20, 1, shape->ip_options);
	make_l4(shape, ip + ip_len(shape));
	for (uint32_t i = 0; i < shape->payload; i++)
		ip[head + i] = (uint8_t)(i * 7 + i / 251);
}

/* The sum of the pseudo header is in its place. */
static inline void leave_sum(const struct shape *shape)
{
	uint8_t *ip = frame.data, *l4 = ip + ip_len(shape);
	uint32_t sum = shape->protocol + frame.len - ip_len(shape);

	for (size_t i = 12; i < 20; i += 2)
		sum += get(ip + i, 2);
	frame.sum_start = (uint16_t)ip_len(shape);
	frame.sum_offset = shape->protocol == TCP ? 16 : 6;
	put(l4 + frame.sum_offset, 2, (sum & 0xffff) + (sum >> 16));
}

#endif

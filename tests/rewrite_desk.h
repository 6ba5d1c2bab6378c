/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of rewriting: a packet on a desk. */
#ifndef TESTS_REWRITE_DESK_H
#define TESTS_REWRITE_DESK_H

#include "toy.h"
#include "cases.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 3000 };

/* A packet under rewriting, as a handler has it. */
struct desk {
	struct bytes bytes;
	struct vpnalg_packet packet;
	struct vpnalg_parsed parsed;
	struct vpnalg_step step;
};

static inline void lay(struct desk *d, const struct bytes *bytes,
		       uint8_t checksum)
{
	uint8_t *ip = d->bytes.data;
	uint32_t header = (bytes->data[0] & 15U) * 4;

	memset(d, 0, sizeof(*d));
	d->bytes = *bytes;
	d->packet.data = ip;
	d->packet.caplen = d->packet.len = bytes->length;
	d->parsed.ip = ip;
	d->parsed.l4 = ip + header;
	d->parsed.l4_len = d->parsed.l4_caplen =
		get16(bytes->data + 2) - header;
	d->parsed.local = ip + 12;
	d->parsed.remote = ip + 16;
	d->parsed.addr_len = 4;
	d->parsed.protocol = bytes->data[9];
	d->parsed.checksum = checksum;
	d->step.packet = &d->packet;
	d->step.parsed = &d->parsed;
}

static inline struct bytes random_packet(uint32_t *seed)
{
	uint8_t data[600];
	uint32_t length = chance(seed, sizeof(data)), i;
	uint32_t from = chance(seed, UINT32_MAX);
	uint16_t port = (uint16_t)chance(seed, 65536);
	struct bytes p;

	/* Often all zeros or all ones, where ones' complement is peculiar. */
	for (i = 0; i < length; i++)
		data[i] = (uint8_t)(chance(seed, 3) ? chance(seed, 256)
						    : chance(seed, 2) * 255);
	switch (chance(seed, 3)) {
	case 0:
		p = tcp_packet(from, port, SERVER, PPTP, chance(seed, 1 << 30),
			       1, ACK, data, length);
		break;
	case 1:
		p = udp_packet(from, port, SERVER, 9999, data, length);
		break;
	default:
		p = gre_packet(from, SERVER, port, length);
		break;
	}
	if (chance(seed, 4) == 0)
		add_ip_options(&p, 4 * chance(seed, 11));
	return p;
}

/* Partial: the field is the sum of the pseudo header, not complemented. */
static inline unsigned pseudo_sum(const struct bytes *p)
{
	uint32_t header = (p->data[0] & 15U) * 4, i;
	uint32_t sum = p->data[9] + get16(p->data + 2) - header;

	for (i = 12; i < 20; i += 2)
		sum += get16(p->data + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

#endif

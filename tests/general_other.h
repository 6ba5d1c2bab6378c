/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of other IP protocols as general traffic. */
#ifndef TESTS_GENERAL_OTHER_H
#define TESTS_GENERAL_OTHER_H

#include "cases.h"
#include "general.h"

#include <vpnalg/protocols.h>

#include <string.h>
#define SCTP 132
#define DCCP 33
#define UDPLITE 136
#define EOIP "\x20\x01\x64\x00"

static struct world w;

static inline void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static inline void end(void)
{
	world_end(&w);
}

static inline struct bytes plain(uint32_t from, uint32_t to, uint8_t protocol,
				 const char *first)
{
	uint8_t data[24];

	memcpy(data, first, 4);
	memset(data + 4, 0x55, sizeof(data) - 4);
	return ip_packet(from, to, protocol, data, sizeof(data));
}

/* --- By ports that stay. */

static inline struct bytes with_ports(uint8_t protocol, uint32_t from,
				      uint16_t from_port, uint32_t to,
				      uint16_t to_port, uint8_t type)
{
	uint8_t data[20] = { 0 };
	struct bytes p;

	put16(data, from_port);
	put16(data + 2, to_port);
	if (protocol == SCTP) {
		put32(data + 4, 0x12345678); /* verification tag */
		put32(data + 8, 0x9abcdef0); /* checksum, which nobody reads */
		data[12] = type;
		put16(data + 14, 4);
	} else if (protocol == DCCP) {
		data[4] = 5;
		data[8] = (uint8_t)(type << 1 | 1);
	}
	p = ip_packet(from, to, protocol, data, sizeof(data));
	set_transport_checksum(&p);
	return p;
}

#endif

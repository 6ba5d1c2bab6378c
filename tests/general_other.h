/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of other IP protocols as general traffic. */
#ifndef TESTS_GENERAL_OTHER_H
#define TESTS_GENERAL_OTHER_H

#include "cases.h"
#include "general.h"

#include <vpnalg/protocols.h>

#include <string.h>

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

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of TCP connections of general traffic. */
#ifndef TESTS_GENERAL_TCP_H
#define TESTS_GENERAL_TCP_H

#include "cases.h"
#include "dialog.h"
#include "general.h"

#include <string.h>

#define TRANSITORY 240000
#define ESTABLISHED 7440000

static struct world w;

static inline void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static inline void end(void)
{
	world_end(&w);
}

static inline void out(uint8_t flags, unsigned data)
{
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, flags, data),
			  VPNALG_TRANSLATED);
}

/* That the session lives for so long from now on, and no longer. */
static inline void check_lives(vpnalg_time ms)
{
	uint64_t before = closed(&w, G_TCP);

	world_wait(&w, ms - 1);
	ck_assert_msg(closed(&w, G_TCP) == before, "it has ended before");
	world_wait(&w, 1);
	ck_assert_msg(closed(&w, G_TCP) == before + 1, "it lives on");
}

#endif

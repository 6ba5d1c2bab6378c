/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of cuts. */
#ifndef TESTS_CUT_H
#define TESTS_CUT_H

#include <stddef.h>
#include <string.h>

#include "cases.h"
#include "general.h"
#include "support_service.h"
#include "support_sessions.h"

static struct world w;
static struct listing before, after;

static inline void begin(void)
{
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE,
					      .account = true });
}

static inline void end(void)
{
	all_close(&w);
	world_end(&w);
}

/* In small steps, between which the store may move its records. */
static inline void cut(struct vpnalg_session_cut c)
{
	unsigned steps = 0;
	int result;

	c.size = sizeof(c);
	do {
		result = vpnalg_sessions_cut(w.alg, &c, w.now, 20);
		mirror_check(&w);
		log_check(&w);
		world_between_calls(&w);
		ck_assert_uint_lt(++steps, 2000);
	} while (result == VPNALG_CUT_MORE);
	ck_assert_int_eq(result, VPNALG_CUT_DONE);
}

static inline struct vpnalg_addr addr(uint32_t octets)
{
	struct vpnalg_addr a = { .family = VPNALG_IPV4 };

	put32(a.octets, octets);
	return a;
}

#endif

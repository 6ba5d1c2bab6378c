/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of L2TP clients of one server, whose tunnels share port
 * 1701 or do not. */
#ifndef TESTS_L2TP_SHARED_H
#define TESTS_L2TP_SHARED_H

#include "support_l2tp.h"
#include "cases.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/l2tp.h>

#include <string.h>

static struct world w;

static inline void begin(void)
{
	l2tp_world(&w, (struct world_options){ 0 });
}

static inline void end(void)
{
	world_end(&w);
}

static inline struct tunnel a_tunnel(unsigned n)
{
	return (struct tunnel){ .client = CLIENT_A + n,
				.server = SERVER,
				.port = L2TP,
				.version = 2,
				.own = 7,
				.peer = 100 + n };
}

/* The server answers to port 1701 always. */
static inline struct tunnel fixed_tunnel(unsigned n)
{
	struct tunnel t = a_tunnel(n);

	t.fixed_port = true;
	return t;
}

static inline void begin_tunnels(struct tunnel *t, unsigned count)
{
	unsigned i, j;

	for (i = 0; i < count; i++) {
		t[i] = fixed_tunnel(i);
		tunnel_begin(&w, &t[i]);
		ck_assert_uint_eq(t[i].outside_port, L2TP);
		for (j = 0; j < i; j++)
			ck_assert_uint_ne(t[i].outside_own, t[j].outside_own);
	}
}

#endif

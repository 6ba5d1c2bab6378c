/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of L2TPv3. */
#ifndef TESTS_L2TP_V3_H
#define TESTS_L2TP_V3_H

#include "support_l2tp.h"
#include "cases.h"

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

static const struct tunnel over_ip = {
	.client = CLIENT_A, .server = SERVER, .version = 3,
	.own = 0x11223344, .peer = 0x55667700,
	.session = 0x01020304, .peer_session = 0x0a0b0c00
};

static inline struct tunnel a_tunnel(unsigned n)
{
	struct tunnel t = over_ip;

	t.client += n;
	t.peer += n;
	t.peer_session += n;
	return t;
}

static inline void begin_session(struct tunnel *t)
{
	tunnel_begin(&w, t);
	tunnel_calls(&w, t);
	tunnel_carries(&w, t, 1);
}

#endif

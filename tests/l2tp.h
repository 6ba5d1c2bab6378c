/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of L2TP by ports. */
#ifndef TESTS_L2TP_H
#define TESTS_L2TP_H

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

static inline struct tunnel a_tunnel(void)
{
	return (struct tunnel){ .client = CLIENT_A,
				.server = SERVER,
				.port = L2TP,
				.version = 2,
				.own = 7,
				.peer = 100 };
}

#endif

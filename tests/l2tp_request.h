/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of SCCRQs and of other packets on their port. */
#ifndef TESTS_L2TP_REQUEST_H
#define TESTS_L2TP_REQUEST_H

#include "support_l2tp.h"
#include "cases.h"

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

#endif

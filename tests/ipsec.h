/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the packets that IPsec claims. */
#ifndef TESTS_IPSEC_H
#define TESTS_IPSEC_H

#include "support_ipsec.h"
#include "cases.h"

static struct world w;

static inline void begin(void)
{
	ipsec_world(&w, (struct world_options){ .passive = true });
}

static inline void end(void)
{
	world_end(&w);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the packets that PPTP claims. */
#ifndef TESTS_PPTP_H
#define TESTS_PPTP_H

#include "support.h"
#include "cases.h"

#include <string.h>

static struct world w;
static struct connection c;

static inline void begin(void)
{
	world_begin(&w, NULL);
}

static inline void end(void)
{
	world_end(&w);
}

#endif

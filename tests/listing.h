/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of listings. */
#ifndef TESTS_LISTING_H
#define TESTS_LISTING_H

#include "support_sessions.h"

#include <stddef.h>
#include <string.h>

#include "cases.h"
#include "general.h"
#include "support_l2tp.h"


static struct world w;
static struct listing l;

static inline void begin(void)
{
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static inline void end(void)
{
	all_close(&w);
	world_end(&w);
}

#endif

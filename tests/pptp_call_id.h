/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of Call IDs. */
#ifndef TESTS_PPTP_CALL_ID_H
#define TESTS_PPTP_CALL_ID_H

#include "pptp_talk.h"
#include "cases.h"

#include <string.h>

static struct connection d;

static inline void begin_with(struct world_options options)
{
	world_begin(&w, &options);
	c = d = (struct connection){ 0 };
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

static inline void begin(void)
{
	begin_with((struct world_options){ .choosing = CHOOSE_DIFFERENT });
}

static inline void begin_anew(struct world_options options)
{
	world_end(&w);
	begin_with(options);
}

#endif

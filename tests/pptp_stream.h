/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the control stream of PPTP. */
#ifndef TESTS_PPTP_STREAM_H
#define TESTS_PPTP_STREAM_H

#include "support.h"
#include "cases.h"

#include <string.h>

static struct world w;
static struct connection c;
static uint16_t outside_id; /* of the call that begin_call() opens */

#define OWN 0x1234  /* the inside host's Call ID */
#define PEER 0x4321 /* the server's */

static inline void begin_with(enum choosing choosing)
{
	struct world_options options = { .choosing = choosing };

	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

/* Every ID differs outside. */
static inline void begin(void)
{
	begin_with(CHOOSE_DIFFERENT);
}

static inline void begin_call(void)
{
	begin();
	outside_id = call_out(&w, &c, OWN, PEER);
	ck_assert_uint_ne(outside_id, OWN);
	ck_assert_uint_eq(outside_id >> 8, OWN >> 8);
	/* The client acknowledges all, and the server too. */
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
}

static inline void end(void)
{
	world_end(&w);
}

#endif

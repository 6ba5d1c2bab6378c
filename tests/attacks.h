/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of forged packets. */
#ifndef TESTS_ATTACKS_H
#define TESTS_ATTACKS_H

#include "pptp_talk.h"
#include "support_ipsec.h"
#include "cases.h"

#include <string.h>

static inline void begin_with(const struct world_options *options)
{
	world_begin(&w, options);
	c = (struct connection){ 0 };
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

static inline void begin(void)
{
	struct world_options options = { .choosing = CHOOSE_DIFFERENT };

	begin_with(&options);
}

static inline void acknowledge_all(void)
{
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
}

#endif

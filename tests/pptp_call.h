/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of PPTP calls. */
#ifndef TESTS_PPTP_CALL_H
#define TESTS_PPTP_CALL_H

#include "pptp_talk.h"
#include "cases.h"

#include <string.h>

static inline void begin(void)
{
	world_begin(&w, NULL);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

static inline void keep_control(void)
{
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
}

#endif

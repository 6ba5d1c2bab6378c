/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of vpnalg_process(). */
#ifndef TESTS_PROCESS_H
#define TESTS_PROCESS_H

#include "toy.h"
#include "cases.h"

#include <vpnalg/protocols.h>

#include <string.h>

/* CLIENT_A has a PPTP call (7 and 9) and a toy session with SERVER. */
static inline void talk_begin(struct world *w, struct connection *c)
{
	memset(c, 0, sizeof(*c));
	mixed_world(w, (struct world_options){ .no_undo = true });
	start_control(w, c, CLIENT_A, 3000, SERVER);
	ck_assert_uint_eq(call_out(w, c, 7, 9), 7);
	ck_assert_uint_eq(toy_call(w, CLIENT_A, 5000, SERVER, 3, 4), 3);
}

#endif

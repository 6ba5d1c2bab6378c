/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of sweeps. */
#ifndef TESTS_EXPIRE_H
#define TESTS_EXPIRE_H

#include "toy.h"
#include "cases.h"
#include "general.h"

#include <string.h>

static inline vpnalg_time sweep(struct world *w)
{
	return vpnalg_expire(w->alg, w->now, 100000);
}

static inline void hello(struct world *w, uint32_t host)
{
	toy_say(w, host, 5000, SERVER, TOY_HELLO, 0, 0);
}

#endif

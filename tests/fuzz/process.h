/* SPDX-License-Identifier: BSD-2-Clause */
/* A burst of packets goes through one world, and is held to all promises of
 * one. */
#ifndef TESTS_FUZZ_PROCESS_H
#define TESTS_FUZZ_PROCESS_H

#include "sent.h"
#include "world.h"

/* As vpnalg_process(), with what was sent beside what is lent. The store's
 * fail_in, if set, counts from here and is 0 afterwards. */
void process(struct world *w, struct lent *l, const struct sent *s,
	     size_t count);

#endif

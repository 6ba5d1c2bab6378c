/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several translators gets a packet. */
#ifndef TESTS_FUZZ_STEER_H
#define TESTS_FUZZ_STEER_H

#include "sent.h"
#include "settings.h"

/* Both forms of a packet, as it was sent and as it came out, must meet in one
 * translator. */
void check_steer(const struct settings *settings, const struct lent *l,
		 const struct sent *s);

#endif

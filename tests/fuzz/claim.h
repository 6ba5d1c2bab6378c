/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a packet is. */
#ifndef TESTS_FUZZ_CLAIM_H
#define TESTS_FUZZ_CLAIM_H

#include "sent.h"
#include "settings.h"

/* Returns whether a handler owns what an inside host sends, so that it may not
 * pass as it is. A packet without a possible remote is left to the router. */
bool is_claimed(const struct settings *settings, const struct sent *s);
/* Returns whether a packet is the rogue handler's, which keeps no promise but
 * that it does no harm; or an ICMP error about such a packet, or about such an
 * error. */
bool is_rogue(const struct settings *settings, const struct sent *s);

#endif

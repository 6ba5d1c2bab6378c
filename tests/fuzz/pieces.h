/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets in fragments. */
#ifndef TESTS_FUZZ_PIECES_H
#define TESTS_FUZZ_PIECES_H

#include "flow.h"

/* Cuts a packet up as the step says. Returns how many drafts that makes, at
 * least 2; 0 where it is too short. */
size_t pieces_make(const struct draft *d, const struct step *s,
		   struct draft pieces[DRAFTS_MAX]);

#endif

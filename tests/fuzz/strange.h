/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as they should not be, or not always are. */
#ifndef TESTS_FUZZ_STRANGE_H
#define TESTS_FUZZ_STRANGE_H

#include "flow.h"

void make_strange(struct draft *d, const struct step *s,
		  const struct settings *settings);

#endif

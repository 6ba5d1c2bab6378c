/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings of a conversation. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include "worlds.h"

/* Reads the first STEP_LEN bytes of an input: the settings, and how many worlds
 * there are. */
void input_settings(struct worlds *w, const uint8_t *in);

#endif

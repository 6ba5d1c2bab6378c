/* SPDX-License-Identifier: BSD-2-Clause */
/* An input is a conversation: 8 bytes of settings, then steps of 8 bytes. */
#ifndef TESTS_FUZZ_STEP_H
#define TESTS_FUZZ_STEP_H

#include <stdint.h>

#define STEP_LEN 8

struct step {
	uint8_t what, which, message, value, strange, args[3];
};

#endif

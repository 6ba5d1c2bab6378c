/* SPDX-License-Identifier: BSD-2-Clause */
/* The target that does anything. */
#ifndef TESTS_FUZZ_CONVERSATION_H
#define TESTS_FUZZ_CONVERSATION_H

#include <stddef.h>
#include <stdint.h>

/* Takes an input: a step sends a packet of one of eight flows, lets time pass,
 * sweeps, does something to the store, sets a policy or starts again. The flows
 * learn the IDs that come out, so that what answers them reaches the sessions.
 * Whatever the translator does is held to the promises; the first that is
 * broken ends the process and is printed. Only the public headers are used. */
void conversation(const uint8_t *data, size_t size);

#endif

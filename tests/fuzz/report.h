/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said: all that happens, if asked for, and the promise that is
 * broken. */
#ifndef TESTS_FUZZ_REPORT_H
#define TESTS_FUZZ_REPORT_H

#include <stdbool.h>
#include <stdint.h>

extern bool fuzz_traces; /* FUZZ_TRACE is set: print all that happens */

void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void trace_packet(const char *what, const uint8_t *data, uint32_t length);
/* Prints the promise and what has broken it, and ends the process. */
void broken(const char *promise, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens, in words: all of it with FUZZ_TRACE, else the last of it. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool fuzz_traces;

void trace(const char *format, ...)
{
	va_list args;

	if (!fuzz_traces)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fflush(stdout);
}

void trace_packet(const char *what, const uint8_t *data, uint32_t length)
{
	uint32_t i;

	if (!fuzz_traces)
		return;
	printf("  %s", what);
	for (i = 0; i < length && i < 120; i++)
		printf("%s%02x", i % 4 ? "" : " ", data[i]);
	printf("\n");
	fflush(stdout);
}

void broken(const char *promise, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "BROKEN %s: ", promise);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n(FUZZ_TRACE=1 prints what led to it.)\n");
	abort();
}

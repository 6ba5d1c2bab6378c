/* SPDX-License-Identifier: BSD-2-Clause */
#include "say.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <unistd.h>

/* Wider than the longest progress line. */
#define PROGRESS_WIDTH 60

/* Whether the terminal shows a progress line now. */
static bool in_progress;

void say(const char *format, ...)
{
	va_list arguments;

	/* Standard output comes first where both are the same terminal. */
	fflush(stdout);
	say_no_progress();
	fprintf(stderr, "%s: ", program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void say_progress(uint64_t packets, int percent)
{
	if (!isatty(STDERR_FILENO))
		return;
	in_progress = true;
	fprintf(stderr, "\r%s: %" PRIu64 " packets", program, packets);
	if (percent >= 0)
		fprintf(stderr, ", %d %%", percent);
	fflush(stderr);
}

void say_no_progress(void)
{
	if (in_progress)
		fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
	in_progress = false;
}

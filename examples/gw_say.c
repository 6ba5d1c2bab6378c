/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs(PROGRAM ": ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "basics.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* More of them would only hide the first. */
#define FAULTS_SHOWN 10

static unsigned faults;

static void *need(void *memory)
{
	if (memory == NULL) {
		fputs("sim: no memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return memory;
}

void *basics_memory(size_t count, size_t size)
{
	return need(calloc(count, size));
}

void *basics_grow(void *memory, size_t count, size_t size)
{
	if (count > SIZE_MAX / size)
		return need(NULL);
	return need(realloc(memory, count * size));
}

void basics_fault(const char *format, ...)
{
	va_list arguments;

	if (faults++ >= FAULTS_SHOWN)
		return;
	fputs("sim: wrong: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

bool basics_had_faults(void)
{
	return faults > 0;
}

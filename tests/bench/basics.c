/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE
#include "basics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/mman.h>

/* More of them would only hide the first. */
#define FAULTS_SHOWN 10

#define HUGE_PAGE ((size_t)2 << 20)

static bool huge_pages;
static unsigned faults;

/* The machine may be shared: what others do with this core is not counted. */
double basics_cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

void basics_huge_pages(bool wanted)
{
	huge_pages = wanted;
}

void *basics_memory(size_t size)
{
	void *memory = NULL;

	size = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	if (posix_memalign(&memory, HUGE_PAGE, size) != 0) {
		fprintf(stderr, "bench: no memory for %zu bytes\n", size);
		exit(EXIT_FAILURE);
	}
#ifdef MADV_HUGEPAGE
	if (huge_pages)
		madvise(memory, size, MADV_HUGEPAGE);
#endif
	memset(memory, 0, size);
	return memory;
}

void basics_free(void *memory)
{
	free(memory);
}

/* SplitMix64. */
uint32_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
	return (uint32_t)((uint64_t)dice_roll(dice) * limit >> 32);
}

void basics_fault(const char *format, ...)
{
	va_list arguments;

	if (faults++ >= FAULTS_SHOWN)
		return;
	fputs("bench: wrong: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

bool basics_had_faults(void)
{
	return faults > 0;
}

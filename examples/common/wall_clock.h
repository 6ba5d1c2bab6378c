/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock on the wall, which goes on while a program does not run. */
#ifndef COMMON_WALL_CLOCK_H
#define COMMON_WALL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Returns milliseconds since 1970. */
static inline uint64_t wall_now(void)
{
	struct timespec time = { 0 };

	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

#endif

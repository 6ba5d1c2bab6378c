/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that nobody can predict, from the kernel, many at a time. */
#ifndef GW_RANDOM_H
#define GW_RANDOM_H

#include <stdint.h>

struct random_pool {
	uint32_t numbers[64];
	unsigned left; /* how many of them were not used yet */
};

uint32_t random_next(struct random_pool *pool);

#endif

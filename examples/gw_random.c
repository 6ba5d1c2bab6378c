/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_random.h"

#include <stdlib.h>
#include <sys/random.h>

#include "gw_say.h"

/* The call cannot fail on a system that has it and has started up. */
static void fill(struct random_pool *pool)
{
	if (getrandom(pool->numbers, sizeof(pool->numbers), 0) !=
	    (ssize_t)sizeof(pool->numbers)) {
		say("cannot go on: no random numbers");
		exit(1);
	}
	pool->left = sizeof(pool->numbers) / sizeof(pool->numbers[0]);
}

uint32_t random_next(struct random_pool *pool)
{
	if (!pool->left)
		fill(pool);
	return pool->numbers[--pool->left];
}

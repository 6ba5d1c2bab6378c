/* SPDX-License-Identifier: BSD-2-Clause */
#include "system.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/random.h>

#include "say.h"

/* The clock runs on while the machine sleeps, as the peers' timeouts do. */
vpnalg_time system_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (vpnalg_time)time.tv_sec * 1000 +
	       (vpnalg_time)time.tv_nsec / 1000000;
}

/* The call cannot fail on a system that has it and has started up. */
static void fill(struct random_pool *pool)
{
	if (getrandom(pool->numbers, sizeof(pool->numbers), 0) !=
	    (ssize_t)sizeof(pool->numbers)) {
		say("cannot go on: random numbers: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	pool->left = sizeof(pool->numbers) / sizeof(pool->numbers[0]);
}

uint32_t random_next(void *context)
{
	struct random_pool *pool = context;

	if (!pool->left)
		fill(pool);
	return pool->numbers[--pool->left];
}

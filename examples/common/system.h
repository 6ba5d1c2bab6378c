/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live programs ask their system for: time and random numbers. */
#ifndef COMMON_SYSTEM_H
#define COMMON_SYSTEM_H

#include <stdint.h>

#include <vpnalg/vpnalg.h>

/* Outside ports for general traffic: below those that Linux takes for its own
 * connections, and above those of most servers. */
#define SYSTEM_PORTS { .first = 10240, .last = 32767 }

/* The time that all of a program goes by. */
vpnalg_time system_now(void);

/* Numbers that nobody can predict, from the kernel, many at a time. */
struct random_pool {
	uint32_t numbers[64];
	unsigned left; /* how many of them were not used yet */
};

/* The next number; context is a struct random_pool, zeroed at first. */
uint32_t random_next(void *context);

#endif

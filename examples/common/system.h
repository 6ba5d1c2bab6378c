/* SPDX-License-Identifier: BSD-2-Clause */
/* Time and random numbers of the system, for the live programs. */
#ifndef COMMON_SYSTEM_H
#define COMMON_SYSTEM_H

#include <stdint.h>

#include <vpnalg/vpnalg.h>

/* Outside ports for general traffic. They lie below those that Linux takes
 * for its own connections, and above those of most servers. */
#define SYSTEM_PORTS { .first = 10240, .last = 32767 }

/* Returns the time by which all of a program goes. */
vpnalg_time system_now(void);

/* Unpredictable numbers, taken from the kernel many at a time. */
struct random_pool {
	uint32_t numbers[64];
	unsigned left; /* how many are unused */
};

/* Returns the next number; context is a struct random_pool, zeroed at first. */
uint32_t random_next(void *context);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway that was built with timed.c writes down, in a file that both
 * programs map. */
#ifndef GATEWAY_TIMED_H
#define GATEWAY_TIMED_H

#include <stdint.h>

/* The environment's name for the file. */
#define TIMED_FILE "VPNALG_TIMED"

struct timed {
	uint64_t ns; /* of processor time in vpnalg_process() */
	uint64_t calls, packets;
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Call set-ups: a control connection and a call, seven packets each. */
#ifndef BENCH_SETUP_H
#define BENCH_SETUP_H

#include "world.h"

#define SETUP_BATCH 64

/* The packets of some set-ups, ready to be sent. */
struct setup {
	struct dialog dialogs[SETUP_BATCH];
	struct vpnalg_packet packets[FRAMES][SETUP_BATCH];
	uint8_t bytes[FRAMES][SETUP_BATCH][FRAME_MAX];
};

/* Makes the packets of SETUP_BATCH clients that are new. */
void setup_prepare(struct setup *setup, struct world *world);

/* Sends them: one call after the other, packet by packet, or the same packet of
 * so many calls at once. */
void setup_send(struct setup *setup, struct world *world, uint32_t burst);

/* Whether all have become what they must; counts them as opened. */
void setup_check(const struct setup *setup, struct world *world);

#endif

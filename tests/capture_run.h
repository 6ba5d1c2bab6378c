/* SPDX-License-Identifier: BSD-2-Clause */
/* A run of a real gateway, captured on both of its sides: each packet as it
 * came to it and as it left. */
#ifndef CAPTURE_RUN_H
#define CAPTURE_RUN_H

#include "capture.h"

struct capture_frame {
	struct capture_packet packet;
	bool out;  /* its direction */
	bool left; /* it has left the gateway, not come to it */
	struct capture_frame *partner; /* its other form; NULL: there is none */
	uint8_t *bytes;                /* the packet's */
};

struct capture_run {
	struct capture_frame *frame; /* in the order of time */
	size_t count, room;
};

/* Reads both captures. Only packets of inside hosts, and outside those from or
 * to the outside address, are part of the run. */
void capture_run_open(struct capture_run *run, struct capture *capture,
		      const char *inside, const char *outside);

void capture_run_close(struct capture_run *run);

#endif

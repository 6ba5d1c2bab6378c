/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of vpnalg-queue. */
#ifndef QUEUE_OPTIONS_H
#define QUEUE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/nat_options.h"

struct options {
	uint32_t queue; /* the queue's number */
	uint32_t mark;  /* of translated packets */
	bool hairpins;  /* are sent back to inside hosts */
	struct nat_options nat;
};

/* Returns OPTIONS_RUN or an exit status; options_free() follows in any case. */
int options_read(struct options *options, int argc, char **argv);

void options_free(struct options *options);

#endif

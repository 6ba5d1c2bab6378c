/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of vpnalg-gw. */
#ifndef GW_OPTIONS_H
#define GW_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "../common/nat_options.h"
#include "impair.h"

/* The most interfaces to the world. */
#define UPLINKS_MAX 8

/* Those interfaces: an uplink's number is its place. */
struct outside {
	const char *names[UPLINKS_MAX];
	size_t count;
};

struct options {
	const char *inside; /* interface of the inside hosts */
	struct outside outside;
	struct nat_options nat;
	uint32_t own;   /* 1 + the queue of what comes from outside; 0: none */
	uint32_t stats; /* seconds from one line of figures to the next, or 0 */
	const char *standby; /* where Redis is, or NULL */
	struct impair_spec impair;
};

/* Returns OPTIONS_RUN or an exit status; options_free() follows in any case. */
int options_read(struct options *options, int argc, char **argv);

void options_free(struct options *options);

#endif

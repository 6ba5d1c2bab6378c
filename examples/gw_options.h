/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line. */
#ifndef GW_OPTIONS_H
#define GW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#include "gw_impair.h"

#define EXIT_ERROR 1
#define EXIT_USAGE 2

struct options {
	const char *inside;  /* interface of the inside hosts */
	const char *outside; /* interface to the world */
	struct vpnalg_addr *addresses; /* the outside addresses */
	size_t address_count;
	bool general; /* everything with ports, too */
	unsigned stats; /* seconds from one line of figures to the next, or 0 */
	struct vpnalg_timers timers; /* zero where none was said */
	struct impair_spec impair;
};

enum options_result {
	OPTIONS_RUN,  /* go on */
	OPTIONS_DONE, /* help or version was printed */
	OPTIONS_WRONG /* it was said what is wrong */
};

enum options_result options_read(struct options *options, int argc,
				 char **argv);

void options_free(struct options *options);

#endif

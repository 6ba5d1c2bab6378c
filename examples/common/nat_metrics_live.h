/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of --metrics beside a program that goes on. */
#ifndef COMMON_NAT_METRICS_LIVE_H
#define COMMON_NAT_METRICS_LIVE_H

#include "nat_metrics.h"
#include "state_file.h"

#define NAT_METRICS_EVERY 15

#define NAT_METRICS_LIVE_ROWS(nat)                                       \
	{ "--metrics-interval", NULL, &(nat)->metrics_every, 1, 86400, \
	  OPTION_LIVE }

#define NAT_METRICS_LIVE_HELP                                              \
	"  --metrics-interval SEC\n"                                       \
	"                      and every SEC seconds; default 15\n"

struct nat_metrics_live {
	struct state_file file;
	struct nat_metrics_more more;
	unsigned interval; /* between two times, in milliseconds */
	vpnalg_time next;
	bool failed; /* which was said */
};

/* Begins to keep the file, and writes it: the program does not translate yet.
 * Without a name it does nothing. A file that cannot be written is said, once
 * until it can be again. */
void nat_metrics_open(struct nat_metrics_live *live, const struct nat *nat,
		      const struct nat_options *options);

/* Writes it, if it is time to. */
void nat_metrics_go_on(struct nat_metrics_live *live, const struct nat *nat,
		       vpnalg_time now);

/* Goes on with other options, which stay until they are changed again. is_new:
 * the file is another one, or there is none, or none was. */
void nat_metrics_change(struct nat_metrics_live *live, const struct nat *nat,
			const struct nat_options *next, bool is_new,
			vpnalg_time now);

/* Writes it a last time, and waits for that. */
void nat_metrics_close(struct nat_metrics_live *live, const struct nat *nat);

#endif

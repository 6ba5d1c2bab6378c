/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures of a translator for Prometheus: --metrics. doc/metrics.md has the
 * names. */
#ifndef COMMON_NAT_METRICS_H
#define COMMON_NAT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics.h"
#include "nat.h"

/* The program's own figures; context is the program's. */
struct nat_metrics_more {
	void (*write)(struct metrics *metrics, const void *context);
	const void *context;
};

/* Makes the text, which the caller frees. active: the program translates.
 * Returns NULL without memory. */
char *nat_metrics_text(const struct nat *nat, bool active,
		       const struct nat_metrics_more *more, size_t *length);

/* Writes the file of a program that has ended its work. Returns false when that
 * failed, which was said. */
bool nat_metrics_write(const struct nat *nat, const char *name,
		       const struct nat_metrics_more *more);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Prometheus' text format, version 0.0.4. */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stdint.h>
#include <stdio.h>

struct metrics {
	FILE *file;
	const char *family; /* the name of the one that is being written */
};

/* Begins a family; type is "counter" or "gauge". Neither text needs escapes. */
void metrics_family(struct metrics *metrics, const char *name, const char *type,
		    const char *help);

/* Writes a sample of it. labels has names and values by turns, and NULL at its
 * end; itself NULL where there are none. */
void metrics_write(const struct metrics *metrics, uint64_t value,
		   const char *const *labels);

/* The same, with as many names and values as there are. */
#define METRICS_WRITE(metrics, value, ...) \
	metrics_write(metrics, value,      \
		      (const char *const[]){ __VA_ARGS__, NULL })

/* Writes a family of one sample without labels. */
void metrics_one(struct metrics *metrics, const char *name, const char *type,
		 const char *help, uint64_t value);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The table. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "basics.h"

#define ROUNDS_MAX 99

/* Results of all rounds, and what is said of them. */
struct spread {
	double median, least, most;
};

struct spread spread_of(const double *values, unsigned count);

/* The spread of a / b, round by round: both were measured one after the other,
 * so what disturbed one has likely disturbed the other. */
struct spread spread_of_ratio(const double *a, const double *b,
			      unsigned count);

struct line {
	const char *name;
	const char *unit;
	struct spread value;
	const char *floor;   /* what ratio compares with, or NULL */
	struct spread ratio;
	double target;       /* for ratio if there is one, else value; or 0 */
	bool at_least;       /* the target is a lower bound */
};

void report_begin(bool json, unsigned rounds);
void report_line(const struct line *line);
void report_end(void);

#endif

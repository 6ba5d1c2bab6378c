/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a report, on standard error. */
#ifndef COMMON_NAT_REPORT_H
#define COMMON_NAT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "nat.h"

/* Ends a line with how long the program has run, in milliseconds, and the
 * processor time that it took. */
void nat_report_times(vpnalg_time ran);

/* Writes packets by what became of them, dropped ones by protocol and
 * direction, too. */
void nat_report_results(const struct nat *nat);

/* Writes how many packets were dropped, and why: results counts them by enum
 * vpnalg_result. */
void nat_report_dropped(const uint64_t *results);

/* Writes a table of the kinds of sessions. */
void nat_report_sessions(const struct nat *nat);

/* Writes how full the store is. Records are not sessions only: the library also
 * keeps what it knows of remotes and hosts in them. */
void nat_report_store(const struct nat *nat);

/* Returns how much processor time this process has taken, in seconds. */
double nat_report_seconds(void);

/* Returns how many packets were dropped. */
uint64_t nat_report_sum_dropped(const uint64_t *results);

/* Writes a line with a count; writes it unless the count is 0. */
void nat_report_count(const char *indent, const char *name, uint64_t count);
void nat_report_if_any(const char *name, uint64_t count);

/* Writes the first line of a table; writes another of its lines. */
void nat_report_heads(const char *name, size_t count, const char *const *heads);
void nat_report_row(const char *name, size_t count, const uint64_t *cells);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live programs report of their translator, on standard error. */
#ifndef COMMON_NAT_REPORT_H
#define COMMON_NAT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "nat.h"

/* Packets by what became of them. */
void nat_report_results(const struct nat *nat);

/* The kinds of sessions. */
void nat_report_sessions(const struct nat *nat);

/* How full the store is. What the library remembers beside sessions, as who
 * waits for whom, is in records too. */
void nat_report_store(const struct nat *nat);

/* How much processor time this process has taken, in seconds. */
double nat_report_seconds(void);

/* Of these reports are made: a line with a count; the first line of a table and
 * another one of its lines. */
void nat_report_count(const char *indent, const char *name, uint64_t count);
void nat_report_heads(const char *name, size_t count, const char *const *heads);
void nat_report_row(const char *name, size_t count, const uint64_t *cells);

#endif

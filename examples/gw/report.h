/* SPDX-License-Identifier: BSD-2-Clause */
/* The report and the lines of --stats. */
#ifndef GW_REPORT_H
#define GW_REPORT_H

#include "gateway.h"

/* Writes the whole report to standard error. */
void report_write(const struct gateway *gateway, vpnalg_time now);

/* Writes a line of figures to standard output. */
void report_line(const struct gateway *gateway, vpnalg_time now);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program says about itself. */
#ifndef QUEUE_REPORT_H
#define QUEUE_REPORT_H

#include "run.h"

/* Writes all counters to standard error. */
void report_write(const struct run *run, vpnalg_time now);

/* The figures of the queue's own for --metrics. */
struct nat_metrics_more report_metrics(const struct run *run);

#endif

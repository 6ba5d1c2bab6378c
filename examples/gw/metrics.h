/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateway's own figures in the file of --metrics. */
#ifndef GW_METRICS_H
#define GW_METRICS_H

#include "../common/nat_metrics.h"
#include "gateway.h"

/* Returns what writes them. */
struct nat_metrics_more gateway_metrics(const struct gateway *gateway);

#endif

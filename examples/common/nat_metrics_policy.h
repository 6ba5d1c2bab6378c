/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures of --metrics that are about events and the policy. */
#ifndef COMMON_NAT_METRICS_POLICY_H
#define COMMON_NAT_METRICS_POLICY_H

#include "metrics.h"
#include "nat.h"

void nat_metrics_policy(struct metrics *metrics, const struct nat *nat);

#endif

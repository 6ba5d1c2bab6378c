/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of a translator, counted, for what no counter of the library's
 * says. */
#ifndef COMMON_NAT_TALLY_H
#define COMMON_NAT_TALLY_H

#include <stdint.h>

#include <vpnalg/policy.h>
#include <vpnalg/vpnalg.h>

/* Room for reasons and evidence that later versions add. */
#define NAT_TALLY_MAX 32

struct nat_tally {
	uint64_t events[NAT_TALLY_MAX];    /* by enum vpnalg_event_type */
	uint64_t ends[NAT_TALLY_MAX];      /* by enum vpnalg_close */
	uint64_t evidences[NAT_TALLY_MAX]; /* by enum vpnalg_evidence */
	uint64_t limits[VPNALG_LIMITS_MAX];
	uint64_t rate, room; /* VPNALG_LIMIT_RATE and _ROOM */
	uint64_t suppressed; /* that were suppressed */
};

void nat_tally_count(struct nat_tally *tally, const struct vpnalg_event *event);

#endif

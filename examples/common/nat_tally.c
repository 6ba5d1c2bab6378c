/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_tally.h"

static void count(uint64_t counts[NAT_TALLY_MAX], unsigned which)
{
	if (which < NAT_TALLY_MAX)
		counts[which]++;
}

static void count_limit(struct nat_tally *tally, unsigned limit)
{
	if (limit == VPNALG_LIMIT_RATE)
		tally->rate++;
	else if (limit == VPNALG_LIMIT_ROOM)
		tally->room++;
	else if (limit < VPNALG_LIMITS_MAX)
		tally->limits[limit]++;
}

void nat_tally_count(struct nat_tally *tally, const struct vpnalg_event *event)
{
	count(tally->events, event->type);
	if (event->type == VPNALG_EVENT_CLOSED)
		count(tally->ends, event->why);
	if (event->evidence != VPNALG_EVIDENCE_NONE)
		count(tally->evidences, event->evidence);
	if (event->type == VPNALG_EVENT_LIMIT)
		count_limit(tally, event->limit);
	if (event->type == VPNALG_EVENT_SUPPRESSED)
		tally->suppressed += event->count;
}

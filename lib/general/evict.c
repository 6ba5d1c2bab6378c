/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that are closed for new ones where the store has no room: half-open
 * and unanswered ones. */
#include "evict.h"

#include "general.h"
#include "tcp.h"

/* A session that has been unanswered for this time may be closed. */
#define UNANSWERED_MS 2000

/* Returns whether nothing has gone out for that long: each packet from inside
 * has set the deadline, this long after itself. */
static bool is_waiting(struct vpnalg *translator,
		       const struct vpnalg_record *record, uint32_t lifetime)
{
	return record->deadline + UNANSWERED_MS <=
	       vpnalg_session_now(translator) + lifetime;
}

bool vpnalg_general_is_evictable(struct vpnalg *translator,
				 struct vpnalg_record *record)
{
	const struct vpnalg_timers *timers = vpnalg_session_timers(translator);
	bool answered = record->flags & VPNALG_SESSION_ANSWERED;

	switch (record->kind) {
	case GENERAL_TCP:
		return vpnalg_general_tcp_is_loose(translator, record) &&
		       is_waiting(
			       translator, record,
			       vpnalg_general_tcp_lifetime(translator, record));
	case GENERAL_UDP:
		return !answered && is_waiting(translator, record, timers->udp);
	case GENERAL_ICMP:
		return !answered &&
		       is_waiting(translator, record, timers->icmp_query);
	default:
		return false;
	}
}

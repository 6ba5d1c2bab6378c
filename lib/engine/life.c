/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a session: its announced end, and its parent. Handlers could do
 * all of it themselves; these functions make them do it alike. */
#include <vpnalg/handler.h>

/* A packet from inside that follows an announced end this soon may have been
 * sent before the end arrived. */
#define GRACE_MS 3000

void vpnalg_session_end(const struct vpnalg *translator,
			struct vpnalg_record *record, vpnalg_time linger)
{
	if (record->flags & VPNALG_SESSION_ENDED)
		return;
	record->flags |= VPNALG_SESSION_ENDED;
	vpnalg_session_set_lifetime(translator, record, linger);
}

void vpnalg_session_revive(const struct vpnalg *translator,
			   struct vpnalg_record *record, vpnalg_time lifetime)
{
	record->flags &= (uint8_t)~VPNALG_SESSION_ENDED;
	vpnalg_session_set_lifetime(translator, record, lifetime);
}

bool vpnalg_session_is_past_grace(const struct vpnalg *translator,
				  const struct vpnalg_record *record,
				  uint32_t linger)
{
	uint32_t grace = linger / 2 < GRACE_MS ? linger / 2 : GRACE_MS;

	return record->deadline - vpnalg_session_now(translator) <
	       linger - grace;
}

bool vpnalg_session_goes_on(const struct vpnalg *translator,
			    const struct vpnalg_record *record)
{
	return record != NULL && !(record->flags & VPNALG_SESSION_ENDED) &&
	       vpnalg_session_is_alive(translator, record);
}

void vpnalg_session_join(struct vpnalg *translator,
			 struct vpnalg_record *parent)
{
	parent->children++;
	vpnalg_session_changed(translator, parent);
}

void vpnalg_session_leave(struct vpnalg *translator,
			  struct vpnalg_record *parent, uint32_t last_moment)
{
	if (parent == NULL || parent->children == 0)
		return;
	parent->children--;
	if (last_moment > 0 && !(parent->flags & VPNALG_SESSION_ENDED) &&
	    !vpnalg_session_is_alive(translator, parent))
		vpnalg_session_set_lifetime(translator, parent, last_moment);
	vpnalg_session_changed(translator, parent);
}

void vpnalg_session_hosts(const struct vpnalg *translator,
			  struct vpnalg_record *record,
			  struct vpnalg_opening *opening)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &tuple);
	opening->outside = tuple.local;
	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &tuple);
	opening->zone = tuple.zone;
	opening->inside = tuple.local;
	opening->remote = tuple.remote;
}

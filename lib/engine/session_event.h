/* SPDX-License-Identifier: BSD-2-Clause */
/* Events about existing and closed sessions: opened, changed, closed, and those
 * that handlers make. */
#ifndef VPNALG_ENGINE_SESSION_EVENT_H
#define VPNALG_ENGINE_SESSION_EVENT_H

#include "event.h"

/* Notes that a session was opened. Its event occurs at the end of the packet,
 * when its handler has filled it in. */
void vpnalg_session_event_opened(struct vpnalg *translator,
				 struct vpnalg_record *record);

/* Notes that a session had that number before, and may have another one now. */
void vpnalg_session_event_linked(struct vpnalg *translator,
				 struct vpnalg_record *record, uint64_t before);

/* Notes that the store has not taken a key of the session's. */
void vpnalg_session_event_broken(struct vpnalg *translator,
				 const struct vpnalg_record *record);

/* Notes that a session is about to be closed. */
void vpnalg_session_event_closing(struct vpnalg *translator,
				  struct vpnalg_record *record);

/* Makes the events of the sessions that are pending at the end of the
 * packet. */
void vpnalg_session_event_flush(struct vpnalg *translator);

/* Makes an event of each session: these were not opened here. */
void vpnalg_session_event_adopted(struct vpnalg *translator);

/* The same at the end of a call that is about no packet; and reports what was
 * suppressed. */
void vpnalg_session_event_end_call(struct vpnalg *translator);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Events for the caller, and their rate. Those about existing sessions are in
 * session_event.c. All do nothing without a callback. */
#ifndef VPNALG_ENGINE_EVENT_H
#define VPNALG_ENGINE_EVENT_H

#include "translator.h"

/* Returns whether the event callback is running: it may not call the
 * translator. */
static inline bool event_is_running(const struct vpnalg *translator)
{
	return VPNALG_WITH_EVENTS && translator->events.running;
}

/* Drops all packets that the callback gives, while another packet is at hand.
 */
void vpnalg_event_refuse_all(struct vpnalg_packet *packets, size_t count);

/* Clears translator->notice for a new event, and returns it. */
struct vpnalg_event *vpnalg_event_begin(struct vpnalg *translator,
					uint8_t type);

/* Sets the protocol and kind that the event is about. */
void vpnalg_event_set_kind(struct vpnalg *translator, unsigned handler,
			   unsigned kind);

/* Calls the callback with translator->notice. */
void vpnalg_event_notify(struct vpnalg *translator);

/* The same, unless there were too many such events of late. */
void vpnalg_event_notify_limited(struct vpnalg *translator);

/* Reports the number of suppressed events, once a second at most. */
void vpnalg_event_notify_suppressed(struct vpnalg *translator);

/* Notifies of a refused session. The binding is the one chosen for it, or NULL.
 */
void vpnalg_event_refused(const struct vpnalg_step *step,
			  const struct vpnalg_opening *opening,
			  const struct vpnalg_binding *binding,
			  enum vpnalg_result reason);

/* Notifies of a packet that was dropped as VPNALG_DROP_TAKEN. */
void vpnalg_event_taken(const struct vpnalg_step *step);

/* Notifies of a protocol that was switched off or on. */
void vpnalg_event_switched(struct vpnalg *translator, unsigned handler,
			   bool is_off);

#endif

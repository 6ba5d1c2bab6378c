/* SPDX-License-Identifier: BSD-2-Clause */
/* Events: which there are for the caller, and how often. Those of sessions that
 * are there are in session_event.c. All do nothing without a callback. */
#ifndef VPNALG_ENGINE_EVENT_H
#define VPNALG_ENGINE_EVENT_H

#include "translator.h"

/* Returns whether the event callback is running: it may not call the
 * translator. */
static inline bool event_is_running(const struct vpnalg *translator)
{
	return translator->events.running;
}

/* Drops all that the callback has given, while another packet is at hand. */
void vpnalg_event_refuse_all(struct vpnalg_packet *packets, size_t count);

/* Begins an event about nothing yet: translator->notice, which is returned. */
struct vpnalg_event *vpnalg_event_begin(struct vpnalg *translator,
					uint8_t type);

/* Says which protocol and kind it is about. */
void vpnalg_event_set_kind(struct vpnalg *translator, unsigned handler,
			   unsigned kind);

/* Calls the callback with translator->notice. */
void vpnalg_event_notify(struct vpnalg *translator);

/* The same, unless there were too many such events of late. */
void vpnalg_event_notify_limited(struct vpnalg *translator);

/* Reports how many events were suppressed, now and then. */
void vpnalg_event_notify_suppressed(struct vpnalg *translator);

/* A session was refused. The binding is what was chosen for it, or NULL. */
void vpnalg_event_refused(const struct vpnalg_step *step,
			  const struct vpnalg_opening *opening,
			  const struct vpnalg_binding *binding,
			  enum vpnalg_result reason);

/* A packet was dropped as VPNALG_DROP_TAKEN. */
void vpnalg_event_taken(const struct vpnalg_step *step);

/* A protocol was switched off, or on. */
void vpnalg_event_switched(struct vpnalg *translator, unsigned handler,
			   bool is_off);

#endif

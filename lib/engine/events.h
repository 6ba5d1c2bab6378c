/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept for events: those that are pending until the end of the packet,
 * and the rate of those that packets could cause without end. */
#ifndef VPNALG_ENGINE_EVENTS_H
#define VPNALG_ENGINE_EVENTS_H

#include <vpnalg/handler.h>
#include <vpnalg/sessions.h>

/* In translator->after: account is kept; or there is an event. */
#define AFTER_ACCOUNT 1
#define AFTER_EVENTS 2

/* Bounds the sessions that the packet at hand has opened or changed and whose
 * events are pending. With one more the first one's event occurs at once. */
#define AWAITING_MAX 8

/* A session whose event is pending. */
struct awaiting {
	struct vpnalg_record *record;
	uint64_t before; /* its number before it changed; 0: it is new */
};

struct events {
	struct awaiting awaiting[AWAITING_MAX];
	unsigned count;
	uint32_t rate;        /* events a second */
	uint64_t tokens;      /* in thousandths of an event */
	vpnalg_time filled;   /* when tokens were added last */
	uint64_t suppressed;  /* events since the last report of them: */
	vpnalg_time admitted; /* when */
	/* Of the packet at hand: the session whose key the store did not take,
	 * and why the last session was refused. */
	const struct vpnalg_record *broken;
	uint8_t reason;
	uint8_t why;    /* enum vpnalg_close, where the closer knows; or 0 */
	bool running;   /* the callback is running */
	bool loading;   /* sessions come from a saved state, and are untold */
	uint16_t limit; /* which one was reached: vpnalg_event.limit */
	struct vpnalg_session_info info; /* for the event */
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of events: those that are pending until the end of the packet, and
 * the rate of those that packets could cause without end. */
#ifndef VPNALG_ENGINE_EVENTS_H
#define VPNALG_ENGINE_EVENTS_H

#include <vpnalg/handler.h>
#include <vpnalg/sessions.h>

/* Bits of translator->after: sessions keep account; an event is pending. */
#define AFTER_ACCOUNT 1
#define AFTER_EVENTS (VPNALG_WITH_EVENTS ? 2 : 0)

/* Bounds the sessions with pending events that the packet at hand has opened or
 * changed. With one more, the event of the first one occurs at once. */
#define AWAITING_MAX 8

/* A session with a pending event. */
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
	/* For the packet at hand: the session that got no key for want of room,
	 * and why the last session was refused. */
	const struct vpnalg_record *broken;
	uint8_t reason;
	uint8_t why;    /* enum vpnalg_close, if given; or 0 */
	bool running;   /* the callback is running */
	bool loading;   /* sessions come from a saved state, without events */
	uint16_t limit; /* the limit reached: vpnalg_event.limit */
	struct vpnalg_session_info info; /* for the event */
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions of a world, kept by what its events say. */
#ifndef TESTS_FUZZ_EVENT_LOG_H
#define TESTS_FUZZ_EVENT_LOG_H

#include <vpnalg/sessions.h>
#include <vpnalg/vpnalg.h>

#include "store.h"

struct logged_session {
	uint64_t number, parent; /* parent 0: none, or it was closed */
	uint8_t protocol, kind;
};

#define LOGGED_MAX (RECORDS_MAX * 2)

struct event_log {
	struct logged_session sessions[LOGGED_MAX];
	unsigned count;
	unsigned live[15][15]; /* by protocol and kind */
};

struct world;

void event_log_begin(struct event_log *t);
void event_log_add(struct event_log *t, const struct vpnalg_event *event);
/* Holds a session that is listed to what the events said of it. */
void event_log_check_listed(struct event_log *t,
			    const struct vpnalg_session_info *info);
/* Holds the log to the counters; called whenever a call has ended. */
void event_log_check_counters(const struct world *w);

#endif

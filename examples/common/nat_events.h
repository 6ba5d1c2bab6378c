/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator's events as JSON, an object a line: --events. doc/events.md
 * has the names. */
#ifndef COMMON_NAT_EVENTS_H
#define COMMON_NAT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <vpnalg/vpnalg.h>

struct nat_events {
	FILE *file;        /* NULL: none, or syslog */
	bool syslog;
	bool destinations; /* with remotes (RFC 6888 REQ-12) */
	bool captured;     /* the translator's time is that of a capture */
	bool failed;       /* which was said */
};

/* Returns whether this program was built with the libraries for it. */
bool nat_events_can(void);

/* read() of --events: a file, "-" or "syslog:"; where is a const char *. */
const char *nat_events_name(void *where, const char *value);

/* Opens the log of that name; NULL: none. One of a capture begins anew, others
 * go on. Returns false with errno. */
bool nat_events_open(struct nat_events *events, const char *name);

/* Returns whether there is a log. */
bool nat_events_are_on(const struct nat_events *events);

void nat_events_tell(struct nat_events *events,
		     const struct vpnalg_event *event);

/* Returns false if not all was written, which was said. */
bool nat_events_close(struct nat_events *events);

#endif

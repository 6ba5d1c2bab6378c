/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet's comment in a pcapng file: what was done with it, and why. */
#ifndef PCAP_COMMENT_H
#define PCAP_COMMENT_H

#include <stddef.h>
#include <stdio.h>

#include "event.h"
#include "fate.h"
#include "held.h"
#include "kinds.h"

/* A packet, and all that is known of what became of it. */
struct outcome {
	const struct held_frame *at;
	const struct verdict *verdict;
	const struct kinds *kinds;
	/* A translated packet as it is now. */
	const struct explained *after;
	/* The events with it, or since the packet before. */
	const struct noted *events;
	size_t event_count;
};

/* Writes the comment, as
 *
 *     OUT, translated: PPTP call: 192.168.77.11 -> 203.0.113.1, Call ID 5 -> 77
 *     IN, dropped: ESP of an unknown inside host */
void comment_write(FILE *text, const struct outcome *outcome);

/* Writes it without the direction and what was changed. */
void comment_note(FILE *text, const struct outcome *outcome);

/* Writes what a translation has changed: from one where of struct explained to
 * the other. */
void comment_changes(FILE *text, const char *before, const char *after);

#endif

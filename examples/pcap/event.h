/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator's events: counted, kept, and in words. */
#ifndef PCAP_EVENT_H
#define PCAP_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <vpnalg/vpnalg.h>

/* One more than the greatest enum vpnalg_event_type and enum vpnalg_evidence
 * that are known here. */
#define EVENT_TYPES 4
#define EVENT_EVIDENCES 19

struct noted {
	uint64_t packet; /* counted from 1 on */
	struct vpnalg_event event;
};

struct events {
	uint64_t packet; /* the one at work */
	uint64_t types[EVENT_TYPES];
	uint64_t evidence[EVENT_EVIDENCES]; /* for and against pairs */
	struct noted *list;
	size_t count; /* of the list */
	size_t room;
	bool lost; /* there was no memory for one */
};

/* Notes an event of the packet at work. */
void event_note(struct events *events, const struct vpnalg_event *event);

/* Return the name of an event, and of the evidence by which an SPI was paired,
 * or taken back. */
const char *event_type_text(unsigned type);
const char *event_evidence_text(unsigned evidence);

/* Writes it in words. */
void event_write_text(FILE *text, const struct noted *noted);

/* Writes a line for it:
 *
 *     12 paired: ESP SPI 0xc0de0001 203.0.113.10 > 192.168.77.11, alone ... */
void event_write(FILE *lines, const struct noted *noted);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The page of --html: for each client a ladder of its messages. They are kept
 * in memory until the end, up to a bound. */
#ifndef PCAP_LADDER_H
#define PCAP_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "comment.h"
#include "fate.h"
#include "held.h"
#include "html.h"
#include "options.h"
#include "report.h"

/* Bounds the clients of the page, the messages of each, and the lines above its
 * ladder, to what a reader will look at. */
#define LADDER_CLIENTS 256
#define LADDER_ROWS 1000
#define LADDER_LINES 100

/* Bounds the messages of all clients together, so that a browser shows the page
 * at once; each client has a few in any case. */
#define LADDER_ALL 20000
#define LADDER_FEW 20

/* A message, or a run of data packets. */
struct ladder_row {
	struct ladder_row *next;
	uint64_t number, last_number;
	uint64_t time, last_time; /* in the input's unit */
	enum fate fate;
	enum vpnalg_result why; /* of a dropped one */
	enum html_arrow arrow;
	bool event;       /* not a message, but what was decided */
	size_t data;      /* the length of the name of a data packet, or 0 */
	bool closed;      /* it takes no more into its run */
	uint64_t out, in; /* packets */
	uint64_t bytes;
	char *message, *inside, *outside, *note;
};

struct ladder_line {
	struct ladder_line *next;
	enum html_tone tone;
	char *text;
};

struct ladder_client {
	uint8_t address[4]; /* 0.0.0.0: of no client */
	uint64_t fates[FATES];
	uint64_t dropped[VPNALG_RESULTS];
	struct ladder_row *first, *last;
	size_t rows;
	uint64_t more; /* messages for which there was no room */
	struct ladder_line *lines, *last_line;
	size_t line_count;
};

struct ladder {
	struct ladder_client *clients;
	size_t count, room;
	size_t rows; /* of all */
	uint64_t elsewhere; /* packets of clients for whom there was no room */
	uint64_t begin;     /* the first packet's time */
	bool begun, nano;
	FILE *text; /* writes texts, each with a zero behind it, to: */
	char *made;
	size_t length;
};

/* Returns false without memory. */
bool ladder_open(struct ladder *ladder, bool nano);

/* Keeps a packet. Returns false without memory. */
bool ladder_add(struct ladder *ladder, const struct outcome *outcome);

/* Writes the page; above, if there is anything, stands above all ladders, and
 * is HTML already. */
void ladder_write(const struct ladder *ladder, FILE *page,
		  const struct options *options, const struct report *report,
		  const char *above);

void ladder_close(struct ladder *ladder);

#endif

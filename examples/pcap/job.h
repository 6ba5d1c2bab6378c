/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that translate a capture, put together. */
#ifndef PCAP_JOB_H
#define PCAP_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "both.h"
#include "file.h"
#include "held.h"
#include "kinds.h"
#include "ladder.h"
#include "options.h"
#include "output.h"
#include "pair.h"
#include "report.h"
#include "translator.h"

struct job {
	const struct options *options;
	struct input input;
	struct input outside; /* with --outside, and both by time: */
	struct pair pair;
	struct output output;
	struct both both; /* writes it, with --both */
	struct translator translator;
	struct report report;
	FILE *lines;     /* where --explain's lines go, or NULL */
	struct output page; /* with --html, and what it will show: */
	struct ladder ladder;
	size_t explained; /* events that were */
	struct kinds kinds;
	uint8_t *buffer; /* a copy of the packet, which may be changed */
	size_t room;
	struct held_frames held;
	struct timeval latest; /* of the packet that was written last */
};

/* Translates, copies, holds or drops a packet, and counts and explains that,
 * and so for those that are given back with it. Returns false when one could
 * not be written, which was said. */
bool job_packet(struct job *job, const struct pcap_pkthdr *header,
		const uint8_t *data);

/* Likewise, one of the two captures. */
bool job_seen(struct job *job, const struct seen *seen, enum place place);

/* Drops what is still held at the end. Returns false as job_packet(). */
bool job_end(struct job *job);

#endif

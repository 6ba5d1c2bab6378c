/* SPDX-License-Identifier: BSD-2-Clause */
/* All that is at work on a capture, and what is done with each packet. */
#ifndef PCAP_JOB_H
#define PCAP_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "file.h"
#include "options.h"
#include "report.h"
#include "translator.h"

struct job {
	const struct options *options;
	struct input input;
	struct output output;
	struct translator translator;
	struct report report;
	FILE *lines;     /* where --explain's lines go, or NULL */
	size_t told;     /* events that there was a line for */
	uint8_t *buffer; /* for the packet: libpcap's own is not ours */
	size_t room;
};

/* Translates, copies or drops a packet, and counts and explains that. False
 * when it could not be written, which was said. */
bool job_packet(struct job *job, const struct pcap_pkthdr *header,
		const uint8_t *data);

#endif

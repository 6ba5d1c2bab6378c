/* SPDX-License-Identifier: BSD-2-Clause */
/* The capture that is written. These functions say what failed, in one line. */
#ifndef PCAP_OUTPUT_H
#define PCAP_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <pcap/pcap.h>

#include "file.h"

struct output {
	const char *name;
	FILE *file; /* the dumper owns it where there is one */
	pcap_t *pcap;
	pcap_dumper_t *dumper; /* NULL: the file is another's to write */
	bool nano;   /* its times are nanoseconds, else microseconds */
	bool flush;  /* each packet is written at once */
	bool failed; /* and it was said */
};

/* Opens a file, "-" for standard output, for what inputs hold; outside may be
 * NULL. */
bool output_open(struct output *output, const char *name,
		 const struct input *input, const struct input *outside);

/* Returns whether it is one file with another. */
bool output_is_same(const struct output *output, const struct output *other);

/* Makes it a capture of the input's kind; one of IPv4 packets without frames if
 * there is an outside input, too, which may be of another kind. */
bool output_begin(struct output *output, const struct input *input,
		  const struct input *outside);

bool output_write(struct output *output, const struct pcap_pkthdr *header,
		  const uint8_t *data);

/* Returns false when what was written to the file has failed, or to send it at
 * once where that is wanted. */
bool output_written(struct output *output);

/* The link type and the snap length of what is written, with an outside input
 * or none. */
int output_link(const struct input *input, const struct input *outside);
int output_snapshot(const struct input *input, const struct input *outside);

/* Ends the file. Returns false when not all of it reached the disk or pipe. */
bool output_close(struct output *output);

#endif

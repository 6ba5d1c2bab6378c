/* SPDX-License-Identifier: BSD-2-Clause */
/* The capture that is read and the one that is written. These functions say
 * what failed, in one line. */
#ifndef PCAP_FILE_H
#define PCAP_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <pcap/pcap.h>

struct input {
	const char *name;
	FILE *file;
	pcap_t *pcap;   /* owns file once it is set */
	bool nano;      /* its times are nanoseconds, else microseconds */
	uint64_t size;  /* of the file, 0 when unknown */
	uint64_t count; /* packets read */
};

struct output {
	const char *name;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	bool nano;   /* its times are nanoseconds, else microseconds */
	bool flush;  /* each packet is written at once */
	bool failed; /* and it was said */
};

/* Results of input_next(). */
enum next { NEXT_PACKET, NEXT_END, NEXT_BROKEN };

/* Opens a capture, "-" for standard input. */
bool input_open(struct input *input, const char *name);

/* Reads the next packet. It stays in memory until the call after. */
enum next input_next(struct input *input, struct pcap_pkthdr **header,
		     const uint8_t **data);

/* Returns a packet's time in milliseconds. */
uint64_t input_time(const struct input *input,
		    const struct pcap_pkthdr *header);

/* Returns how much of the file is read, in percent, or -1 if that is
 * unknown. */
int input_percent(const struct input *input);

void input_close(struct input *input);

/* Makes a capture of the input's kind, "-" for standard output; one of IPv4
 * packets without frames if there is an outside input, too, which may be of
 * another kind. */
bool output_open(struct output *output, const char *name,
		 const struct input *input, const struct input *outside);

bool output_write(struct output *output, const struct pcap_pkthdr *header,
		  const uint8_t *data);

/* Ends the file. Returns false when not all of it reached the disk or pipe. */
bool output_close(struct output *output);

#endif

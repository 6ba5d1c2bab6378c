/* SPDX-License-Identifier: BSD-2-Clause */
/* The capture that is read. These functions say what failed, in one line. */
#ifndef PCAP_FILE_H
#define PCAP_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <pcap/pcap.h>

#include "tap.h"

struct input {
	const char *name;
	FILE *file;
	pcap_t *pcap;   /* owns file once it is set, or tapped if that is */
	bool nano;      /* its times are nanoseconds, else microseconds */
	uint64_t size;  /* of the file, 0 when unknown */
	uint64_t count; /* packets read */
	uint8_t magic[4]; /* the first bytes, as many of them as there are: */
	size_t peeked;
	size_t given;     /* to libpcap again, of these */
	FILE *tapped;     /* what libpcap reads then, or NULL */
	struct tap tap;
	size_t interface; /* of the last packet */
};

/* Results of input_next(). */
enum next { NEXT_PACKET, NEXT_END, NEXT_BROKEN };

/* Opens a capture, "-" for standard input. tap: its interfaces' names are
 * wanted. */
bool input_open(struct input *input, const char *name, bool tap);

/* Reads the next packet. It stays in memory until the call after. */
enum next input_next(struct input *input, struct pcap_pkthdr **header,
		     const uint8_t **data);

/* Returns a packet's time in milliseconds. */
uint64_t input_time(const struct input *input,
		    const struct pcap_pkthdr *header);

/* Returns how much of the file is read, in percent, or -1 if that is
 * unknown. */
int input_percent(const struct input *input);

/* Returns how many interfaces the input has by now, at least one; returns one
 * of them, which has no name where none is known. */
size_t input_interface_count(const struct input *input);
const struct tap_interface *input_interface(const struct input *input,
					    size_t index);

void input_close(struct input *input);

#endif

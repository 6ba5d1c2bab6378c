/* SPDX-License-Identifier: BSD-2-Clause */
/* The output of --both: a pcapng file that has each packet on the interface
 * where it came, and on the one where it left, with comments. */
#ifndef PCAP_BOTH_H
#define PCAP_BOTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "comment.h"
#include "file.h"
#include "output.h"
#include "pair.h"
#include "pcapng.h"

/* The two interfaces that one of an input becomes. */
struct both_interface {
	uint32_t numbers[PLACES];
	enum place last; /* where its last packet was captured */
};

/* Those of an input. */
struct both_input {
	const struct input *input; /* or NULL */
	struct both_interface *interfaces;
	size_t count;
	size_t names; /* how many of its blocks of names were copied */
};

struct both {
	struct output *output;
	struct pcapng pcapng;
	struct both_input inputs[PLACES]; /* one capture is that of inside */
	FILE *text; /* writes comments, one behind another with zeros between,
		     * to: */
	char *comments;
	size_t length;
};

/* Begins the file. Returns false when that failed, which was said. */
bool both_begin(struct both *both, struct output *output,
		const struct input *input, const struct input *outside);

/* Writes a packet after its fate is decided. Returns false with a message if
 * that failed. */
bool both_write(struct both *both, const struct outcome *outcome);

void both_close(struct both *both);

#endif

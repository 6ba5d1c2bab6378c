/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line asks for. */
#ifndef PCAP_OPTIONS_H
#define PCAP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "pcap_side.h"

/* Exit statuses beside 0. */
#define EXIT_ERROR 1
#define EXIT_USAGE 2

struct options {
	const char *input;  /* a name, or "-" */
	const char *output; /* a name, or "-" */
	struct sides sides;
	uint32_t seed;
	bool general;
	bool l2tp_port_1701;
	bool wait;
	bool explain;
	bool json;
};

/* What options_read() wants next. */
enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/*
 * Reads the command line. DONE: --help or --version was answered on standard
 * output. WRONG: the error was said. Whatever it was, options_free() follows.
 */
enum options_result options_read(struct options *options, int argc,
				 char **argv);

void options_free(struct options *options);

/* Is this name that of standard input or output? */
bool options_is_standard(const char *name);

/* True when standard output carries something else than --explain's lines. */
bool options_stdout_taken(const struct options *options);

#endif

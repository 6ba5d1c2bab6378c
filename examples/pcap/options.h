/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of vpnalg-pcap. */
#ifndef PCAP_OPTIONS_H
#define PCAP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/nat_options.h"
#include "side.h"

struct options {
	const char *input;  /* a name, or "-" */
	const char *output; /* a name, or "-" */
	const char *outside; /* a capture of the same router's outside, or
				NULL */
	struct sides sides;
	struct nat_options nat;
	uint32_t seed;
	bool hold;
	const char *html; /* a name, or NULL */
	bool both;
	bool explain;
	bool json;
	bool why; /* says why clients do not get through; no output */
};

/* Returns OPTIONS_RUN or an exit status; options_free() follows in any case. */
int options_read(struct options *options, int argc, char **argv);

void options_free(struct options *options);

/* Returns whether the name is "-", standard input or output. */
bool options_is_standard(const char *name);

/* Returns true if standard output has something else than --explain's lines. */
bool options_stdout_taken(const struct options *options);

#endif

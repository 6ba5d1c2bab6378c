/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line, and messages for the person who typed it. */
#ifndef QUEUE_OPTIONS_H
#define QUEUE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#define EXIT_ERROR 1
#define EXIT_USAGE 2

struct options {
	unsigned queue; /* the queue's number */
	uint32_t mark;  /* of translated packets */
	bool general;   /* everything with ports, too */
	struct vpnalg_addr *addresses; /* the outside addresses */
	size_t address_count;
};

enum options_result {
	OPTIONS_RUN,  /* go on */
	OPTIONS_DONE, /* help or version was printed */
	OPTIONS_WRONG /* it was said what is wrong */
};

enum options_result options_read(struct options *options, int argc,
				 char **argv);

void options_free(struct options *options);

/* Writes one line to standard error: what failed, where, and why. */
void say(const char *format, ...)
#if defined(__GNUC__)
	__attribute__((format(printf, 1, 2)))
#endif
	;

#endif

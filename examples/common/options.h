/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads command lines of long options by a table. Each program has its own
 * struct options and table; --help, --version and all errors are told here. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses beside 0. */
#define EXIT_ERROR 1
#define EXIT_USAGE 2

/* No exit status: the program shall run. */
#define OPTIONS_RUN (-1)

/* An option; a row without a name ends the table. */
struct option_row {
	const char *name; /* with its dashes */
	/* Puts the value where it belongs. Returns NULL, or why it cannot. */
	const char *(*read)(void *where, const char *value);
	void *where;
};

/* read() of an option without a value: where is a bool, and becomes true. */
const char *options_flag(void *where, const char *value);

/* read() of a name: where is a const char *. */
const char *options_name(void *where, const char *value);

/* Reads a number, decimal, or hexadecimal after 0x. False if it is none in this
 * range. */
bool options_number(uint32_t *number, const char *value, uint32_t first,
		    uint32_t last);

/* Reads the options; optind says where the other words begin. Returns
 * OPTIONS_RUN, or the exit status when all was said. */
int options_parse(const struct option_row *rows, const char *help, int argc,
		  char **argv);

/* Says what is wrong with an option, whose value may be NULL, or with a word.
 * Returns the exit status. */
int options_wrong(const char *name, const char *value, const char *why);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a command line of long options by a table. Each program has a struct
 * options and a table of its own; --help, --version and all errors are here. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses beside 0. */
#define EXIT_ERROR 1
#define EXIT_USAGE 2

/* The command line is right: go on. Not an exit status. */
#define OPTIONS_RUN (-1)

/* The end of each program's help. */
#define OPTIONS_HELP                                               \
	"  --help              print this help and exit\n"           \
	"  --version           print the version and exit\n"
#define OPTIONS_HELP_STATUS                                        \
	"\n"                                                       \
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n" \
	"line is wrong.\n"

/* An option; a row without a name ends the table. */
struct option_row {
	const char *name; /* with its dashes */
	/* Puts the value where it belongs. Returns NULL, or why it cannot.
	 * Itself NULL for a number: where is a uint32_t then. */
	const char *(*read)(void *where, const char *value);
	void *where;
	uint32_t first, last; /* the least and the greatest number */
};

/* read() of an option without a value; where is a bool, and becomes true. */
const char *options_flag(void *where, const char *value);

/* read() of a name; where is a const char *. */
const char *options_name(void *where, const char *value);

/* Reads the options, and sets *words to the other words, NULL at their end.
 * The help is in parts, NULL at their end, none too long for a compiler.
 * Returns OPTIONS_RUN, or the exit status of a program that has nothing left to
 * do or say. */
int options_parse(const struct option_row *rows, const char *const *help,
		  int argc, char **argv, char ***words);

/* Returns OPTIONS_RUN if there are no words, else as options_wrong() does. */
int options_no_words(char **words);

/* Says what is wrong with an option, whose value may be NULL, or with a word.
 * Returns the exit status. */
int options_wrong(const char *name, const char *value, const char *why);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a command line of long options by a table, and a file of them. Each
 * program has a struct options and a table of its own; --help, --version and
 * all errors are here. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses beside 0. */
#define EXIT_ERROR 1
#define EXIT_USAGE 2

/* The command line is right: go on. Not an exit status. */
#define OPTIONS_RUN (-1)

/* The end of each program's help. */
#define OPTIONS_HELP                                               \
	"  --config FILE       read options from FILE, too: one a line, without\n" \
	"                      dashes\n" \
	"  --help              print this help and exit\n"           \
	"  --version           print the version and exit\n"
#define OPTIONS_HELP_STATUS                                        \
	"\n"                                                       \
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n" \
	"line is wrong.\n"

/* The most rows that a table has. */
#define OPTIONS_ROWS_MAX 48

/* An option; a row without a name ends the table. */
struct option_row {
	const char *name; /* with its dashes */
	/* Puts the value where it belongs. Returns NULL, or why it cannot.
	 * Itself NULL for a number: where is a uint32_t then. */
	const char *(*read)(void *where, const char *value);
	void *where;
	uint32_t first; /* the least number */
	uint32_t last;  /* the greatest */
	uint32_t marks; /* what it is: */
};

#define OPTION_LIST 1u   /* it may be repeated, and each one counts */
#define OPTION_LIVE 2u   /* it may change while the program runs: reload.h */
#define OPTION_POLICY 4u /* it is a part of the policy */

/* An option as it was given. */
struct option_given {
	size_t row;        /* its place in the table */
	const char *name;  /* as there */
	uint32_t marks;    /* OPTION_... */
	const char *value; /* empty if it has none */
};

/* All that count, those of the command line first. Zeroed at first. */
struct options_given {
	const char *config; /* the file's name, or NULL */
	char *text;         /* what it holds: values are parts of that */
	struct option_given *list;
	size_t count;
};

/* The row of --config. */
#define OPTIONS_CONFIG_ROW(given) \
	{ "--config", options_name, &(given)->config, 0, 0, 0 }

/* read() of an option without a value; where is a bool, and becomes true. */
const char *options_flag(void *where, const char *value);

/* read() of a name; where is a const char *. */
const char *options_name(void *where, const char *value);

/* Reads the options of the command line and of the file that it names, keeps in
 * *given what was given, and sets *words to the other words, NULL at their end.
 * The help is in parts, NULL at their end, none too long for a compiler.
 * Returns OPTIONS_RUN, or the exit status of a program that has nothing left to
 * do or say. */
int options_parse(const struct option_row *rows, const char *const *help,
		  struct options_given *given, int argc, char **argv,
		  char ***words);

/* Puts an option's value where it belongs, and keeps that it was given. Returns
 * NULL, or why it cannot. */
const char *options_take(const struct option_row *rows, size_t row,
			 const char *value, struct options_given *given);

/* Finds the row of a name without its dashes. Returns false if there is
 * none. */
bool options_find(const struct option_row *rows, const char *name, size_t *row);

/* Returns whether two have different values of an option. */
bool options_differ(const struct options_given *a,
		    const struct options_given *b, size_t row);

void options_given_free(struct options_given *given);

/* Returns OPTIONS_RUN if there are no words, else as options_wrong() does. */
int options_no_words(char **words);

/* Says what is wrong with an option, or with a word; value may be NULL. Returns
 * the exit status. */
int options_wrong(const char *name, const char *value, const char *why);

#endif

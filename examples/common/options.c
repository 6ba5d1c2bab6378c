/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include <vpnalg/vpnalg.h>

#include "config_file.h"
#include "say.h"

/* Values above any character are not taken for short options. */
enum { OPTION_HELP = 256, OPTION_VERSION, OPTION_ROWS };

const char *options_flag(void *where, const char *value)
{
	(void)value;
	*(bool *)where = true;
	return NULL;
}

const char *options_name(void *where, const char *value)
{
	*(const char **)where = value;
	return NULL;
}

/* Reads a number: decimal, or hexadecimal after 0x. */
static const char *read_number(const struct option_row *row, const char *value)
{
	static char why[64];
	char *end;
	int base = strncmp(value, "0x", 2) ? 10 : 16;
	unsigned long long number = strtoull(value, &end, base);

	*(uint32_t *)row->where = (uint32_t)number;
	if (*value >= '0' && *value <= '9' && *end == '\0' &&
	    number >= row->first && number <= row->last)
		return NULL;
	snprintf(why, sizeof(why), "not a number from %" PRIu32 " to %" PRIu32,
		 row->first, row->last);
	return why;
}

int options_wrong(const char *name, const char *value, const char *why)
{
	say("usage: %s%s%s: %s; see '%s --help'", name, value ? " " : "",
	    value ? value : "", why, program);
	return EXIT_USAGE;
}

/* Says what getopt_long() did not understand. */
static int not_understood(int option, char **argv)
{
	const char *why = option == ':' ? "needs a value" : "unknown option";
	char letter[] = { '-', (char)optopt, '\0' };

	if (optopt > 0 && optopt < OPTION_HELP)
		return options_wrong(letter, NULL, why);
	return options_wrong(argv[optind - 1], NULL, why);
}

static int print_version(void)
{
	unsigned version = vpnalg_version();

	printf("%s (libvpnalg) %u.%u.%u\n"
	       "Copyright (c) 2026 The libvpnalg authors\n"
	       "License BSD-2-Clause.\n"
	       "This is free software: you are free to change and "
	       "redistribute it.\n"
	       "There is NO WARRANTY, to the extent permitted by law.\n",
	       program, version / 10000, version / 100 % 100, version % 100);
	return EXIT_SUCCESS;
}

static int print_help(const char *const *help)
{
	while (*help)
		fputs(*help++, stdout);
	return EXIT_SUCCESS;
}

static bool keep(struct options_given *given, const struct option_given *one)
{
	struct option_given *list;

	list = realloc(given->list, (given->count + 1) * sizeof(*list));
	if (!list)
		return false;
	list[given->count++] = *one;
	given->list = list;
	return true;
}

const char *options_take(const struct option_row *rows, size_t row,
			 const char *value, struct options_given *given)
{
	const struct option_row *taken = &rows[row];
	const char *why = taken->read ? taken->read(taken->where, value)
				      : read_number(taken, value);
	struct option_given one = { .row = row, .name = taken->name,
				    .marks = taken->marks,
				    .value = value ? value : "" };

	if (why)
		return why;
	return keep(given, &one) ? NULL : strerror(errno);
}

static int read_row(const struct option_row *rows, size_t row,
		    struct options_given *given)
{
	const char *why = options_take(rows, row, optarg, given);

	return why ? options_wrong(rows[row].name, optarg, why) : OPTIONS_RUN;
}

/* Fills a list with the table in getopt_long()'s form. */
static void list_rows(struct option *list, const struct option_row *rows)
{
	int value = OPTION_ROWS;

	*list++ = (struct option){ "help", no_argument, NULL, OPTION_HELP };
	*list++ = (struct option){ "version", no_argument, NULL,
				   OPTION_VERSION };
	for (; rows->name; rows++)
		*list++ = (struct option){ rows->name + strlen("--"),
					   rows->read != options_flag, NULL,
					   value++ };
	*list = (struct option){ 0 };
}

static int read_option(int option, const struct option_row *rows,
		       const char *const *help, struct options_given *given,
		       char **argv)
{
	if (option == OPTION_HELP)
		return print_help(help);
	if (option == OPTION_VERSION)
		return print_version();
	if (option >= OPTION_ROWS)
		return read_row(rows, (size_t)(option - OPTION_ROWS), given);
	return not_understood(option, argv);
}

int options_parse(const struct option_row *rows, const char *const *help,
		  struct options_given *given, int argc, char **argv,
		  char ***words)
{
	struct option list[OPTIONS_ROWS_MAX + 3];
	int option, status = OPTIONS_RUN;

	list_rows(list, rows);
	opterr = 0;
	optind = 0; /* from the beginning, not only once */
	while (status == OPTIONS_RUN &&
	       (option = getopt_long(argc, argv, ":", list, NULL)) >= 0)
		status = read_option(option, rows, help, given, argv);
	*words = argv + optind;
	if (status == OPTIONS_RUN && given->config)
		status = config_file_read(rows, given);
	return status;
}

int options_no_words(char **words)
{
	return *words ? options_wrong(*words, NULL, "one word too many")
		      : OPTIONS_RUN;
}

bool options_find(const struct option_row *rows, const char *name, size_t *row)
{
	for (*row = 0; rows[*row].name; ++*row)
		if (!strcmp(rows[*row].name + strlen("--"), name))
			return true;
	return false;
}

/* Returns the next option of that row from a place on, or NULL. */
static const struct option_given *next_of(const struct options_given *given,
					  size_t row, size_t *at)
{
	while (*at < given->count)
		if (given->list[(*at)++].row == row)
			return &given->list[*at - 1];
	return NULL;
}

bool options_differ(const struct options_given *a,
		    const struct options_given *b, size_t row)
{
	const struct option_given *one, *other;
	size_t i = 0, k = 0;

	do {
		one = next_of(a, row, &i);
		other = next_of(b, row, &k);
	} while (one && other && !strcmp(one->value, other->value));
	return one || other;
}

void options_given_free(struct options_given *given)
{
	free(given->list);
	free(given->text);
	*given = (struct options_given){ 0 };
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include <vpnalg/vpnalg.h>

#include "say.h"

/* The most rows that a table has. */
#define ROWS_MAX 48

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

static int read_row(const struct option_row *row)
{
	const char *why = row->read ? row->read(row->where, optarg)
				    : read_number(row, optarg);

	return why ? options_wrong(row->name, optarg, why) : OPTIONS_RUN;
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
		       const char *const *help, char **argv)
{
	if (option == OPTION_HELP)
		return print_help(help);
	if (option == OPTION_VERSION)
		return print_version();
	if (option >= OPTION_ROWS)
		return read_row(&rows[option - OPTION_ROWS]);
	return not_understood(option, argv);
}

int options_parse(const struct option_row *rows, const char *const *help,
		  int argc, char **argv, char ***words)
{
	struct option list[ROWS_MAX + 3];
	int option, status = OPTIONS_RUN;

	list_rows(list, rows);
	opterr = 0;
	while (status == OPTIONS_RUN &&
	       (option = getopt_long(argc, argv, ":", list, NULL)) >= 0)
		status = read_option(option, rows, help, argv);
	*words = argv + optind;
	return status;
}

int options_no_words(char **words)
{
	return *words ? options_wrong(*words, NULL, "one word too many")
		      : OPTIONS_RUN;
}

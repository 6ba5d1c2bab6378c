/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue_options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "nat_address.h"

#define PROGRAM "vpnalg-queue"

/* The mark of the packets that vpnalg-gw sends, too. */
#define DEFAULT_MARK 0x56504e41

/* Above any character, so that they are not taken for short options. */
enum {
	OPTION_QUEUE = 256,
	OPTION_MARK,
	OPTION_ADDRESS,
	OPTION_GENERAL,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option long_options[] = {
	{ "queue", required_argument, NULL, OPTION_QUEUE },
	{ "mark", required_argument, NULL, OPTION_MARK },
	{ "address", required_argument, NULL, OPTION_ADDRESS },
	{ "general", no_argument, NULL, OPTION_GENERAL },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " PROGRAM " --address ADDR... [--queue N] [--mark N] [--general]\n"
	"Translate the VPN protocols among the packets that the firewall puts\n"
	"into a queue (NFQUEUE).\n"
	"\n"
	"  --address ADDR   outside address; may be repeated\n"
	"  --queue N        the queue's number (default 0)\n"
	"  --mark N         the mark of translated packets (default 0x56504e41)\n"
	"  --general        translate all other TCP, UDP and ICMP queries, too\n"
	"  --help           print this help and exit\n"
	"  --version        print the version and exit\n"
	"\n"
	"vpnalg-queue(1) has the firewall's rules. It runs until SIGINT or\n"
	"SIGTERM and ends with a report on standard error; SIGUSR1 gives the\n"
	"report at once.\n"
	"\n"
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n"
	"line is wrong.\n";

/* The way to the help, behind every usage error. */
#define SEE_HELP "; see '" PROGRAM " --help'"

void say(const char *format, ...)
{
	va_list arguments;

	fputs(PROGRAM ": ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static void print_version(void)
{
	unsigned version = vpnalg_version();

	printf(PROGRAM " (libvpnalg) %u.%u.%u\n"
	       "License BSD-2-Clause.\n"
	       "This is free software: you are free to change and "
	       "redistribute it.\n"
	       "There is NO WARRANTY, to the extent permitted by law.\n",
	       version / 10000, version / 100 % 100, version % 100);
}

static bool add_address(struct options *options, const char *text)
{
	const char *why = nat_address_add(options->addresses,
					  &options->address_count, text);

	if (why)
		say("usage: --address %s: %s" SEE_HELP, text, why);
	return !why;
}

/* Decimal, or hexadecimal after 0x. */
static bool read_number(uint32_t *number, const char *option, uint32_t first,
			uint32_t last)
{
	char *end;
	unsigned long long value = strtoull(optarg, &end, 0);

	*number = (uint32_t)value;
	if (*optarg >= '0' && *optarg <= '9' && *end == '\0' &&
	    value >= first && value <= last)
		return true;
	say("usage: %s %s: not a number from %u to %u" SEE_HELP, option,
	    optarg, (unsigned)first, (unsigned)last);
	return false;
}

/* What getopt_long() did not understand. */
static void say_unknown(int option, char **argv)
{
	const char *why = option == ':' ? "needs a value" : "unknown option";

	if (optopt > 0 && optopt < OPTION_QUEUE)
		say("usage: -%c: %s" SEE_HELP, optopt, why);
	else
		say("usage: %s: %s" SEE_HELP, argv[optind - 1], why);
}

static enum options_result ran(bool well)
{
	return well ? OPTIONS_RUN : OPTIONS_WRONG;
}

static enum options_result read_option(struct options *options, int option,
				       char **argv)
{
	switch (option) {
	case OPTION_QUEUE:
		return ran(read_number(&options->queue, "--queue", 0, 65535));
	case OPTION_MARK:
		return ran(read_number(&options->mark, "--mark", 1,
				       UINT32_MAX));
	case OPTION_ADDRESS:
		return ran(add_address(options, optarg));
	case OPTION_GENERAL:
		options->general = true;
		return OPTIONS_RUN;
	case OPTION_HELP:
		fputs(help, stdout);
		return OPTIONS_DONE;
	case OPTION_VERSION:
		print_version();
		return OPTIONS_DONE;
	default:
		say_unknown(option, argv);
		return OPTIONS_WRONG;
	}
}

static enum options_result check(const struct options *options,
				 const char *surplus)
{
	if (surplus)
		say("usage: %s: one word too many" SEE_HELP, surplus);
	else if (!options->address_count)
		say("usage: --address: missing" SEE_HELP);
	else
		return OPTIONS_RUN;
	return OPTIONS_WRONG;
}

enum options_result options_read(struct options *options, int argc,
				 char **argv)
{
	enum options_result result = OPTIONS_RUN;
	int option;

	*options = (struct options){ .mark = DEFAULT_MARK };
	options->addresses =
		calloc((size_t)argc + 1, sizeof(*options->addresses));
	if (!options->addresses) {
		say("cannot start: command line: %s", strerror(errno));
		return OPTIONS_WRONG;
	}
	opterr = 0;
	while (result == OPTIONS_RUN &&
	       (option = getopt_long(argc, argv, ":", long_options, NULL)) >= 0)
		result = read_option(options, option, argv);
	if (result == OPTIONS_RUN)
		result = check(options, argv[optind]);
	return result;
}

void options_free(struct options *options)
{
	free(options->addresses);
}

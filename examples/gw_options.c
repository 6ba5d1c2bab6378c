/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "gw_say.h"
#include "gw_timeouts.h"
#include "nat_address.h"

/* Above any character, so that they are not taken for short options. */
enum {
	OPTION_INSIDE = 256,
	OPTION_OUTSIDE,
	OPTION_ADDRESS,
	OPTION_GENERAL,
	OPTION_STATS,
	OPTION_TIMEOUTS,
	OPTION_IMPAIR,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option long_options[] = {
	{ "inside", required_argument, NULL, OPTION_INSIDE },
	{ "outside", required_argument, NULL, OPTION_OUTSIDE },
	{ "address", required_argument, NULL, OPTION_ADDRESS },
	{ "general", no_argument, NULL, OPTION_GENERAL },
	{ "stats", required_argument, NULL, OPTION_STATS },
	{ "timeouts", required_argument, NULL, OPTION_TIMEOUTS },
	{ "impair", required_argument, NULL, OPTION_IMPAIR },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " PROGRAM " --inside IF --outside IF --address ADDR...\n"
	"                 [--general] [--stats SEC] [--timeouts LIST]\n"
	"                 [--impair SPEC]\n"
	"Translate the VPN protocols of the hosts behind one interface (PPTP,\n"
	"IPsec, L2TP, GRE), beside a router that does everything else itself.\n"
	"\n"
	"  --inside IF      interface of the inside hosts\n"
	"  --outside IF     interface to the world\n"
	"  --address ADDR   outside address, one that this host has; may be\n"
	"                   repeated\n"
	"  --general        translate all other TCP, UDP and ICMP queries, too, for a\n"
	"                   router that has no NAT of its own\n"
	"  --stats SEC      print a line of figures every SEC seconds\n"
	"  --timeouts LIST  how long sessions live that nothing uses: a list of\n"
	"                   NAME=SECONDS, NAME being one of tcp, tcp-opening,\n"
	"                   call, call-opening, linger, udp, esp, esp-unpaired,\n"
	"                   gre and icmp\n"
	"  --impair SPEC    for tests: disturb the translated protocols on\n"
	"                   purpose; SPEC is a list of loss=PERCENT,\n"
	"                   reorder=PERCENT, delay=MILLISECONDS and seed=N\n"
	"  --help           print this help and exit\n"
	"  --version        print the version and exit\n"
	"\n"
	"It runs until SIGINT or SIGTERM and ends with a report; SIGUSR1 gives\n"
	"the report at once. Reports and errors go to standard error, the lines\n"
	"of --stats to standard output.\n"
	"\n"
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n"
	"line is wrong.\n";

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

/* The way to the help, behind every usage error. */
#define SEE_HELP "; see '" PROGRAM " --help'"

static bool add_address(struct options *options, const char *text)
{
	const char *why = nat_address_add(options->addresses,
					  &options->address_count, text);

	if (why)
		say("usage: --address %s: %s" SEE_HELP, text, why);
	return !why;
}

static bool read_seconds(unsigned *seconds, const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*seconds = (unsigned)number;
	if (*text >= '1' && *text <= '9' && *end == '\0' && number <= 86400)
		return true;
	say("usage: --stats %s: not a number from 1 to 86400" SEE_HELP, text);
	return false;
}

static bool read_timeouts(struct vpnalg_timers *timers, const char *text)
{
	if (timeouts_read(timers, text))
		return true;
	say("usage: --timeouts %s: not a list of NAME=SECONDS, 1 to 86400, "
	    "NAME being one of " TIMEOUTS_NAMES SEE_HELP, text);
	return false;
}

static bool read_impair(struct impair_spec *spec, const char *text)
{
	if (impair_read(spec, text))
		return true;
	say("usage: --impair %s: not a list of loss=PERCENT, reorder=PERCENT, "
	    "delay=MILLISECONDS, seed=N" SEE_HELP, text);
	return false;
}

/* What getopt_long() did not understand. */
static void say_unknown(int option, char **argv)
{
	const char *why = option == ':' ? "needs a value" : "unknown option";

	if (optopt > 0 && optopt < OPTION_INSIDE)
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
	case OPTION_INSIDE:
		options->inside = optarg;
		return OPTIONS_RUN;
	case OPTION_OUTSIDE:
		options->outside = optarg;
		return OPTIONS_RUN;
	case OPTION_ADDRESS:
		return ran(add_address(options, optarg));
	case OPTION_GENERAL:
		options->general = true;
		return OPTIONS_RUN;
	case OPTION_STATS:
		return ran(read_seconds(&options->stats, optarg));
	case OPTION_TIMEOUTS:
		return ran(read_timeouts(&options->timers, optarg));
	case OPTION_IMPAIR:
		return ran(read_impair(&options->impair, optarg));
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

/* Is everything there, and does it go together? */
static enum options_result check(const struct options *options,
				 const char *surplus)
{
	if (surplus)
		say("usage: %s: one word too many" SEE_HELP, surplus);
	else if (!options->inside)
		say("usage: --inside: missing" SEE_HELP);
	else if (!options->outside)
		say("usage: --outside: missing" SEE_HELP);
	else if (!options->address_count)
		say("usage: --address: missing" SEE_HELP);
	else if (!strcmp(options->inside, options->outside))
		say("usage: --outside %s: is the inside one, too" SEE_HELP,
		    options->outside);
	else
		return OPTIONS_RUN;
	return OPTIONS_WRONG;
}

enum options_result options_read(struct options *options, int argc,
				 char **argv)
{
	enum options_result result = OPTIONS_RUN;
	int option;

	*options = (struct options){ .impair.seed = 1 };
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

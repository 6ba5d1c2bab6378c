/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>

#include <getopt.h>

static const char help[] =
	"Usage: vpnalg-gw --inside IF --outside IF --address ADDR... [OPTION]...\n"
	"Translate the VPN protocols of the hosts behind one interface (PPTP,\n"
	"IPsec, L2TP, GRE), beside a router that does everything else itself.\n"
	"\n"
	"  --inside IF         interface of the inside hosts\n"
	"  --outside IF        interface to the world\n"
	"  --address ADDR      outside address, one that this host has; may be\n"
	"                      repeated\n"
	"  --general           translate all other TCP, UDP and ICMP queries, too,\n"
	"                      for a router that has no NAT of its own\n"
	NAT_OPTIONS_HELP
	"  --stats SEC         print a line of figures every SEC seconds\n"
	"  --impair SPEC       for tests: disturb the translated protocols on\n"
	"                      purpose; SPEC is a list of loss=PERCENT,\n"
	"                      reorder=PERCENT, delay=MILLISECONDS and seed=N\n"
	"  --help              print this help and exit\n"
	"  --version           print the version and exit\n"
	"\n"
	"It runs until SIGINT or SIGTERM and ends with a report; SIGUSR1 gives\n"
	"the report at once. Reports and errors go to standard error, the lines\n"
	"of --stats to standard output.\n"
	"\n"
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n"
	"line is wrong.\n";

static const char *read_seconds(void *where, const char *value)
{
	return options_number(where, value, 1, 86400)
		       ? NULL
		       : "not a number from 1 to 86400";
}

static const char *read_impair(void *where, const char *value)
{
	return impair_read(where, value)
		       ? NULL
		       : "not a list of loss=PERCENT, reorder=PERCENT, "
			 "delay=MILLISECONDS, seed=N";
}

/* Is everything there, and does it go together? */
static int check(const struct options *options, const char *surplus)
{
	if (surplus)
		return options_wrong(surplus, NULL, "one word too many");
	if (!options->inside)
		return options_wrong("--inside", NULL, "missing");
	if (!options->outside)
		return options_wrong("--outside", NULL, "missing");
	if (!options->nat.address_count)
		return options_wrong("--address", NULL, "missing");
	if (!strcmp(options->inside, options->outside))
		return options_wrong("--outside", options->outside,
				     "is the inside one, too");
	return OPTIONS_RUN;
}

int options_read(struct options *options, int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "--inside", options_name, &options->inside },
		{ "--outside", options_name, &options->outside },
		NAT_OPTIONS_ROWS(&options->nat),
		{ "--stats", read_seconds, &options->stats },
		{ "--impair", read_impair, &options->impair },
		{ NULL, NULL, NULL }
	};
	int status;

	*options = (struct options){ .impair.seed = 1 };
	status = options_parse(rows, help, argc, argv);
	return status == OPTIONS_RUN ? check(options, argv[optind]) : status;
}

void options_free(struct options *options)
{
	nat_options_free(&options->nat);
}

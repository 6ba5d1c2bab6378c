/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <getopt.h>

/* The mark of the packets that vpnalg-gw sends, too. */
#define DEFAULT_MARK 0x56504e41

static const char help[] =
	"Usage: vpnalg-queue --address ADDR... [OPTION]...\n"
	"Translate the VPN protocols among the packets that the firewall puts\n"
	"into a queue (NFQUEUE).\n"
	"\n"
	"  --address ADDR      outside address; may be repeated\n"
	"  --queue N           the queue's number (default 0)\n"
	"  --mark N            the mark of translated packets (default 0x56504e41)\n"
	"  --general           translate all other TCP, UDP and ICMP queries, too\n"
	NAT_OPTIONS_HELP
	"  --help              print this help and exit\n"
	"  --version           print the version and exit\n"
	"\n"
	"vpnalg-queue(1) has the firewall's rules. It runs until SIGINT or\n"
	"SIGTERM and ends with a report on standard error; SIGUSR1 gives the\n"
	"report at once.\n"
	"\n"
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n"
	"line is wrong.\n";

static const char *read_queue(void *where, const char *value)
{
	return options_number(where, value, 0, 65535)
		       ? NULL
		       : "not a number from 0 to 65535";
}

static const char *read_mark(void *where, const char *value)
{
	return options_number(where, value, 1, UINT32_MAX)
		       ? NULL
		       : "not a number from 1 to 4294967295";
}

int options_read(struct options *options, int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "--queue", read_queue, &options->queue },
		{ "--mark", read_mark, &options->mark },
		NAT_OPTIONS_ROWS(&options->nat),
		{ NULL, NULL, NULL }
	};
	int status;

	*options = (struct options){ .mark = DEFAULT_MARK };
	status = options_parse(rows, help, argc, argv);
	if (status != OPTIONS_RUN)
		return status;
	if (argv[optind])
		return options_wrong(argv[optind], NULL, "one word too many");
	if (!options->nat.address_count)
		return options_wrong("--address", NULL, "missing");
	return OPTIONS_RUN;
}

void options_free(struct options *options)
{
	nat_options_free(&options->nat);
}

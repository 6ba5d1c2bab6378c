/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include "../common/nat_metrics_live.h"
#include "../common/nat_state_options.h"
#include "../common/reload.h"

/* vpnalg-gw marks its packets with the same. */
#define DEFAULT_MARK 0x56504e41

static const char *const help[] = {
	"Usage: vpnalg-queue --address ADDR... [OPTION]...\n"
	"Translate the VPN protocols among the packets that the firewall puts\n"
	"into a queue (NFQUEUE).\n"
	"\n"
	"  --address ADDR      outside address; may be repeated\n"
	"  --queue N           the queue's number (default 0)\n"
	"  --mark N            the mark of translated packets (default 0x56504e41)\n"
	"  --general           translate all other traffic, too\n"
	"  --hairpins          send packets from inside hosts to an outside address\n"
	"                      back to other inside hosts\n",
	NAT_OPTIONS_HELP,
	NAT_POLICY_HELP
	RELOAD_HELP
	NAT_METRICS_LIVE_HELP
	NAT_STATE_HELP
	"  --own               this host has VPNs of its own, beside those of the\n"
	"                      inside hosts\n"
	OPTIONS_HELP
	"\n"
	"vpnalg-queue(1) has the firewall's rules. It runs until SIGINT or\n"
	"SIGTERM and ends with a report on standard error; SIGUSR1 gives the\n"
	"report at once.\n"
	OPTIONS_HELP_STATUS,
	NULL
};

int options_read(struct options *options, int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "--queue", NULL, &options->queue, 0, 65535, 0 },
		{ "--mark", NULL, &options->mark, 1, UINT32_MAX, 0 },
		{ "--hairpins", options_flag, &options->hairpins, 0, 0, 0 },
		NAT_OPTIONS_ROWS(&options->nat),
		NAT_METRICS_LIVE_ROWS(&options->nat),
		NAT_STATE_ROWS(&options->nat),
		RELOAD_ROWS(&options->nat),
		{ "--own", options_flag, &options->nat.own, 0, 0, 0 },
		{ 0 }
	};
	char **words;
	int status;

	*options = (struct options){ .mark = DEFAULT_MARK,
				     .nat.metrics_every = NAT_METRICS_EVERY,
				     .nat.state_every = NAT_STATE_EVERY };
	status = options_parse(rows, help, &options->nat.given, argc, argv,
			       &words);
	if (status == OPTIONS_RUN)
		status = options_no_words(words);
	return status == OPTIONS_RUN ? nat_options_check(&options->nat)
				     : status;
}

void options_free(struct options *options)
{
	nat_options_free(&options->nat);
}

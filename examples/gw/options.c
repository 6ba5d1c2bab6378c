/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "../common/nat_metrics_live.h"
#include "../common/nat_state_options.h"
#include "../common/reload.h"

static const char *const help[] = {
	"Usage: vpnalg-gw --inside IF --outside IF --address ADDR... [OPTION]...\n"
	"Translate the VPN protocols of the hosts behind one interface (PPTP,\n"
	"IPsec, L2TP, GRE), beside a router that does everything else itself.\n"
	"\n"
	"  --inside IF         interface of the inside hosts\n"
	"  --outside IF        interface to the world; may be repeated: a route\n"
	"                      to one of them is that of new sessions\n"
	"  --address ADDR      outside address, one that this host has; may be\n"
	"                      repeated; auto: those of the outside interfaces,\n"
	"                      followed when they change\n"
	"  --general           translate all other traffic, too,\n"
	"                      for a router that has no NAT of its own\n",
	NAT_OPTIONS_HELP,
	NAT_POLICY_HELP
	RELOAD_HELP
	NAT_METRICS_LIVE_HELP
	NAT_STATE_HELP
	"  --own N             this host has VPNs of its own, beside those of the\n"
	"                      inside hosts; what comes from outside the firewall\n"
	"                      puts into queue N (NFQUEUE)\n"
	"  --standby redis://HOST[:PORT]\n"
	"                      of two gateways one is active, the other takes over\n"
	"                      with all sessions; only where it is built in\n"
	"  --stats SEC         print a line of figures every SEC seconds\n"
	"  --impair SPEC       for tests: disturb the translated protocols on\n"
	"                      purpose; SPEC is a list of loss=PERCENT,\n"
	"                      reorder=PERCENT, delay=MILLISECONDS and seed=N\n"
	OPTIONS_HELP
	"\n"
	"It runs until SIGINT or SIGTERM and ends with a report; SIGUSR1 gives\n"
	"the report at once. Reports and errors go to standard error, the lines\n"
	"of --stats to standard output.\n"
	OPTIONS_HELP_STATUS,
	NULL
};

static bool has(const struct outside *outside, const char *name)
{
	for (size_t i = 0; i < outside->count; i++)
		if (!strcmp(outside->names[i], name))
			return true;
	return false;
}

static const char *read_outside(void *where, const char *value)
{
	struct outside *outside = where;

	if (has(outside, value))
		return "given twice";
	if (outside->count == UPLINKS_MAX)
		return "more than 8";
	outside->names[outside->count++] = value;
	return NULL;
}

static const char *read_impair(void *where, const char *value)
{
	return impair_read(where, value)
		       ? NULL
		       : "not a list of loss=PERCENT, reorder=PERCENT, "
			 "delay=MILLISECONDS, seed=N";
}

static const char *read_own(void *where, const char *value)
{
	unsigned queue;
	int end = 0;

	if (sscanf(value, "%5u%n", &queue, &end) != 1 || value[end] ||
	    queue > UINT16_MAX)
		return "not a number from 0 to 65535";
	*(uint32_t *)where = queue + 1;
	return NULL;
}

/* Returns OPTIONS_RUN if all that is needed was given, and goes together. */
static int check(const struct options *options)
{
	if (!options->inside)
		return options_wrong("--inside", NULL, "missing");
	if (!options->outside.count)
		return options_wrong("--outside", NULL, "missing");
	if (has(&options->outside, options->inside))
		return options_wrong("--outside", options->inside,
				     "is the inside one, too");
	if (options->own && options->impair.on)
		return options_wrong("--impair", NULL, "beside --own");
	if (options->standby && options->nat.state)
		return options_wrong("--state", NULL, "beside --standby");
	return nat_options_check(&options->nat);
}

int options_read(struct options *options, int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "--inside", options_name, &options->inside, 0, 0, 0 },
		{ "--outside", read_outside, &options->outside, 0, 0,
		  OPTION_LIST },
		NAT_OPTIONS_ROWS(&options->nat),
		NAT_METRICS_LIVE_ROWS(&options->nat),
		NAT_STATE_ROWS(&options->nat),
		RELOAD_ROWS(&options->nat),
		{ "--own", read_own, &options->own, 0, 0, 0 },
		{ "--stats", NULL, &options->stats, 1, 86400,
		  OPTION_LIVE },
		{ "--standby", options_name, &options->standby, 0, 0, 0 },
		{ "--impair", read_impair, &options->impair, 0, 0, 0 },
		{ 0 }
	};
	char **words;
	int status;

	*options = (struct options){ .impair.seed = 1,
				     .nat.may_follow = true,
				     .nat.metrics_every = NAT_METRICS_EVERY,
				     .nat.state_every = NAT_STATE_EVERY };
	status = options_parse(rows, help, &options->nat.given, argc, argv,
			       &words);
	if (status == OPTIONS_RUN)
		status = options_no_words(words);
	return status == OPTIONS_RUN ? check(options) : status;
}

void options_free(struct options *options)
{
	nat_options_free(&options->nat);
}

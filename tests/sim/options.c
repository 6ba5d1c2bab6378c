/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "settings.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: sim [OPTION]...\n"
	"Let clients of one IPsec server live behind a translator, and count\n"
	"where the server's ESP packets go.\n"
	"\n"
	"  --clients K,...   how many clients (default 1,2,3,10,50)\n"
	"  --minutes M       a run's length (default: the scenario's)\n"
	"  --runs N          runs for each K (default 10)\n"
	"  --packets N       more runs, until N inbound ESP packets came\n"
	"  --seed S          of the first run (default 1)\n"
	"  --loss PERCENT    lost on the path (default 0)\n"
	"  --starts HOW      spread over 10 s, or together in one (spread)\n"
	"  --jitter WHEN     of rekeys: on, off, or both in turn (both)\n"
	"  --addresses N     outside addresses (default 1)\n"
	"  --scenario NAME   which world (default all):\n";

static const char help_2[] =
	"  --set NAME=N,...  change it: rekey, rekey_ike, life, busy, pause,\n"
	"                    one_way, v1, eager, rtt_least, rtt_most,\n"
	"                    reordered, answers, fixed_port, pause_least,\n"
	"                    ahead, slow, gap, quiet, dpd, without_dpd,\n"
	"                    restart, sites, sites_most, children_least,\n"
	"                    children_most, spoofed, liars\n"
	"  --against WHO,... library, baseline, address, oracle or all\n"
	"  --wrong N         tell about N SPIs that went to wrong hosts\n"
	"  --json            print JSON lines\n"
	"  --log             print every packet\n"
	"  --counters        print the library's counters\n"
	"  --check           hold the library to what is asked of it\n"
	"  --outage S        hold it to outages of at most S seconds (30)\n"
	"  --outage-asks S   the same, of clients whose server answers\n"
	"  --outages N       tell about N outages that are longer\n"
	"  --help            print this help and exit\n"
	"\n"
	"Exit status: 0 if all is well, 1 if a check failed or a packet was\n"
	"damaged, 2 if the command line is wrong.\n";

enum {
	OPTION_CLIENTS = 256,
	OPTION_MINUTES,
	OPTION_RUNS,
	OPTION_PACKETS,
	OPTION_SEED,
	OPTION_LOSS,
	OPTION_STARTS,
	OPTION_JITTER,
	OPTION_ADDRESSES,
	OPTION_SCENARIO,
	OPTION_SET,
	OPTION_WRONG,
	OPTION_AGAINST,
	OPTION_JSON,
	OPTION_LOG,
	OPTION_COUNTERS,
	OPTION_CHECK,
	OPTION_OUTAGE,
	OPTION_OUTAGE_ASKS,
	OPTION_OUTAGES,
	OPTION_HELP
};

static const struct option long_options[] = {
	{ "clients", required_argument, NULL, OPTION_CLIENTS },
	{ "minutes", required_argument, NULL, OPTION_MINUTES },
	{ "runs", required_argument, NULL, OPTION_RUNS },
	{ "packets", required_argument, NULL, OPTION_PACKETS },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "loss", required_argument, NULL, OPTION_LOSS },
	{ "starts", required_argument, NULL, OPTION_STARTS },
	{ "jitter", required_argument, NULL, OPTION_JITTER },
	{ "addresses", required_argument, NULL, OPTION_ADDRESSES },
	{ "scenario", required_argument, NULL, OPTION_SCENARIO },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "wrong", required_argument, NULL, OPTION_WRONG },
	{ "against", required_argument, NULL, OPTION_AGAINST },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "log", no_argument, NULL, OPTION_LOG },
	{ "counters", no_argument, NULL, OPTION_COUNTERS },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "outage", required_argument, NULL, OPTION_OUTAGE },
	{ "outage-asks", required_argument, NULL, OPTION_OUTAGE_ASKS },
	{ "outages", required_argument, NULL, OPTION_OUTAGES },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static bool read_number(const char *text, uint64_t least, uint64_t most,
			uint64_t *number)
{
	char *end;

	*number = strtoull(text, &end, 10);
	return end != text && *end == '\0' && *number >= least &&
	       *number <= most;
}

static bool read_unsigned(unsigned least, unsigned most, unsigned *number)
{
	uint64_t n;

	if (!read_number(optarg, least, most, &n))
		return false;
	*number = (unsigned)n;
	return true;
}

static bool read_clients(struct settings *s)
{
	char *rest = optarg;
	unsigned i = 0;

	memset(s->clients, 0, sizeof(s->clients));
	do {
		unsigned long n = strtoul(rest, &rest, 10);

		if (n == 0 || n > CLIENTS_MAX || i == LIST_MAX - 1)
			return false;
		s->clients[i++] = (unsigned)n;
	} while (*rest++ == ',');
	return rest[-1] == '\0';
}

/* Which of these words is it? -1: none. */
static int choice(const char *const *words)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], optarg) == 0)
			return i;
	return -1;
}

static bool read_starts(struct settings *s)
{
	static const char *const words[] = { "spread", "together", NULL };
	int which = choice(words);

	s->together = which == 1;
	return which >= 0;
}

static bool read_jitter(struct settings *s)
{
	static const char *const words[] = { "both", "on", "off", NULL };
	int which = choice(words);

	s->jitter = (enum jitter)which;
	return which >= 0;
}

static bool read_flag(struct settings *s, int option)
{
	switch (option) {
	case OPTION_JSON:
		return s->json = true;
	case OPTION_LOG:
		return s->log = true;
	case OPTION_COUNTERS:
		return s->counters = true;
	case OPTION_CHECK:
		return s->check = true;
	default:
		return false;
	}
}

static bool read_option(struct settings *s, int option)
{
	switch (option) {
	case OPTION_CLIENTS:
		return read_clients(s);
	case OPTION_MINUTES:
		return read_unsigned(1, 1440, &s->minutes);
	case OPTION_RUNS:
		return read_unsigned(1, 1000000, &s->runs);
	case OPTION_PACKETS:
		return read_number(optarg, 1, UINT64_MAX, &s->packets);
	case OPTION_SEED:
		return read_number(optarg, 0, UINT64_MAX, &s->seed);
	case OPTION_LOSS:
		return read_unsigned(0, 99, &s->loss);
	case OPTION_STARTS:
		return read_starts(s);
	case OPTION_JITTER:
		return read_jitter(s);
	case OPTION_ADDRESSES:
		return read_unsigned(1, ADDRESSES_MAX, &s->addresses);
	case OPTION_SCENARIO:
		return scenario_read(&s->scenario, optarg);
	case OPTION_SET:
		return scenario_change(&s->scenario, optarg);
	case OPTION_OUTAGE:
		return s->check_outage[0] =
			       read_unsigned(1, 86400, &s->outage);
	case OPTION_OUTAGE_ASKS:
		return s->check_outage[1] =
			       read_unsigned(1, 86400, &s->outage);
	case OPTION_OUTAGES:
		return read_unsigned(1, 1000000, &s->outages);
	case OPTION_WRONG:
		return read_unsigned(1, 1000000, &s->wrong);
	case OPTION_AGAINST:
		s->against = optarg;
		return true;
	default:
		return read_flag(s, option);
	}
}

static void print_help(void)
{
	const struct scenario *s;

	fputs(help, stdout);
	for (s = scenarios; s->name != NULL; s++)
		printf("      %-10s    %s\n", s->name, s->what);
	fputs(help_2, stdout);
}

int options_read(struct settings *settings, int argc, char **argv)
{
	int option;

	*settings = (struct settings){ .clients = { 1, 2, 3, 10, 50 },
				       .runs = 10,
				       .seed = 1,
				       .addresses = 1,
				       .outage = 30,
				       .scenario = scenarios[0],
				       .against = "all" };
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) !=
	       -1) {
		if (option == OPTION_HELP) {
			print_help();
			return EXIT_SUCCESS + 1;
		}
		if (!read_option(settings, option))
			break;
	}
	if (option == -1 && optind == argc)
		return 0;
	fputs("sim: see 'sim --help'\n", stderr);
	return EXIT_USAGE + 1;
}

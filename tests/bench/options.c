/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "load.h"
#include "report.h"
#include "setup.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: bench [OPTION]...\n"
	"Measure libvpnalg: nanoseconds per GRE, UDP, ESP or NAT-T packet\n"
	"beside what the machine can do at best, call set-ups per second, bytes per call\n"
	"or flow and the end of a million sessions. Packets are made ready\n"
	"outside of what is measured, or their making is measured too and\n"
	"taken off.\n"
	"\n"
	"  --quick         a little of everything, in a few seconds\n"
	"  --json          print a JSON object instead of a table\n"
	"  --rounds N      how often to measure all (default 7)\n"
	"  --round-robin   call after call, not in random order\n"
	"  --huge-pages    in huge pages, where there are any\n"
	"  --only PART     gre, udp, esp, nat-t, l2tp, setup, memory or\n"
	"                  expiry\n"
	"  --callgrind N   measure nothing, but do exactly N (rounded up)\n"
	"                  of what --what says, for a tool that counts\n"
	"                  instructions in world_process, l2tp_process and\n"
	"                  world_expire\n"
	"  --what WHAT     out or in: GRE packets; udp-out, esp-in and so on:\n"
	"                  UDP, ESP and NAT-T packets, and L2TP data by\n"
	"                  Tunnel ID; flood-1 or flood-3: ESP\n"
	"                  of unknown SPIs from a server with 1 or 3 clients;\n"
	"                  setup: call set-ups; expire: units of a sweep's\n"
	"                  budget (default out)\n"
	"  --calls N       at so many calls (default 1000)\n"
	"  --burst N       in bursts of 1, 2, 4 ... 64 (default 32)\n"
	"  --help          print this help and exit\n"
	"\n"
	"Exit status: 0 if all packets were right, 1 if one was wrong, 2 if\n"
	"the command line is.\n";

enum {
	OPTION_QUICK = 256,
	OPTION_JSON,
	OPTION_ROUNDS,
	OPTION_ROUND_ROBIN,
	OPTION_HUGE_PAGES,
	OPTION_ONLY,
	OPTION_CALLGRIND,
	OPTION_WHAT,
	OPTION_CALLS,
	OPTION_BURST,
	OPTION_HELP
};

static const struct option long_options[] = {
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "round-robin", no_argument, NULL, OPTION_ROUND_ROBIN },
	{ "huge-pages", no_argument, NULL, OPTION_HUGE_PAGES },
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "callgrind", required_argument, NULL, OPTION_CALLGRIND },
	{ "what", required_argument, NULL, OPTION_WHAT },
	{ "calls", required_argument, NULL, OPTION_CALLS },
	{ "burst", required_argument, NULL, OPTION_BURST },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

/* A number from 1 on; 0 if it is none or too great. */
static uint32_t number(const char *text, uint32_t most)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	return *end == '\0' && n <= most ? (uint32_t)n : 0;
}

static bool read_option(struct settings *s, int option)
{
	switch (option) {
	case OPTION_QUICK:
		s->quick = true;
		return true;
	case OPTION_JSON:
		s->json = true;
		return true;
	case OPTION_ROUND_ROBIN:
		s->round_robin = true;
		return true;
	case OPTION_HUGE_PAGES:
		s->huge_pages = true;
		return true;
	case OPTION_ONLY:
		s->only = optarg;
		return true;
	case OPTION_WHAT:
		s->count_what = optarg;
		return true;
	case OPTION_ROUNDS:
		return (s->rounds = number(optarg, ROUNDS_MAX)) > 0;
	case OPTION_CALLGRIND:
		return (s->count = number(optarg, 1U << 30)) > 0;
	case OPTION_CALLS:
		return (s->calls = number(optarg, 1U << 20)) > 0;
	case OPTION_BURST:
		s->burst = number(optarg, SETUP_BATCH);
		return s->burst > 0 && SETUP_BATCH % s->burst == 0;
	default:
		return false;
	}
}

int options_read(struct settings *settings, int argc, char **argv)
{
	int option;

	*settings = (struct settings){ .count_what = "out",
				       .calls = 1000,
				       .burst = LOAD_BURST };
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) !=
	       -1) {
		if (option == OPTION_HELP) {
			fputs(help, stdout);
			return EXIT_SUCCESS + 1;
		}
		if (!read_option(settings, option)) {
			fputs("bench: see 'bench --help'\n", stderr);
			return EXIT_USAGE + 1;
		}
	}
	if (optind < argc) {
		fputs("bench: see 'bench --help'\n", stderr);
		return EXIT_USAGE + 1;
	}
	if (settings->rounds == 0)
		settings->rounds = settings->quick ? 1 : 7;
	return 0;
}

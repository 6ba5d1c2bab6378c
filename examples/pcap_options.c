/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcap_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "nat_address.h"
#include "pcap_report.h"
#include "pcap_say.h"

#define DEFAULT_ADDRESS "203.0.113.1"

static const char *const default_inside[] = { "10/8", "172.16/12",
					      "192.168/16", "100.64/10" };

#define DEFAULT_INSIDE (sizeof(default_inside) / sizeof(default_inside[0]))

/* Above any character, so that they are not taken for short options. */
enum {
	OPTION_INSIDE = 256,
	OPTION_ADDRESS,
	OPTION_GENERAL,
	OPTION_L2TP_PORT_1701,
	OPTION_SEED,
	OPTION_WAIT,
	OPTION_EXPLAIN,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option long_options[] = {
	{ "inside", required_argument, NULL, OPTION_INSIDE },
	{ "address", required_argument, NULL, OPTION_ADDRESS },
	{ "general", no_argument, NULL, OPTION_GENERAL },
	{ "l2tp-port-1701", no_argument, NULL, OPTION_L2TP_PORT_1701 },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "wait", no_argument, NULL, OPTION_WAIT },
	{ "explain", no_argument, NULL, OPTION_EXPLAIN },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]... INPUT OUTPUT\n"
	"Translate the VPN packets of a capture as a NAT with VPN passthrough\n"
	"would, and show what the other side of the NAT would have seen.\n"
	"\n"
	"INPUT is a pcap or pcapng file, OUTPUT becomes a pcap file; '-' is\n"
	"standard input or standard output.\n"
	"\n"
	"  --inside PREFIX   addresses of inside hosts, as 192.168.77.0/24 or\n"
	"                    10.1.1.11; may be repeated (default 10/8,\n"
	"                    172.16/12, 192.168/16 and 100.64/10)\n"
	"  --address ADDR    outside address of the NAT; may be repeated\n"
	"                    (default " DEFAULT_ADDRESS ")\n"
	"  --general         translate all other TCP, UDP and ICMP queries, too\n"
	"  --l2tp-port-1701  L2TP servers know their clients by source port 1701\n"
	"  --seed N          start of the random numbers, 0 to 4294967295\n"
	"                    (default 1)\n"
	"  --wait            drop what a gateway would, so that IPsec clients\n"
	"                    of one server wait for one another\n"
	"  --explain         print a line about each packet\n"
	"  --json            print the report as a JSON object to standard\n"
	"                    output, instead of as text to standard error\n"
	"  --help            print this help and exit\n"
	"  --version         print the version and exit\n"
	"\n"
	"Packets without IPv4, between inside hosts, between others, or of\n"
	"protocols that are not carried are copied. The report says how many.\n"
	"\n"
	"Exit status: 0 if all went well, 1 after an error, 2 if the command\n"
	"line is wrong.\n";

static void print_version(void)
{
	unsigned version = vpnalg_version();

	printf(PROGRAM " (libvpnalg) %u.%u.%u\n"
	       "Copyright (c) 2026 The libvpnalg authors\n"
	       "License BSD-2-Clause.\n"
	       "This is free software: you are free to change and "
	       "redistribute it.\n"
	       "There is NO WARRANTY, to the extent permitted by law.\n",
	       version / 10000, version / 100 % 100, version % 100);
}

/* The way to the help, behind every usage error. */
#define SEE_HELP "; see '" PROGRAM " --help'"

static bool add_inside(struct sides *sides, const char *text)
{
	if (side_read_prefix(text, &sides->inside[sides->inside_count])) {
		sides->inside_count++;
		return true;
	}
	say("usage: --inside %s: not an IPv4 prefix" SEE_HELP, text);
	return false;
}

static bool add_address(struct sides *sides, const char *text)
{
	const char *why = nat_address_add(sides->addresses,
					  &sides->address_count, text);

	if (why)
		say("usage: --address %s: %s" SEE_HELP, text, why);
	return !why;
}

static bool read_seed(uint32_t *seed, const char *text)
{
	char *end;
	unsigned long long number = strtoull(text, &end, 10);

	*seed = (uint32_t)number;
	if (*text >= '0' && *text <= '9' && *end == '\0' &&
	    number <= UINT32_MAX)
		return true;
	say("usage: --seed %s: not a number from 0 to 4294967295" SEE_HELP,
	    text);
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
		return ran(add_inside(&options->sides, optarg));
	case OPTION_ADDRESS:
		return ran(add_address(&options->sides, optarg));
	case OPTION_GENERAL:
		options->general = true;
		return OPTIONS_RUN;
	case OPTION_L2TP_PORT_1701:
		options->l2tp_port_1701 = true;
		return OPTIONS_RUN;
	case OPTION_SEED:
		return ran(read_seed(&options->seed, optarg));
	case OPTION_WAIT:
		options->wait = true;
		return OPTIONS_RUN;
	case OPTION_EXPLAIN:
		options->explain = true;
		return OPTIONS_RUN;
	case OPTION_JSON:
		options->json = true;
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

static enum options_result read_names(struct options *options, int count,
				      char **names)
{
	if (count < 2) {
		say("usage: %s: missing" SEE_HELP, count ? "OUTPUT" : "INPUT");
		return OPTIONS_WRONG;
	}
	if (count > 2) {
		say("usage: %s: one name too many" SEE_HELP, names[2]);
		return OPTIONS_WRONG;
	}
	options->input = names[0];
	options->output = names[1];
	return OPTIONS_RUN;
}

/* Do the options go together, and can this program do what they say? */
static enum options_result check(const struct options *options)
{
	if (options->json && !report_has_json()) {
		say("usage: --json: this program was built without jansson"
		    SEE_HELP);
		return OPTIONS_WRONG;
	}
	if (options->json && options_is_standard(options->output)) {
		say("usage: --json: OUTPUT is standard output, too" SEE_HELP);
		return OPTIONS_WRONG;
	}
	return OPTIONS_RUN;
}

static void use_defaults(struct options *options)
{
	if (!options->sides.address_count) {
		add_address(&options->sides, DEFAULT_ADDRESS);
		say("outside address: " DEFAULT_ADDRESS
		    ": the default, as no --address is given");
	}
	if (options->sides.inside_count)
		return;
	for (size_t i = 0; i < DEFAULT_INSIDE; i++)
		add_inside(&options->sides, default_inside[i]);
}

/* There cannot be more of either than words on the command line. */
static bool make_room(struct sides *sides, size_t words)
{
	size_t room = words + DEFAULT_INSIDE;

	sides->inside = calloc(room, sizeof(*sides->inside));
	sides->addresses = calloc(room, sizeof(*sides->addresses));
	return sides->inside && sides->addresses;
}

enum options_result options_read(struct options *options, int argc,
				 char **argv)
{
	enum options_result result = OPTIONS_RUN;
	int option;

	*options = (struct options){ .seed = 1 };
	if (!make_room(&options->sides, (size_t)argc)) {
		say("cannot start: command line: %s", strerror(errno));
		return OPTIONS_WRONG;
	}
	opterr = 0;
	while (result == OPTIONS_RUN &&
	       (option = getopt_long(argc, argv, ":", long_options, NULL)) >= 0)
		result = read_option(options, option, argv);
	if (result == OPTIONS_RUN)
		result = read_names(options, argc - optind, argv + optind);
	if (result == OPTIONS_RUN)
		result = check(options);
	if (result == OPTIONS_RUN)
		use_defaults(options);
	return result;
}

void options_free(struct options *options)
{
	free(options->sides.inside);
	free(options->sides.addresses);
}

bool options_is_standard(const char *name)
{
	return !strcmp(name, "-");
}

bool options_stdout_taken(const struct options *options)
{
	return options->json || options_is_standard(options->output);
}

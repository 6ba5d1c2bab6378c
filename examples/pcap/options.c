/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "report.h"

#define DEFAULT_ADDRESS "203.0.113.1"

static const char *const default_inside[] = { "10/8", "172.16/12",
					      "192.168/16", "100.64/10" };

#define DEFAULT_INSIDE (sizeof(default_inside) / sizeof(default_inside[0]))

static const char *const help[] = {
	"Usage: vpnalg-pcap [OPTION]... INPUT OUTPUT\n"
	"Translate the VPN packets of a capture as a NAT with VPN passthrough\n"
	"would, and show what the other side of the NAT would have seen.\n"
	"\n"
	"INPUT is a pcap or pcapng file, OUTPUT becomes a pcap file; '-' is\n"
	"standard input or standard output.\n"
	"\n"
	"  --inside PREFIX     addresses of inside hosts, as 192.168.77.0/24 or\n"
	"                      10.1.1.11; may be repeated (default 10/8,\n"
	"                      172.16/12, 192.168/16 and 100.64/10)\n"
	"  --address ADDR      outside address of the NAT; may be repeated\n"
	"                      (default " DEFAULT_ADDRESS ")\n"
	"  --outside FILE      a capture of the same router's outside, made at\n"
	"                      the same time: use the ports and IDs that the\n"
	"                      router has chosen, and compare\n"
	"  --general           translate all other traffic, too\n",
	NAT_OPTIONS_HELP,
	NAT_POLICY_HELP
	"  --seed N            start of the random numbers, 0 to 4294967295\n"
	"                      (default 1)\n"
	"  --hold              drop what a gateway would, so that IPsec clients\n"
	"                      of one server are held back for one another\n"
	"  --both              make OUTPUT a pcapng file that has each packet\n"
	"                      before and after, with a comment what was done\n"
	"  --explain           print a line about each packet\n"
	"  --html FILE         write a page with each client's messages before\n"
	"                      and after, to be opened in a browser\n"
	"  --why               write no OUTPUT: say how far each client of INPUT\n"
	"                      came, where it stopped, why, and what to do\n"
	"  --json              print the report as a JSON object to standard\n"
	"                      output, instead of as text to standard error\n"
	OPTIONS_HELP
	"\n"
	"Packets without IPv4, between inside hosts, between others, or of\n"
	"protocols that are not carried are copied. The report says how many.\n"
	OPTIONS_HELP_STATUS,
	NULL
};

static const char *add_inside(void *where, const char *value)
{
	struct sides *sides = where;
	size_t count = sides->inside_count;
	struct prefix prefix, *list;

	if (!side_read_prefix(value, &prefix))
		return "not an IPv4 prefix";
	list = realloc(sides->inside, (count + 1) * sizeof(*list));
	if (!list)
		return strerror(errno);
	list[count] = prefix;
	sides->inside = list;
	sides->inside_count++;
	return NULL;
}

static int read_files(struct options *options, char **names)
{
	if (options->why && names[0] && names[1])
		return options_wrong(names[1], NULL,
				     "--why writes no OUTPUT");
	if (options->why && names[0]) {
		options->input = names[0];
		options->output = "/dev/null"; /* of --html's translation */
		return OPTIONS_RUN;
	}
	if (!names[0] || !names[1])
		return options_wrong(names[0] ? "OUTPUT" : "INPUT", NULL,
				     "missing");
	if (names[2])
		return options_wrong(names[2], NULL, "one name too many");
	options->input = names[0];
	options->output = names[1];
	return OPTIONS_RUN;
}

static int check_html(const struct options *options)
{
	if (!options->html)
		return OPTIONS_RUN;
	if (!strcmp(options->html, options->output))
		return options_wrong("--html", options->html,
				     "it is OUTPUT, too");
	if (options->json && options_is_standard(options->html))
		return options_wrong("--html", options->html,
				     "the report is on standard output, too");
	return OPTIONS_RUN;
}

/* Returns OPTIONS_RUN if nothing is asked for that needs a translation, but a
 * page. */
static int check_why(const struct options *options)
{
	if (options->outside || options->explain || options->both ||
	    options->nat.sessions || options->nat.events ||
	    options->nat.metrics || options->nat.ipfix)
		return options_wrong("--why", NULL,
				     "not with --outside, --both, --explain, "
				     "--sessions, --events, --ipfix or "
				     "--metrics");
	if (!options->html)
		return OPTIONS_RUN;
	if (options_is_standard(options->html))
		return options_wrong("--html", options->html,
				     "--why prints to standard output");
	if (options_is_standard(options->input))
		return options_wrong("--html", options->html,
				     "--why needs a file that can be read "
				     "twice");
	return OPTIONS_RUN;
}

static bool stdout_taken_beside(const struct options *options)
{
	return options->json || options_is_standard(options->output) ||
	       (options->html && options_is_standard(options->html));
}

/* Returns OPTIONS_RUN if the options go together and this program has them. */
static int check(const struct options *options)
{
	if (options->json && !report_has_json())
		return options_wrong("--json", NULL,
				     "this program was built without jansson");
	if (options->why)
		return check_why(options);
	if (options->json && options_is_standard(options->output))
		return options_wrong("--json", NULL,
				     "OUTPUT is standard output, too");
	if (options->nat.events && options_is_standard(options->nat.events) &&
	    stdout_taken_beside(options))
		return options_wrong("--events", "-",
				     "standard output has something else");
	if (options->nat.metrics &&
	    !strcmp(options->nat.metrics, options->output))
		return options_wrong("--metrics", options->nat.metrics,
				     "it is OUTPUT, too");
	return check_html(options);
}

/* Returns false without memory. */
static bool use_defaults(struct options *options)
{
	bool well = true;

	if (options->why && !options->html)
		return true;
	if (!options->nat.address_count) {
		well = !nat_options_address(&options->nat, DEFAULT_ADDRESS);
		say("outside address: " DEFAULT_ADDRESS
		    ": the default, as no --address is given");
	}
	if (options->sides.inside_count)
		return well;
	for (size_t i = 0; well && i < DEFAULT_INSIDE; i++)
		well = !add_inside(&options->sides, default_inside[i]);
	return well;
}

int options_read(struct options *options, int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "--inside", add_inside, &options->sides, 0, 0,
		  OPTION_LIST },
		NAT_OPTIONS_ROWS(&options->nat),
		{ "--outside", options_name, &options->outside, 0, 0, 0 },
		{ "--seed", NULL, &options->seed, 0, UINT32_MAX, 0 },
		{ "--hold", options_flag, &options->hold, 0, 0, 0 },
		{ "--both", options_flag, &options->both, 0, 0, 0 },
		{ "--explain", options_flag, &options->explain, 0, 0, 0 },
		{ "--html", options_name, &options->html, 0, 0, 0 },
		{ "--json", options_flag, &options->json, 0, 0, 0 },
		{ "--why", options_flag, &options->why, 0, 0, 0 },
		{ 0 }
	};
	char **words;
	int status;

	*options = (struct options){ .seed = 1,
				     .sides.outside = &options->nat };
	status = options_parse(rows, help, &options->nat.given, argc, argv,
			       &words);
	if (status == OPTIONS_RUN)
		status = read_files(options, words);
	if (status == OPTIONS_RUN)
		status = check(options);
	if (status != OPTIONS_RUN || use_defaults(options))
		return status;
	say("cannot start: command line: %s", strerror(errno));
	return EXIT_ERROR;
}

void options_free(struct options *options)
{
	free(options->sides.inside);
	nat_options_free(&options->nat);
}

bool options_is_standard(const char *name)
{
	return !strcmp(name, "-");
}

bool options_stdout_taken(const struct options *options)
{
	return stdout_taken_beside(options) ||
	       (options->nat.events &&
		options_is_standard(options->nat.events));
}

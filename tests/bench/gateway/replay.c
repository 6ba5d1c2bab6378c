/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens sessions through a live gateway and replays packets of theirs, from the
 * interface "inside" to the interface "outside" and back:
 *
 *     replay [-s SIZE] [-r RATE] [-t FILE] [-c FIFO -a FIFO]
 *            gre|esp|nat-t SESSIONS PACKETS PID
 *
 * PID is the gateway's. RATE is of packets a second; 0, or none, is as fast as
 * the gateway takes them. Prints its processor time per packet in nanoseconds;
 * that of the library if there is a FILE which timed.c fills, else 0; and how
 * many packets the library was given at once. By the one FIFO perf gets its
 * commands, by the other it answers. Every packet must arrive, and some are
 * looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flood.h"
#include "timed.h"

/* Whatever was sent twice has arrived by then. */
#define SETTLE_US 100000

struct options {
	struct flood flood;
	pid_t gateway;
	const char *timed, *fifo, *answers;
};

/* What is read before the packets and after. */
struct figures {
	double cpu; /* nanoseconds */
	struct timed timed;
};

static _Noreturn void usage(void)
{
	fputs("usage: replay [-s SIZE] [-r RATE] [-t FILE] [-c FIFO -a FIFO]\n"
	      "              gre|esp|nat-t SESSIONS PACKETS PID\n",
	      stderr);
	exit(2);
}

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static unsigned long number(const char *text, unsigned long least,
			    unsigned long most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value < least || value > most)
		usage();
	return value;
}

static enum traffic traffic_of(const char *name)
{
	static const struct {
		const char *name;
		enum traffic traffic;
	} kinds[] = { { "gre", TRAFFIC_GRE },
		      { "esp", TRAFFIC_ESP },
		      { "nat-t", TRAFFIC_NAT_T } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(name, kinds[i].name))
			return kinds[i].traffic;
	usage();
}

static void read_options(struct options *options, int argc, char **argv)
{
	struct flood *flood = &options->flood;
	int letter;

	flood->size = FLOOD_SIZE_MIN;
	while ((letter = getopt(argc, argv, "s:r:t:c:a:")) != -1)
		switch (letter) {
		case 's':
			flood->size = (uint32_t)number(optarg, FLOOD_SIZE_MIN,
						       FLOOD_SIZE_MAX);
			break;
		case 'r':
			flood->rate = number(optarg, 0, 100000000);
			break;
		case 't':
			options->timed = optarg;
			break;
		case 'c':
			options->fifo = optarg;
			break;
		case 'a':
			options->answers = optarg;
			break;
		default:
			usage();
		}
	if (argc - optind != 4 || !options->fifo != !options->answers)
		usage();
	flood->traffic = traffic_of(argv[optind]);
	flood->sessions = (uint32_t)number(argv[optind + 1], 1, 5000);
	flood->packets = number(argv[optind + 2], 2, 1000000000);
	options->gateway = (pid_t)number(argv[optind + 3], 1, 1UL << 30);
}

static void read_timed(const char *name, struct timed *timed)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, timed, sizeof(*timed)) !=
			      (ssize_t)sizeof(*timed))
		give_up(name);
	close(fd);
}

static void read_figures(const struct options *options,
			 struct figures *figures)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(options->gateway, &clock) ||
	    clock_gettime(clock, &t))
		give_up("replay: the gateway's processor time");
	figures->cpu = (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
	if (options->timed)
		read_timed(options->timed, &figures->timed);
}

/* Says to perf when to take samples, and waits until it does. */
static void tell_perf(const struct options *options, const char *command)
{
	char answer[16];
	FILE *fifo;

	if (!options->fifo)
		return;
	fifo = fopen(options->fifo, "w");
	if (!fifo || fprintf(fifo, "%s\n", command) < 0 || fclose(fifo))
		give_up(options->fifo);
	fifo = fopen(options->answers, "r");
	if (!fifo || !fgets(answer, sizeof(answer), fifo) || fclose(fifo))
		give_up(options->answers);
}

static struct call *open_sessions(struct flood *flood)
{
	struct call *calls = calloc(flood->sessions, sizeof(*calls));

	if (!calls)
		give_up("replay");
	for (uint32_t i = 0; i < flood->sessions; i++)
		session_open(flood->links, flood->traffic, i, &calls[i]);
	usleep(SETTLE_US);
	flood->calls = calls;
	return calls;
}

static void print(const struct flood *flood, const struct figures *before,
		  const struct figures *after)
{
	double packets = (double)flood->arrived;
	double calls = (double)(after->timed.calls - before->timed.calls);

	printf("%.1f %.1f %.1f\n", (after->cpu - before->cpu) / packets,
	       (double)(after->timed.ns - before->timed.ns) / packets,
	       calls > 0 ? (double)(after->timed.packets -
				    before->timed.packets) /
				   calls
			 : 0.0);
}

static bool is_well(const struct flood *flood)
{
	if (flood->arrived == flood->sent && flood->sent &&
	    flood->looked_at && !flood->wrong)
		return true;
	fprintf(stderr,
		"replay: %llu packets sent, %llu arrived; of %llu looked at "
		"%llu were wrong\n",
		(unsigned long long)flood->sent,
		(unsigned long long)flood->arrived,
		(unsigned long long)flood->looked_at,
		(unsigned long long)flood->wrong);
	return false;
}

int main(int argc, char **argv)
{
	struct links links = { .id = 0 };
	struct options options = { .flood = { .links = &links } };
	struct figures before = { 0 }, after = { 0 };
	struct call *calls;

	read_options(&options, argc, argv);
	link_open(&links.side[0], "inside");
	link_open(&links.side[1], "outside");
	calls = open_sessions(&options.flood);
	for (int side = 0; side < 2; side++)
		link_take_few(&links.side[side]);
	tell_perf(&options, "enable");
	read_figures(&options, &before);
	flood_run(&options.flood);
	read_figures(&options, &after);
	tell_perf(&options, "disable");
	print(&options.flood, &before, &after);
	free(calls);
	return is_well(&options.flood) ? EXIT_SUCCESS : EXIT_FAILURE;
}

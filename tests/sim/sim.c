/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many IPsec clients of one server behind a translator: where do the server's
 * ESP packets go? README tells what is simulated and what is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "basics.h"
#include "contest.h"
#include "report.h"
#include "world.h"

static const struct contestant *const contestants[] = {
	&contest_library,
	&contest_baseline,
	&contest_address,
	&contest_oracle,
};

#define EXIT_USAGE 2

#define CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))

static double cpu_time(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Returns whether a list, as "library,oracle", has the name. */
static bool has(const char *list, const char *name)
{
	size_t length = strlen(name);
	const char *p = list;

	while (p != NULL) {
		p += *p == ',';
		if (strncmp(p, name, length) == 0 &&
		    (p[length] == '\0' || p[length] == ','))
			return true;
		p = strchr(p, ',');
	}
	return false;
}

static bool takes_part(const struct settings *settings, unsigned i)
{
	return has(settings->against, contestants[i]->name) ||
	       has(settings->against, "all");
}

static void run_once(const struct settings *settings, unsigned clients,
		     uint64_t seed, struct score *scores)
{
	unsigned i;

	for (i = 0; i < CONTESTANTS; i++) {
		double begin = cpu_time();

		if (!takes_part(settings, i))
			continue;
		world_run(settings, contestants[i], clients, seed, &scores[i]);
		scores[i].seconds += cpu_time() - begin;
	}
}

/* Returns whether everybody has had so many packets. */
static bool is_enough(const struct settings *settings,
		      const struct score *scores)
{
	unsigned i;

	for (i = 0; i < CONTESTANTS; i++) {
		const uint64_t *in = scores[i].in;

		if (takes_part(settings, i) &&
		    in[0] + in[1] + in[2] < settings->packets)
			return false;
	}
	return true;
}

/* CONTESTANTS if it does not take part. */
static unsigned index_of(const struct settings *settings, const char *name)
{
	unsigned i = 0;

	while (i < CONTESTANTS && !(takes_part(settings, i) &&
				    strcmp(contestants[i]->name, name) == 0))
		i++;
	return i;
}

static bool can_check(const struct settings *settings)
{
	bool library = index_of(settings, "library") < CONTESTANTS;

	return (!settings->check ||
		(library && index_of(settings, "baseline") < CONTESTANTS)) &&
	       ((!settings->check_outage[0] && !settings->check_outage[1]) ||
		library);
}

static bool check(const struct settings *settings, unsigned clients,
		  const struct score *scores)
{
	const struct score *library = &scores[index_of(settings, "library")];
	bool good = true;

	if (settings->check)
		good &= report_check(clients, library,
				     &scores[index_of(settings, "baseline")]);
	good &= report_check_outages(settings, clients, library);
	return good;
}

static bool report(const struct settings *settings, unsigned clients,
		   const struct score *scores)
{
	unsigned i;

	for (i = 0; i < CONTESTANTS; i++) {
		if (!takes_part(settings, i))
			continue;
		report_score(settings, contestants[i]->name, clients,
			     &scores[i]);
		if (settings->counters && contestants[i]->tell != NULL)
			contestants[i]->tell(stdout);
	}
	return check(settings, clients, scores);
}

static bool run_all(const struct settings *settings, unsigned clients)
{
	struct score *scores = basics_memory(CONTESTANTS, sizeof(*scores));
	unsigned run;
	bool good;

	for (run = 0; run < settings->runs || !is_enough(settings, scores);
	     run++)
		run_once(settings, clients, settings->seed + run, scores);
	good = report(settings, clients, scores);
	free(scores);
	return good;
}

int main(int argc, char **argv)
{
	struct settings settings;
	unsigned i, taking_part = 0;
	bool good = true;
	int stop = options_read(&settings, argc, argv);

	if (stop != 0)
		return stop - 1;
	for (i = 0; i < CONTESTANTS; i++)
		taking_part += takes_part(&settings, i);
	if (taking_part == 0 || !can_check(&settings)) {
		fputs("sim: who is needed does not take part\n", stderr);
		return EXIT_USAGE;
	}
	report_begin(&settings);
	for (i = 0; settings.clients[i] > 0; i++)
		good &= run_all(&settings, settings.clients[i]);
	return good && !basics_had_faults() ? EXIT_SUCCESS : EXIT_FAILURE;
}

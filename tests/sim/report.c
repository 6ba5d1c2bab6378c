/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <stdio.h>

typedef unsigned long long ull;

static uint64_t sum(const uint64_t *counts)
{
	return counts[VERDICT_RIGHT] + counts[VERDICT_WRONG] +
	       counts[VERDICT_NOBODY];
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static uint64_t held_back(const struct score *score, unsigned ike)
{
	return score->out[ike] - score->out_results[ike][VPNALG_TRANSLATED];
}

void report_begin(const struct settings *s)
{
	if (s->json)
		return;
	printf("Scenario %s: %s. %u minutes a run, loss %u %%, starts %s.\n",
	       s->scenario.name, s->scenario.what, settings_minutes(s), s->loss,
	       s->together ? "together" : "spread");
	printf("Inbound ESP packets that reached the translator, and new SPIs "
	       "among them. Times in ms,\nmedian/99th percentile; - is "
	       "never. Held: outbound packets dropped. Outages in s, "
	       "longest/99.9th percentile, of\nclients that ask a server "
	       "which answers, of those that send as their server does,\nover: "
	       "longer than %u s; and the longest of those that only "
	       "listen.\n\n",
	       s->outage);
	printf("%3s %-8s %5s %10s %9s %9s %9s %9s %8s %7s %6s %13s %13s %6s %6s "
	       "%13s %6s %13s %6s %13s %6s %7s\n",
	       "K", "", "runs", "inbound", "right %", "wrong %", "nobody %",
	       "blind %", "SPIs", "at once", "wrong", "pairing", "repair",
	       "held", "IKE", "set-up", "Mpkt/s", "asks", "over", "sends",
	       "over", "listens");
}

static void print_time(char *text, size_t size, const struct times *times)
{
	double median = times_quantile(times, 0.5);
	double most = times_quantile(times, 0.99);
	int n = 0;

	if (times->count + times->never == 0) {
		snprintf(text, size, "none");
		return;
	}
	n = median < 0 ? snprintf(text, size, "-")
		       : snprintf(text, size, "%.0f", median);
	if (most < 0)
		snprintf(text + n, size - (size_t)n, "/-");
	else
		snprintf(text + n, size - (size_t)n, "/%.0f", most);
}

static double speed(const struct score *s)
{
	uint64_t packets = sum(s->in) + sum(s->ike_in) + s->out[0] + s->out[1];

	return s->seconds > 0 ? (double)packets / s->seconds / 1e6 : 0;
}

/* Seconds. */
static double longest(const struct times *outages)
{
	return (double)outages->most * OUTAGE_STEP / 1e6;
}

/* Seconds that all but one outage in a thousand are not longer than. */
static double usual_longest(const struct times *outages)
{
	double steps = times_quantile(outages, 0.999);

	return steps > 0 ? steps * OUTAGE_STEP / 1e3 : 0;
}

static void print_outage(char *text, size_t size, const struct times *outages)
{
	snprintf(text, size, "%.1f/%.1f", longest(outages),
		 usual_longest(outages));
}

static void print_text(const char *name, unsigned clients,
		       const struct score *s)
{
	char pairing[32], repair[32], setup[32], asks[32], sends[32];
	uint64_t all = sum(s->in);

	print_time(pairing, sizeof(pairing), &s->pairing);
	print_time(repair, sizeof(repair), &s->repair);
	print_time(setup, sizeof(setup), &s->setup);
	print_outage(asks, sizeof(asks), &s->outages[OWNER_ASKS]);
	print_outage(sends, sizeof(sends), &s->outages[OWNER_SENDS]);
	printf("%3u %-8s %5u %10llu %9.4f %9.4f %9.4f %9.4f %8llu %6.2f%% %6llu "
	       "%13s %13s %6llu %6llu %13s %6.1f %13s %6llu %13s %6llu %7.1f\n",
	       clients, name, s->runs, (ull)all,
	       percent(s->in[VERDICT_RIGHT], all),
	       percent(s->in[VERDICT_WRONG], all),
	       percent(s->in[VERDICT_NOBODY], all), percent(s->blind, all),
	       (ull)s->spis, percent(s->at_once, s->spis), (ull)s->wrong_spis,
	       pairing, repair, (ull)held_back(s, 0), (ull)held_back(s, 1),
	       setup, speed(s), asks, (ull)s->long_outages[OWNER_ASKS], sends,
	       (ull)s->long_outages[OWNER_SENDS],
	       longest(&s->outages[OWNER_LISTENS]));
	if (s->ike_in[VERDICT_WRONG] + s->ike_in[VERDICT_NOBODY] > 0)
		printf("    of IKE: %llu right, %llu wrong, %llu nobody\n",
		       (ull)s->ike_in[VERDICT_RIGHT],
		       (ull)s->ike_in[VERDICT_WRONG],
		       (ull)s->ike_in[VERDICT_NOBODY]);
	if (s->to_liars > 0)
		printf("    of ESP: %llu to liars\n", (ull)s->to_liars);
	if (s->forged[0] + s->forged[1] > 0)
		printf("    forged: %llu dropped, %llu sent on\n",
		       (ull)s->forged[0], (ull)s->forged[1]);
	fflush(stdout);
}

static void print_times_json(const char *name, const struct times *times)
{
	printf(", \"%s\": { \"count\": %llu, \"never\": %llu, \"median\": "
	       "%.0f, \"p99\": %.0f }",
	       name, (ull)times->count, (ull)times->never,
	       times_quantile(times, 0.5), times_quantile(times, 0.99));
}

static void print_outages_json(const struct score *s, unsigned owner)
{
	static const char *const names[] = { "asks", "sends", "listens" };
	const struct times *outages = &s->outages[owner];

	printf(", \"%s\": { \"outages\": %llu, \"longest\": %.1f, \"p999\": "
	       "%.1f, \"over\": %llu }",
	       names[owner], (ull)outages->count, longest(outages),
	       usual_longest(outages), (ull)s->long_outages[owner]);
}

static void print_results_json(const char *name, const uint64_t *results)
{
	const char *comma = "";
	unsigned i;

	printf(", \"%s\": {", name);
	for (i = 0; i < VPNALG_RESULTS; i++) {
		if (results[i] == 0)
			continue;
		printf("%s \"%s\": %llu", comma, vpnalg_result_text(i),
		       (ull)results[i]);
		comma = ",";
	}
	printf(" }");
}

static void print_json(const struct settings *settings, const char *name,
		       unsigned clients, const struct score *s)
{
	unsigned i;

	printf("{ \"scenario\": \"%s\", \"loss\": %u, \"starts\": \"%s\", "
	       "\"clients\": %u, \"who\": \"%s\", \"runs\": %u",
	       settings->scenario.name, settings->loss,
	       settings->together ? "together" : "spread", clients, name,
	       s->runs);
	printf(", \"right\": %llu, \"wrong\": %llu, \"nobody\": %llu, "
	       "\"blind\": %llu, \"lost\": %llu",
	       (ull)s->in[VERDICT_RIGHT], (ull)s->in[VERDICT_WRONG],
	       (ull)s->in[VERDICT_NOBODY], (ull)s->blind, (ull)s->lost);
	printf(", \"ike_right\": %llu, \"ike_wrong\": %llu, "
	       "\"ike_nobody\": %llu, \"to_liars\": %llu, "
	       "\"forged\": %llu, \"forged_sent_on\": %llu",
	       (ull)s->ike_in[VERDICT_RIGHT], (ull)s->ike_in[VERDICT_WRONG],
	       (ull)s->ike_in[VERDICT_NOBODY], (ull)s->to_liars,
	       (ull)(s->forged[0] + s->forged[1]), (ull)s->forged[1]);
	printf(", \"spis\": %llu, \"at_once\": %llu, \"wrong_spis\": %llu, "
	       "\"nobody_spis\": %llu",
	       (ull)s->spis, (ull)s->at_once, (ull)s->wrong_spis,
	       (ull)s->nobody_spis);
	print_times_json("pairing", &s->pairing);
	print_times_json("repair", &s->repair);
	print_times_json("setup", &s->setup);
	for (i = OWNER_ASKS; i <= OWNER_LISTENS; i++)
		print_outages_json(s, i);
	print_results_json("in", s->in_results);
	print_results_json("out_esp", s->out_results[0]);
	print_results_json("out_ike", s->out_results[1]);
	printf(", \"mpps\": %.2f }\n", speed(s));
	fflush(stdout);
}

void report_score(const struct settings *settings, const char *name,
		  unsigned clients, const struct score *score)
{
	if (settings->json)
		print_json(settings, name, clients, score);
	else
		print_text(name, clients, score);
}

/* What holds in short runs of every scenario, up to so many clients. Runs
 * differ; README tells what long ones come to. */
static const struct target {
	unsigned clients;
	double right; /* percent at least, those that are blind left out */
	double wrong; /* percent at most */
	double of_baseline; /* wrong, as a share of the baseline's; 0: any */
	bool never_held;
} targets[] = {
	{ 1, 100, 0, 0, true },
	{ 3, 99, 0.3, 0, false },
	{ 10, 97.5, 1.5, 0, false },
	{ CLIENTS_MAX, 84, 100, 0.1, false },
};

static bool check(bool good, unsigned clients, const char *what, double is)
{
	if (!good)
		printf("MISSED with %u clients: %s, but it is %g\n", clients,
		       what, is);
	return good;
}

bool report_check_outages(const struct settings *settings, unsigned clients,
			  const struct score *library)
{
	double asks = longest(&library->outages[OWNER_ASKS]);
	double sends = longest(&library->outages[OWNER_SENDS]);
	bool good = true;

	if (settings->check_outage[0])
		good &= check(sends <= settings->outage, clients,
			      "longest outage, s, of one that sends", sends);
	if (settings->check_outage[0] || settings->check_outage[1])
		good &= check(asks <= settings->outage, clients,
			      "longest outage, s, of one that asks", asks);
	return good;
}

bool report_check(unsigned clients, const struct score *library,
		  const struct score *baseline)
{
	const struct target *t = targets;
	uint64_t all = sum(library->in);
	double right = percent(library->in[VERDICT_RIGHT], all) +
		       percent(library->blind, all);
	double wrong = percent(library->in[VERDICT_WRONG], all);
	double base = percent(baseline->in[VERDICT_WRONG], sum(baseline->in));
	uint64_t held = held_back(library, 0) + held_back(library, 1);
	bool good = true;

	while (t->clients < clients)
		t++;
	good &= check(right >= t->right, clients, "% right or blind", right);
	good &= check(wrong <= t->wrong, clients, "% wrong", wrong);
	if (t->of_baseline > 0)
		good &= check(wrong <= t->of_baseline * base, clients,
			      "wrong, of the baseline's", wrong / base);
	if (t->never_held)
		good &= check(held == 0, clients, "none held", (double)held);
	return good;
}

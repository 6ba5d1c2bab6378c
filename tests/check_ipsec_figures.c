/* SPDX-License-Identifier: BSD-2-Clause */
/* The pairing of ESP in the worlds of tests/sim, which know the owner of each
 * packet: how much goes right and wrong. Most faults of pairing show here only,
 * for no single packet shows them. tests/sim_short.sh asks for more. */
#include "cases.h"

#include <stdlib.h>

#include <vpnalg/vpnalg.h>

#include "sim/basics.h"
#include "sim/contest.h"
#include "sim/score.h"
#include "sim/settings.h"
#include "sim/world.h"

/* The bounds are a little worse than the figures of the first run: percent
 * of the packets that reached their host, and that reached another. Chance
 * in them grows with the number of hosts, and where the router forgets or is
 * lied to. */
static const struct figures_row {
	const char *scenario;
	unsigned clients, runs;
	double right, wrong;
} rows[] = {
	{ "calm", 2, 3, 99.90, 0.05 },
	{ "calm", 3, 3, 99.85, 0.05 },
	{ "calm", 10, 3, 98.30, 0.10 },
	{ "rekeys", 2, 3, 99.90, 0.05 },
	{ "rekeys", 3, 3, 99.85, 0.05 },
	{ "rekeys", 10, 3, 99.85, 0.05 },
	{ "deaths", 2, 3, 99.50, 0.05 },
	{ "deaths", 3, 3, 98.65, 0.10 },
	{ "deaths", 10, 3, 94.95, 0.75 },
	{ "pauses", 2, 4, 99.90, 0.05 },
	{ "pauses", 3, 4, 99.90, 0.05 },
	{ "pauses", 10, 4, 99.65, 0.10 },
	{ "fixed-port", 1, 5, 99.90, 0.05 },
	{ "fixed-port", 2, 5, 99.65, 0.05 },
	{ "fixed-port", 3, 5, 98.35, 0.10 },
	{ "answers", 2, 5, 99.45, 0.10 },
	{ "answers", 3, 5, 99.55, 0.10 },
	{ "lan", 2, 5, 99.65, 0.05 },
	{ "lan", 3, 5, 98.45, 0.10 },
	{ "quiet", 2, 12, 99.85, 0.10 },
	{ "quiet", 3, 12, 99.80, 0.10 },
	{ "slow", 2, 3, 99.85, 0.05 },
	{ "slow", 3, 3, 99.85, 0.10 },
	{ "restart", 1, 4, 99.40, 0.05 },
	{ "restart", 2, 4, 90.30, 8.05 },
	{ "restart", 3, 4, 76.90, 6.35 },
	{ "all", 1, 4, 99.90, 0.05 },
	{ "all", 2, 4, 99.60, 0.05 },
	{ "all", 3, 4, 99.10, 0.10 },
	{ "all", 10, 4, 93.50, 2.80 },
	{ "spoofed", 1, 3, 99.90, 0.05 },
	{ "spoofed", 2, 3, 91.20, 6.05 },
	{ "spoofed", 3, 3, 89.35, 6.75 },
	{ "liar", 1, 3, 90.00, 1.40 },
	{ "liar", 2, 3, 90.95, 4.55 },
	{ "liar", 3, 3, 92.65, 4.30 },
	{ "sites", 2, 1, 71.50, 15.60 },
	{ "sites", 3, 1, 69.85, 20.35 },
	{ "quiet", 10, 3, 99.65, 0.30 },
	{ "slow", 10, 2, 99.80, 0.10 },
	{ "fixed-port", 10, 3, 91.60, 4.60 },
	{ "answers", 10, 3, 93.40, 2.70 },
	{ "lan", 10, 3, 93.20, 2.60 },
	{ "liar", 10, 3, 90.40, 4.60 },
};

START_TEST(the_pairing_is_as_good_as_it_was)
{
	const struct figures_row *row = &rows[_i];
	struct settings settings = { .addresses = 1, .against = "library" };
	struct score *score = basics_memory(1, sizeof(*score));
	double right, wrong, all;
	unsigned run;

	ck_assert(scenario_read(&settings.scenario, row->scenario));
	for (run = 0; run < row->runs; run++)
		world_run(&settings, &contest_library, row->clients, 1 + run,
			  score);
	all = (double)(score->in[VERDICT_RIGHT] + score->in[VERDICT_WRONG] +
		       score->in[VERDICT_NOBODY]);
	right = 100 * (double)score->in[VERDICT_RIGHT] / all;
	wrong = 100 * (double)score->in[VERDICT_WRONG] / all;
	free(score);
	ck_assert_msg(right >= row->right,
		      "%s, %u hosts: %.3f %% right, not %.3f", row->scenario,
		      row->clients, right, row->right);
	ck_assert_msg(wrong <= row->wrong,
		      "%s, %u hosts: %.3f %% wrong, not %.3f", row->scenario,
		      row->clients, wrong, row->wrong);
	ck_assert(!basics_had_faults());
}
END_TEST

TCase *ipsec_figures_case(void)
{
	TCase *t = tcase_create("figures");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, the_pairing_is_as_good_as_it_was, 0,
			    ROWS(rows));
	return t;
}

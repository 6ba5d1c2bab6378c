/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/common/metrics.c: Prometheus' text format. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/common/metrics.h"

static const struct {
	const char *value, *line;
} rows[] = {
	{ "eth0", "f{label=\"eth0\"} 7\n" },
	{ "", "f{label=\"\"} 7\n" },
	{ "a\"b", "f{label=\"a\\\"b\"} 7\n" },
	{ "a\\b", "f{label=\"a\\\\b\"} 7\n" },
	{ "a\nb", "f{label=\"a\\nb\"} 7\n" },
	{ "{},= #", "f{label=\"{},= #\"} 7\n" },
	{ "\\\\\"\n", "f{label=\"\\\\\\\\\\\"\\n\"} 7\n" },
};

static char *text;
static size_t length;
static struct metrics metrics;

static void begin(void)
{
	metrics = (struct metrics){ .file = open_memstream(&text, &length),
				    .family = "f" };
	ck_assert(metrics.file);
}

static void assert_written(const char *expected)
{
	fclose(metrics.file);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(a_label_may_have_any_value)
{
	begin();
	METRICS_WRITE(&metrics, 7, "label", rows[_i].value);
	assert_written(rows[_i].line);
}
END_TEST

START_TEST(samples_follow_help_and_type)
{
	begin();
	metrics_family(&metrics, "x_total", "counter", "What it is.");
	METRICS_WRITE(&metrics, 0, "a", "b", "c", "d");
	METRICS_WRITE(&metrics, UINT64_MAX, "a", "b", "c", "e");
	metrics_one(&metrics, "y", "gauge", "Another.", 1);
	assert_written("# HELP x_total What it is.\n# TYPE x_total counter\n"
		       "x_total{a=\"b\",c=\"d\"} 0\n"
		       "x_total{a=\"b\",c=\"e\"} 18446744073709551615\n"
		       "# HELP y Another.\n# TYPE y gauge\ny 1\n");
}
END_TEST

Suite *gw_metrics_suite(void)
{
	Suite *suite = suite_create("gw metrics");
	TCase *tests = tcase_create("metrics");

	tcase_add_loop_test(tests, a_label_may_have_any_value, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tests, samples_follow_help_and_type);
	suite_add_tcase(suite, tests);
	return suite;
}

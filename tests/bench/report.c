/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool as_json;
static unsigned lines;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread spread_of(const double *values, unsigned count)
{
	double sorted[ROUNDS_MAX];

	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), compare);
	return (struct spread){ sorted[count / 2], sorted[0],
				sorted[count - 1] };
}

struct spread spread_of_ratio(const double *a, const double *b,
			      unsigned count)
{
	double ratios[ROUNDS_MAX];
	unsigned i;

	for (i = 0; i < count; i++)
		ratios[i] = a[i] / b[i];
	return spread_of(ratios, count);
}

void report_begin(bool json, unsigned rounds)
{
	as_json = json;
	lines = 0;
	if (json) {
		printf("{ \"rounds\": %u, \"lines\": [", rounds);
		return;
	}
	printf("Medians of %u, with the least and the most.\n\n", rounds);
	printf("%-44s %8s %18s  %-11s %-19s %-15s %s\n", "", "median",
	       "least..most", "unit", "ratio to floor", "least..most",
	       "target");
}

/* Three digits that count, whatever the size. */
static int digits(double value)
{
	return value < 10 ? 2 : value < 100 ? 1 : 0;
}

static void format_range(char *text, size_t size, const struct spread *s)
{
	int d = digits(s->median);

	snprintf(text, size, "%.*f..%.*f", d, s->least, d, s->most);
}

static bool is_met(const struct line *line)
{
	double value = line->floor ? line->ratio.median : line->value.median;

	return line->at_least ? value >= line->target : value <= line->target;
}

static void print_text(const struct line *line)
{
	char range[32], ratio[32] = "", ratios[32] = "";

	format_range(range, sizeof(range), &line->value);
	if (line->floor != NULL) {
		snprintf(ratio, sizeof(ratio), "%.2f x %s",
			 line->ratio.median, line->floor);
		format_range(ratios, sizeof(ratios), &line->ratio);
	}
	printf("%-44s %8.*f %18s  %-11s %-19s %-15s", line->name,
	       digits(line->value.median), line->value.median, range,
	       line->unit, ratio, ratios);
	if (line->target > 0)
		printf(" %s %g: %s", line->at_least ? ">=" : "<=",
		       line->target, is_met(line) ? "met" : "MISSED");
	putchar('\n');
	fflush(stdout);
}

/* No name has a character that JSON would have escaped. */
static void print_json(const struct line *line)
{
	printf("%s\n  { \"name\": \"%s\", \"unit\": \"%s\", "
	       "\"median\": %.4f, \"least\": %.4f, \"most\": %.4f",
	       lines > 0 ? "," : "", line->name, line->unit,
	       line->value.median, line->value.least, line->value.most);
	if (line->floor != NULL)
		printf(", \"floor\": \"%s\", \"ratio\": %.4f", line->floor,
		       line->ratio.median);
	if (line->target > 0)
		printf(", \"target\": %g, \"met\": %s", line->target,
		       is_met(line) ? "true" : "false");
	printf(" }");
}

void report_line(const struct line *line)
{
	if (as_json)
		print_json(line);
	else
		print_text(line);
	lines++;
}

void report_end(void)
{
	if (as_json)
		printf("\n] }\n");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's speed and size, beside what the machine can do. */
#include "bench.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

static const struct {
	const char *name;
	void (*run)(const struct settings *settings);
} parts[] = {
	{ "gre", bench_gre },
	{ "udp", bench_udp },
	{ "esp", bench_esp },
	{ "nat-t", bench_nat_t },
	{ "l2tp", bench_l2tp },
	{ "setup", bench_setup },
	{ "memory", bench_memory },
	{ "expiry", bench_expiry },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void run_parts(const struct settings *settings)
{
	size_t i;

	report_begin(settings->json, settings->rounds);
	for (i = 0; i < PARTS; i++)
		if (settings->only == NULL ||
		    strcmp(settings->only, parts[i].name) == 0)
			parts[i].run(settings);
	report_end();
}

int main(int argc, char **argv)
{
	struct settings settings;
	int status = options_read(&settings, argc, argv);

	if (status != 0)
		return status - 1;
	basics_huge_pages(settings.huge_pages);
	if (settings.count == 0)
		run_parts(&settings);
	else if (!bench_count(&settings))
		return 2;
	return basics_had_faults() ? EXIT_FAILURE : EXIT_SUCCESS;
}

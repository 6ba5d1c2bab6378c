/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sys/resource.h>

double nat_report_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

void nat_report_times(vpnalg_time ran)
{
	fprintf(stderr, "%.1f s, %.3f s of processor time\n",
		(double)ran / 1000, nat_report_seconds());
}

void nat_report_count(const char *indent, const char *name, uint64_t count)
{
	int width = 36 - (int)strlen(indent);

	fprintf(stderr, "  %s%-*s %11" PRIu64 "\n", indent, width, name, count);
}

void nat_report_if_any(const char *name, uint64_t count)
{
	if (count)
		nat_report_count("", name, count);
}

void nat_report_heads(const char *name, size_t count, const char *const *heads)
{
	fprintf(stderr, "%-27s", name);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, " %11s", heads[i]);
	fputc('\n', stderr);
}

void nat_report_row(const char *name, size_t count, const uint64_t *cells)
{
	fprintf(stderr, "  %-25s", name);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, " %11" PRIu64, cells[i]);
	fputc('\n', stderr);
}

uint64_t nat_report_sum_dropped(const uint64_t *results)
{
	uint64_t dropped = 0;

	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		dropped += results[i];
	return dropped;
}

void nat_report_dropped(const uint64_t *results)
{
	nat_report_count("", "dropped", nat_report_sum_dropped(results));
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		if (results[i])
			nat_report_count("  ", vpnalg_result_text(i),
					 results[i]);
}

/* Writes the drops of a reason by protocol and direction. */
static void write_drops(const struct nat *nat, unsigned reason)
{
	static const char *const ways[] = { [VPNALG_OUT] = "out",
					    [VPNALG_IN] = "in" };
	char text[64];
	uint64_t count;

	for (size_t i = 0; nat_protocol_name(nat, i); i++)
		for (unsigned way = VPNALG_OUT; way <= VPNALG_IN; way++) {
			count = vpnalg_drop_counter(nat->translator, i, way,
						    reason);
			if (!count)
				continue;
			snprintf(text, sizeof(text), "%s, %s",
				 nat_protocol_name(nat, i), ways[way]);
			nat_report_count("    ", text, count);
		}
}

static void write_dropped(const struct nat *nat, const uint64_t *results)
{
	nat_report_count("", "dropped", nat_report_sum_dropped(results));
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		if (results[i]) {
			nat_report_count("  ", vpnalg_result_text(i),
					 results[i]);
			write_drops(nat, i);
		}
}

void nat_report_results(const struct nat *nat)
{
	struct vpnalg_counters counters;

	vpnalg_counters(nat->translator, &counters, sizeof(counters));
	nat_report_count("", "translated", counters.results[VPNALG_TRANSLATED]);
	nat_report_count("", "left to the kernel",
			 counters.results[VPNALG_UNTOUCHED]);
	write_dropped(nat, counters.results);
}

void nat_report_sessions(const struct nat *nat)
{
	static const char *const heads[] = { "opened", "closed", "open",
					     "out", "in", "dropped" };
	struct vpnalg_kind_counters kind;

	nat_report_heads("sessions", 6, heads);
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++)
		nat_report_row(kind.name, 6,
			       (uint64_t[]){ kind.opened, kind.closed,
					     kind.opened - kind.closed,
					     kind.translated[0],
					     kind.translated[1],
					     kind.dropped[0] +
						     kind.dropped[1] });
}

void nat_report_store(const struct nat *nat)
{
	static const char *const heads[] = { "records", "keys", "units used",
					     "of" };
	struct vpnalg_table_use use;

	vpnalg_table_use(nat->table, &use);
	nat_report_heads("store", 4, heads);
	nat_report_row("now", 4,
		       (uint64_t[]){ use.records, use.keys, use.units_used,
				     use.units });
}

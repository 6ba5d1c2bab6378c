/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sys/resource.h>

static double processor_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void write_count(const char *indent, const char *name, uint64_t count)
{
	int width = indent[0] ? 34 : 36;

	fprintf(stderr, "  %s%-*s %11" PRIu64 "\n", indent, width, name, count);
}

static void write_if_any(const char *name, uint64_t count)
{
	if (count)
		write_count("", name, count);
}

static void write_heads(const char *name, size_t count,
			const char *const *heads)
{
	fprintf(stderr, "%-27s", name);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, " %11s", heads[i]);
	fputc('\n', stderr);
}

static void write_row(const char *name, size_t count, const uint64_t *cells)
{
	fprintf(stderr, "  %-25s", name);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, " %11" PRIu64, cells[i]);
	fputc('\n', stderr);
}

static void write_results(const struct gateway *gateway)
{
	struct vpnalg_counters counters;
	uint64_t dropped = 0;

	vpnalg_counters(gateway->nat.translator, &counters, sizeof(counters));
	write_count("", "translated", counters.results[VPNALG_TRANSLATED]);
	write_count("", "left to the kernel",
		    counters.results[VPNALG_UNTOUCHED]);
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		dropped += counters.results[i];
	write_count("", "dropped", dropped);
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		if (counters.results[i])
			write_count("  ", vpnalg_result_text(i),
				    counters.results[i]);
}

static void write_extras(const struct gateway *gateway)
{
	write_if_any("merged packets cut up", gateway->cut);
	write_if_any("packets without sense", gateway->senseless);
	write_if_any("lost on purpose", gateway->impair.lost);
	write_if_any("reordered on purpose", gateway->impair.reordered);
	write_if_any("changes of rules", gateway->rules.changes);
	write_if_any("changes of rules that failed", gateway->rules.failures);
}

static void write_ways(const struct gateway *gateway)
{
	static const char *const heads[] = { "read", "read lost", "sent",
					     "not sent", "fragmented",
					     "answered" };

	write_heads("interfaces", 6, heads);
	for (int way = 0; way < WAYS; way++) {
		const struct port *port = &gateway->ports[way];
		const struct sender *sender = &gateway->senders[!way];

		write_row(port->name, 6,
			  (uint64_t[]){ port->read, port->lost, sender->sent,
					sender->failed, sender->fragmented,
					sender->answered });
		if (sender->failed)
			fprintf(stderr, "    last not sent: %s\n",
				strerror(sender->failure));
	}
}

static void write_sessions(const struct nat *nat)
{
	static const char *const heads[] = { "opened", "closed", "open",
					     "out", "in", "dropped" };
	struct vpnalg_kind_counters kind;

	write_heads("sessions", 6, heads);
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++)
		write_row(kind.name, 6,
			  (uint64_t[]){ kind.opened, kind.closed,
					kind.opened - kind.closed,
					kind.translated[0], kind.translated[1],
					kind.dropped[0] + kind.dropped[1] });
}

void report_write(const struct gateway *gateway, vpnalg_time now)
{
	fflush(stdout);
	fprintf(stderr,
		"inside %s, outside %s: %.1f s, %.3f s of processor time\n",
		gateway->options->inside, gateway->options->outside,
		(double)(now - gateway->start) / 1000, processor_seconds());
	write_results(gateway);
	write_extras(gateway);
	write_ways(gateway);
	write_sessions(&gateway->nat);
}

void report_line(const struct gateway *gateway, vpnalg_time now)
{
	struct vpnalg_table_use use;
	struct vpnalg_counters counters;
	uint64_t dropped = 0;

	vpnalg_counters(gateway->nat.translator, &counters, sizeof(counters));
	vpnalg_table_use(gateway->nat.table, &use);
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		dropped += counters.results[i];
	printf("%.0f s: %" PRIu64 " translated, %" PRIu64 " dropped, %" PRIu64
	       " left to the kernel, %" PRIu32 " records, %.3f s of "
	       "processor time\n",
	       (double)(now - gateway->start) / 1000,
	       counters.results[VPNALG_TRANSLATED], dropped,
	       counters.results[VPNALG_UNTOUCHED], use.records,
	       processor_seconds());
	fflush(stdout);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/nat_report.h"

static void write_extras(const struct gateway *gateway)
{
	nat_report_if_any("not for outside", gateway->elsewhere);
	nat_report_if_any("merged packets cut up", gateway->cut);
	nat_report_if_any("packets without sense", gateway->senseless);
	nat_report_if_any("lost on purpose", gateway->impair.lost);
	nat_report_if_any("reordered on purpose", gateway->impair.reordered);
	nat_report_if_any("changes of the outside addresses",
			  gateway->renumbered);
	nat_report_if_any("changes of rules", gateway->rules.changes);
	nat_report_if_any("changes of rules that failed",
			  gateway->rules.failures);
}

static void write_side(const struct side *side)
{
	const struct port *port = &side->port;
	const struct sender *sender = &side->sender;

	nat_report_row(port->name, 6,
		       (uint64_t[]){ port->read, port->lost, sender->sent,
				     sender->failed, sender->fragmented,
				     sender->answered });
	if (sender->failed)
		fprintf(stderr, "    last not sent: %s\n",
			strerror(sender->failure));
}

static void write_sides(const struct gateway *gateway)
{
	static const char *const heads[] = { "read", "read lost", "sent",
					     "not sent", "fragmented",
					     "answered" };

	nat_report_heads("interfaces", 6, heads);
	for (size_t i = 0; i < gateway->side_count; i++)
		write_side(&gateway->sides[i]);
}

static void write_names(const struct options *options)
{
	fprintf(stderr, "inside %s, outside", options->inside);
	for (size_t i = 0; i < options->outside.count; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "",
			options->outside.names[i]);
	fprintf(stderr, ": ");
}

void report_write(const struct gateway *gateway, vpnalg_time now)
{
	fflush(stdout);
	write_names(gateway->options);
	nat_report_times(now - gateway->start);
	nat_report_results(&gateway->translator.nat);
	write_extras(gateway);
	write_sides(gateway);
	nat_report_sessions(&gateway->translator.nat);
	nat_report_store(&gateway->translator.nat);
}

void report_line(const struct gateway *gateway, vpnalg_time now)
{
	struct vpnalg_table_use use;
	struct vpnalg_counters counters;

	vpnalg_counters(gateway->translator.nat.translator, &counters,
			sizeof(counters));
	vpnalg_table_use(gateway->translator.nat.table, &use);
	printf("%.0f s: %" PRIu64 " translated, %" PRIu64 " dropped, %" PRIu64
	       " left to the kernel, %" PRIu32 " records, %.3f s of "
	       "processor time\n",
	       (double)(now - gateway->start) / 1000,
	       counters.results[VPNALG_TRANSLATED],
	       nat_report_sum_dropped(counters.results),
	       counters.results[VPNALG_UNTOUCHED], use.records,
	       nat_report_seconds());
	fflush(stdout);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nat_metrics_policy.h"
#include "nat_report.h"
#include "replace.h"
#include "say.h"

static const char *const ways[] = { [VPNALG_OUT] = "out", [VPNALG_IN] = "in" };

/* The program */

static void write_version(struct metrics *metrics)
{
	unsigned version = vpnalg_version();
	char text[16];

	snprintf(text, sizeof(text), "%u.%u.%u", version / 10000 % 100,
		 version / 100 % 100, version % 100);
	metrics_family(metrics, "vpnalg_build_info", "gauge",
		       "The program and its version; always 1.");
	METRICS_WRITE(metrics, 1, "program", program, "version", text);
}

static void write_program(struct metrics *metrics, const struct nat *nat,
			  bool active)
{
	write_version(metrics);
	metrics_one(metrics, "vpnalg_active", "gauge",
		    "Whether the program translates; 0 while it stands by, and "
		    "when it has ended.", active);
	metrics_one(metrics, "vpnalg_start_time_seconds", "gauge",
		    "When the program began, in seconds since 1970.",
		    nat->start / 1000);
	metrics_family(metrics, "vpnalg_cpu_seconds_total", "counter",
		       "Processor time that the program has taken.");
	fprintf(metrics->file, "%s %.6f\n", metrics->family,
		nat_report_seconds());
}

/* Packets */

static void write_drops(struct metrics *metrics, const struct nat *nat,
			unsigned reason)
{
	const char *protocol;

	for (size_t i = 0; (protocol = nat_protocol_name(nat, i)); i++)
		for (unsigned way = VPNALG_OUT; way <= VPNALG_IN; way++)
			METRICS_WRITE(metrics,
				      vpnalg_drop_counter(nat->translator, i,
							  way, reason),
				      "protocol", protocol, "direction",
				      ways[way], "reason",
				      vpnalg_result_text(reason));
}

static void write_packets(struct metrics *metrics, const struct nat *nat)
{
	struct vpnalg_counters counters;
	const uint64_t *results = counters.results;

	vpnalg_counters(nat->translator, &counters, sizeof(counters));
	metrics_family(metrics, "vpnalg_packets_total", "counter",
		       "Packets by what became of them.");
	METRICS_WRITE(metrics, results[VPNALG_TRANSLATED], "result",
		      "translated");
	METRICS_WRITE(metrics, results[VPNALG_UNTOUCHED], "result",
		      "untouched");
	METRICS_WRITE(metrics, results[VPNALG_HELD], "result", "held");
	METRICS_WRITE(metrics, nat_report_sum_dropped(results), "result",
		      "dropped");
	metrics_family(metrics, "vpnalg_dropped_packets_total", "counter",
		       "Packets dropped, by protocol, direction and reason.");
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		write_drops(metrics, nat, i);
}

/* Kinds of sessions */

static void write_ways(struct metrics *metrics, const char *protocol,
		       const char *kind, const char *result,
		       const uint64_t counts[2])
{
	for (unsigned way = VPNALG_OUT; way <= VPNALG_IN; way++)
		METRICS_WRITE(metrics, counts[way], "protocol", protocol,
			      "kind", kind, "direction", ways[way], "result",
			      result);
}

static void write_session_packets(struct metrics *metrics,
				  const struct nat *nat)
{
	struct vpnalg_kind_counters kind;

	metrics_family(metrics, "vpnalg_session_packets_total", "counter",
		       "Packets of each kind of session, by direction and what "
		       "became of them.");
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++) {
		const char *protocol = nat_kind_protocol(nat, i);

		write_ways(metrics, protocol, kind.name, "translated",
			   kind.translated);
		write_ways(metrics, protocol, kind.name, "untouched",
			   kind.untouched);
		write_ways(metrics, protocol, kind.name, "dropped",
			   kind.dropped);
	}
}

/* A member of struct vpnalg_kind_counters. */
struct column {
	size_t offset;
	const char *name, *help;
};

static const struct column columns[] = {
	{ offsetof(struct vpnalg_kind_counters, opened),
	  "vpnalg_sessions_opened_total", "Sessions opened." },
	{ offsetof(struct vpnalg_kind_counters, closed),
	  "vpnalg_sessions_closed_total", "Sessions closed." },
	{ offsetof(struct vpnalg_kind_counters, refused),
	  "vpnalg_sessions_refused_total",
	  "Sessions that were asked for and could not be opened." },
	{ offsetof(struct vpnalg_kind_counters, unparsed),
	  "vpnalg_sessions_unparsed_total",
	  "Sessions that go on without their control messages being read." },
};

static void write_column(struct metrics *metrics, const struct nat *nat,
			 const struct column *column)
{
	struct vpnalg_kind_counters kind;
	uint64_t value;

	metrics_family(metrics, column->name, "counter", column->help);
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++) {
		memcpy(&value, (const char *)&kind + column->offset,
		       sizeof(value));
		METRICS_WRITE(metrics, value, "protocol",
			      nat_kind_protocol(nat, i), "kind", kind.name);
	}
}

static void write_open(struct metrics *metrics, const struct nat *nat)
{
	struct vpnalg_kind_counters kind;

	metrics_family(metrics, "vpnalg_sessions", "gauge",
		       "Sessions that are open.");
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++)
		METRICS_WRITE(metrics, kind.opened - kind.closed, "protocol",
			      nat_kind_protocol(nat, i), "kind", kind.name);
}

/* The store */

static void write_store(struct metrics *metrics, const struct nat *nat)
{
	struct vpnalg_table_use use;

	vpnalg_table_use(nat->table, &use);
	metrics_one(metrics, "vpnalg_store_units", "gauge",
		    "Units of 64 bytes that the session table has.", use.units);
	metrics_one(metrics, "vpnalg_store_used_units", "gauge",
		    "Units of it that are in use.", use.units_used);
	metrics_one(metrics, "vpnalg_store_records", "gauge",
		    "Records in it: sessions, and what is known of hosts and "
		    "remotes.", use.records);
	metrics_one(metrics, "vpnalg_store_keys", "gauge",
		    "Keys by which packets find them.", use.keys);
	metrics_one(metrics, "vpnalg_store_bytes", "gauge",
		    "Memory that is set aside for it.", nat->table_size);
}

/* All together */

static void write_all(struct metrics *metrics, const struct nat *nat,
		      bool active)
{
	write_program(metrics, nat, active);
	write_packets(metrics, nat);
	write_session_packets(metrics, nat);
	write_open(metrics, nat);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		write_column(metrics, nat, &columns[i]);
	nat_metrics_policy(metrics, nat);
	write_store(metrics, nat);
}

char *nat_metrics_text(const struct nat *nat, bool active,
		       const struct nat_metrics_more *more, size_t *length)
{
	char *text = NULL;
	struct metrics metrics = { .file = open_memstream(&text, length) };

	if (!metrics.file)
		return NULL;
	write_all(&metrics, nat, active);
	if (more)
		more->write(&metrics, more->context);
	if (!fclose(metrics.file))
		return text;
	free(text);
	return NULL;
}

bool nat_metrics_write(const struct nat *nat, const char *name,
		       const struct nat_metrics_more *more)
{
	struct replace replace;
	size_t length;
	char *text = nat_metrics_text(nat, false, more, &length);
	bool well = text &&
		    replace_begin(&replace, name, REPLACE_FOR_OTHERS) &&
		    replace_write(&replace, (const uint8_t *)text, length);

	if (!well)
		say("cannot write %s: %s", name, strerror(errno));
	free(text);
	return well;
}

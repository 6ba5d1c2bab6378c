/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

#include "../common/nat_report.h"
#include "../common/nat_sessions.h"

/* The columns of the widest table. */
#define COLUMNS 5

const char *report_copied_text(enum copied copied)
{
	static const char *const texts[COPIED_KINDS] = {
		[COPIED_NOT_IPV4] = "not IPv4",
		[COPIED_HEADER_CUT] = "IPv4 header not captured whole",
		[COPIED_WITHIN] = "between inside hosts",
		[COPIED_OURS] = "from an outside address",
		[COPIED_OTHERS] = "between others",
		[COPIED_UNTOUCHED] = "not carried",
		[COPIED_SHOWS_INSIDE] = "not carried, inside address shown",
	};

	return texts[copied];
}

const char *report_protocol_name(unsigned protocol)
{
	static const char *const names[256] = {
		[1] = "ICMP", [2] = "IGMP",  [4] = "IP-in-IP", [6] = "TCP",
		[17] = "UDP", [41] = "IPv6", [47] = "GRE",     [50] = "ESP",
		[51] = "AH",  [89] = "OSPF", [115] = "L2TPv3", [132] = "SCTP",
	};

	return names[protocol & 255];
}

static void write_sides(const struct options *options)
{
	const struct sides *sides = &options->sides;
	char text[PREFIX_TEXT];
	struct prefix prefix;

	fputs("inside", stderr);
	for (size_t i = 0; i < sides->inside_count; i++) {
		side_write_prefix(&sides->inside[i], text);
		fprintf(stderr, " %s", text);
	}
	fputs(", outside address", stderr);
	for (size_t i = 0; i < options->nat.address_count; i++) {
		prefix = side_of_address(&options->nat.addresses[i]);
		side_write_prefix(&prefix, text);
		fprintf(stderr, " %s", text);
	}
	fputc('\n', stderr);
}

static void write_fates(const struct report *report)
{
	nat_report_count("", "translated", report->fates[FATE_TRANSLATED]);
	if (report->cut)
		nat_report_count("  ", "and cut short", report->cut);
	if (report->turned)
		nat_report_count("  ", "and turned round, to an inside host",
				 report->turned);
	nat_report_count("", "copied", report->fates[FATE_COPIED]);
	for (int i = 0; i < COPIED_KINDS; i++)
		if (report->copied[i])
			nat_report_count("  ",
					 report_copied_text((enum copied)i),
					 report->copied[i]);
	nat_report_dropped(report->dropped);
	nat_report_if_any("held, and counted above", report->held);
}

/* A table. Rows of zeros are not written. */
struct table {
	const char *title;
	const char *heads[COLUMNS + 1];
	bool begun;
};

static void write_row(struct table *table, const char *name,
		      const uint64_t *cells)
{
	size_t columns = 0;
	uint64_t any = 0;

	for (; table->heads[columns]; columns++)
		any |= cells[columns];
	if (!any)
		return;
	if (!table->begun)
		nat_report_heads(table->title, columns, table->heads);
	table->begun = true;
	nat_report_row(name, columns, cells);
}

static void write_protocols(const struct report *report)
{
	struct table table = {
		.title = "IP protocols",
		.heads = { "translated", "copied", "dropped" },
	};
	const char *name;
	char number[24];

	for (unsigned i = 0; i < 256; i++) {
		name = report_protocol_name(i);
		snprintf(number, sizeof(number), "protocol %u", i);
		write_row(&table, name ? name : number, report->protocols[i]);
	}
}

static void write_ipsec(const struct report *report)
{
	struct table table = {
		.title = "IPsec",
		.heads = { "translated", "copied", "dropped" },
	};

	for (int i = 0; i < IPSEC_SORTS; i++)
		write_row(&table, ipsec_sort_name(i), report->ipsec[i]);
}

static void write_evidence(const struct events *events, unsigned from,
			   unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if (events->evidence[i])
			nat_report_count("  ", event_evidence_text(i),
					 events->evidence[i]);
}

static void write_events(const struct events *events)
{
	const uint64_t *types = events->types;

	if (!(types[VPNALG_EVENT_PAIRED] | types[VPNALG_EVENT_HELD]))
		return;
	fputs("SPIs of inbound ESP and their hosts\n", stderr);
	nat_report_count("", event_type_text(VPNALG_EVENT_PAIRED),
			 types[VPNALG_EVENT_PAIRED]);
	write_evidence(events, VPNALG_EVIDENCE_ALONE,
		       VPNALG_EVIDENCE_OLD_GOES_ON);
	nat_report_count("", event_type_text(VPNALG_EVENT_UNPAIRED),
			 types[VPNALG_EVENT_UNPAIRED]);
	write_evidence(events, VPNALG_EVIDENCE_OLD_GOES_ON, EVENT_EVIDENCES);
	nat_report_count("", event_type_text(VPNALG_EVENT_HELD),
			 types[VPNALG_EVENT_HELD]);
}

static void write_sessions(const struct translator *translator)
{
	struct table table = {
		.title = "sessions",
		.heads = { "opened", "closed", "still open", "refused",
			   "unparsed" },
	};
	struct vpnalg_kind_counters kind;

	for (size_t i = 0; vpnalg_kind_counters(translator->nat.translator, i,
						&kind, sizeof(kind));
	     i++)
		write_row(&table, kind.name,
			  (uint64_t[]){ kind.opened, kind.closed,
					kind.opened - kind.closed,
					kind.refused, kind.unparsed });
}

static void write_traffic(const struct translator *translator)
{
	struct table table = {
		.title = "packets of these sessions",
		.heads = { "out", "in", "dropped out", "dropped in",
			   "untouched" },
	};
	struct vpnalg_kind_counters kind;

	for (size_t i = 0; vpnalg_kind_counters(translator->nat.translator, i,
						&kind, sizeof(kind));
	     i++)
		write_row(&table, kind.name,
			  (uint64_t[]){ kind.translated[0], kind.translated[1],
					kind.dropped[0], kind.dropped[1],
					kind.untouched[0] +
						kind.untouched[1] });
}

const char *report_compared_text(enum compared compared)
{
	static const char *const texts[COMPARED_KINDS] = {
		[COMPARED_SAME] = "as the router has sent it",
		[COMPARED_DIFFERENT] = "the router has sent it differently",
		[COMPARED_HERE_ONLY] = "the router has not sent it",
		[COMPARED_NOT_HERE] = "the router has sent it",
	};

	return texts[compared];
}

static void write_compared(const struct report *report)
{
	uint64_t any = report->alone;

	for (int i = COMPARED_SAME; i < COMPARED_KINDS; i++)
		any |= report->compared[i];
	if (!any)
		return;
	fputs("compared with the router's NAT\n", stderr);
	nat_report_count("", "the same", report->compared[COMPARED_SAME]);
	nat_report_count("", "different", report->compared[COMPARED_DIFFERENT]);
	nat_report_count("", "translated here only",
			 report->compared[COMPARED_HERE_ONLY]);
	nat_report_count("", "sent by the router only",
			 report->compared[COMPARED_NOT_HERE]);
	nat_report_count("", "the router's own, or of unknown origin",
			 report->alone);
}

void report_write_text(const struct report *report,
		       const struct options *options,
		       const struct translator *translator)
{
	fflush(stdout);
	write_sides(options);
	fprintf(stderr,
		"%" PRIu64 " packets read (%s)%s, %" PRIu64 " written\n",
		report->read, report->link,
		report->complete ? "" : " until the error", report->written);
	write_fates(report);
	write_compared(report);
	write_protocols(report);
	write_ipsec(report);
	write_events(&translator->events);
	write_sessions(translator);
	write_traffic(translator);
	if (options->nat.sessions)
		nat_sessions_write(&translator->nat, translator->now);
}

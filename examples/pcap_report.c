/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcap_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "nat_report.h"
#include "pcap_say.h"

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
	for (size_t i = 0; i < sides->address_count; i++) {
		prefix = side_of_address(&sides->addresses[i]);
		side_write_prefix(&prefix, text);
		fprintf(stderr, " %s", text);
	}
	fputc('\n', stderr);
}

static void write_fates(const struct report *report, const struct nat *nat)
{
	struct vpnalg_counters counters;

	vpnalg_counters(nat->translator, &counters, sizeof(counters));
	nat_report_count("", "translated", report->fates[FATE_TRANSLATED]);
	if (report->cut)
		nat_report_count("  ", "and cut short", report->cut);
	nat_report_count("", "copied", report->fates[FATE_COPIED]);
	for (int i = 0; i < COPIED_KINDS; i++)
		if (report->copied[i])
			nat_report_count("  ", report_copied_text((enum copied)i),
				    report->copied[i]);
	nat_report_count("", "dropped", report->fates[FATE_DROPPED]);
	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		if (counters.results[i])
			nat_report_count("  ", vpnalg_result_text(i),
				    counters.results[i]);
}

static void write_protocols(const struct report *report)
{
	static const char *const heads[FATES] = { "translated", "copied",
						  "dropped" };
	const char *name;
	char number[24];

	nat_report_heads("IP protocols", FATES, heads);
	for (unsigned i = 0; i < 256; i++) {
		const uint64_t *fates = report->protocols[i];

		if (!(fates[0] | fates[1] | fates[2]))
			continue;
		name = report_protocol_name(i);
		snprintf(number, sizeof(number), "protocol %u", i);
		nat_report_row(name ? name : number, FATES, fates);
	}
}

static void write_sessions(const struct nat *nat)
{
	static const char *const heads[] = { "opened", "closed", "still open",
					     "refused", "unread" };
	struct vpnalg_kind_counters kind;

	nat_report_heads("sessions", 5, heads);
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++)
		nat_report_row(kind.name, 5,
			  (uint64_t[]){ kind.opened, kind.closed,
					kind.opened - kind.closed,
					kind.refused, kind.unread });
}

static void write_traffic(const struct nat *nat)
{
	static const char *const heads[] = { "out", "in", "dropped out",
					     "dropped in" };
	struct vpnalg_kind_counters kind;

	nat_report_heads("packets of these sessions", 4, heads);
	for (size_t i = 0; vpnalg_kind_counters(nat->translator, i, &kind,
						sizeof(kind));
	     i++)
		nat_report_row(kind.name, 4,
			  (uint64_t[]){ kind.translated[0], kind.translated[1],
					kind.dropped[0], kind.dropped[1] });
}

void report_write_text(const struct report *report,
		       const struct options *options, const struct nat *nat)
{
	fflush(stdout);
	write_sides(options);
	fprintf(stderr,
		"%" PRIu64 " packets read (%s)%s, %" PRIu64 " written\n",
		report->read, report->link,
		report->complete ? "" : " until the error", report->written);
	write_fates(report, nat);
	write_protocols(report);
	write_sessions(nat);
	write_traffic(nat);
}

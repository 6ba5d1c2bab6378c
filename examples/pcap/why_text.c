/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "why_report.h"

#define LINE 78

/* Writes words in lines, each behind the indent; the first one is at the end of
 * what is there already. */
static void write_words(const char *words, int indent)
{
	int column = indent;

	while (*words) {
		int length = (int)strcspn(words, " ");

		if (column + 1 + length > LINE) {
			printf("\n%*s", indent, "");
			column = indent;
		}
		printf("%s%.*s", column > indent ? " " : "", length, words);
		column += length + (column > indent);
		words += length;
		words += strspn(words, " ");
	}
	putchar('\n');
}

static void write_entry(const char *name, const char *words)
{
	printf("  %-8s ", name);
	write_words(words, 11);
}

static void write_cause(const struct why_cause *cause, const char *name,
			const char *detail)
{
	printf("  %-8s [%s]\n%*s", name, cause->keyword, 11, "");
	write_words(cause->meaning, 11);
	if (*detail)
		write_entry("seen", detail);
	write_entry("advice", cause->advice);
}

static void write_steps(const struct why_answer *answer)
{
	printf("  %-24s %11s %11s\n", "packets", "of client", "of server");
	for (unsigned i = 0; i < answer->count; i++) {
		const struct why_step *step = &answer->steps[i];

		printf("  %-24s %11" PRIu32 " %11" PRIu32 "  %s\n", step->name,
		       step->packets[CLIENT], step->packets[SERVER],
		       why_step_state(answer, i));
	}
}

static void write_answer(const struct why_answer *answer)
{
	const struct why_attempt *attempt = answer->attempt;
	char client[WHY_ADDRESS], server[WHY_ADDRESS];

	why_write_address(attempt->client, attempt->client_port, client);
	why_write_address(attempt->server, attempt->server_port, server);
	printf("\n%s with %s, %s: %s\n", client, server,
	       why_protocol_name(attempt),
	       !answer->cause	? "works"
	       : attempt->works ? "came up, and fails"
				: "fails");
	write_steps(answer);
	if (attempt->protocol == WHY_IS_IPSEC && attempt->ike.version)
		write_entry("NAT-T", why_nat_t(attempt));
	printf("  %-8s packets %" PRIu64 " to %" PRIu64, "where",
	       attempt->first, attempt->last);
	if (answer->attempts > 1)
		printf(", the last of %" PRIu32 " attempts", answer->attempts);
	putchar('\n');
	if (answer->earlier)
		printf("  %-8s an attempt before it failed: [%s]\n", "before",
		       answer->earlier->keyword);
	if (answer->cause)
		write_cause(answer->cause, "cause", answer->detail);
	if (answer->remark)
		write_cause(answer->remark, "remark", answer->remark_detail);
}

static void write_summary(const struct why_report *report)
{
	printf("%" PRIu64 " packets read%s, %" PRIu64 " of VPNs\n",
	       report->input.packets,
	       report->input.complete ? "" : " until the error",
	       report->facts->packets);
	if (report->facts->ignored)
		printf("%" PRIu64 " packets of further clients not looked at\n",
		       report->facts->ignored);
	if (report->facts->twice)
		printf("%" PRIu64 " packets were captured twice, and count "
		       "once\n", report->facts->twice);
	if (!report->count)
		puts("no VPN traffic found: looked for PPTP (TCP port 1723, "
		     "GRE), IPsec (UDP ports\n500 and 4500, ESP, AH), L2TP "
		     "(UDP port 1701, IP protocol 115) and GRE");
	else if (!report->failed)
		printf("all is well: %zu client%s, and each got through\n",
		       report->count, report->count == 1 ? "" : "s");
	else
		printf("%zu of %zu client%s %s not get through\n",
		       report->failed, report->count,
		       report->count == 1 ? "" : "s",
		       report->failed == 1 ? "does" : "do");
}

void why_write_text(const struct why_report *report)
{
	write_summary(report);
	for (size_t i = 0; i < report->count; i++)
		write_answer(&report->answers[i]);
}

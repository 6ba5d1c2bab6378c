/* SPDX-License-Identifier: BSD-2-Clause */
/* The report on the page of --html, above the ladders. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "html.h"
#include "why_report.h"

#define TEXT 1000

static void write_cause(FILE *page, const struct why_cause *cause,
			const char *name, const char *detail,
			enum html_tone tone)
{
	html_say(page, tone, "%s [%s]: %s", name, cause->keyword,
		 cause->meaning);
	if (*detail)
		html_say(page, HTML_PLAIN, "Seen: %s", detail);
	html_say(page, HTML_PLAIN, "What to do: %s", cause->advice);
}

/* The steps are one line, so that the page begins with what matters. */
static void write_steps(FILE *page, const struct why_answer *answer)
{
	char text[TEXT] = "Packets of client and server: ";

	for (unsigned i = 0; i < answer->count; i++) {
		const struct why_step *step = &answer->steps[i];
		size_t end = strlen(text);

		snprintf(text + end, sizeof(text) - end,
			 "%s%s %" PRIu32 " and %" PRIu32 ", %s",
			 i ? "; " : "", step->name, step->packets[CLIENT],
			 step->packets[SERVER], why_step_state(answer, i));
	}
	html_line(page, HTML_DIM, text);
}

static void write_answer(FILE *page, const struct why_answer *answer)
{
	const struct why_attempt *attempt = answer->attempt;
	char client[WHY_ADDRESS], server[WHY_ADDRESS], text[TEXT];

	why_write_address(attempt->client, attempt->client_port, client);
	why_write_address(attempt->server, attempt->server_port, server);
	snprintf(text, sizeof(text), "%s with %s, %s: %s", client, server,
		 why_protocol_name(attempt),
		 !answer->cause	  ? "works"
		 : attempt->works ? "came up, and fails"
				  : "fails");
	html_heading(page, answer->cause ? HTML_BAD : HTML_GOOD, text);
	if (answer->cause)
		write_cause(page, answer->cause, "Cause", answer->detail,
			    HTML_BAD);
	if (answer->remark)
		write_cause(page, answer->remark, "Remark",
			    answer->remark_detail, HTML_PLAIN);
	if (answer->earlier)
		html_say(page, HTML_PLAIN, "An attempt before it failed: [%s]",
		     answer->earlier->keyword);
	if (attempt->protocol == WHY_IS_IPSEC && attempt->ike.version)
		html_say(page, HTML_DIM, "NAT-T: %s", why_nat_t(attempt));
	write_steps(page, answer);
	html_say(page, HTML_DIM, "Packets %" PRIu64 " to %" PRIu64, attempt->first,
	     attempt->last);
}

void why_write_page(const struct why_report *report, FILE *page)
{
	if (!report->count)
		html_line(page, HTML_BAD, "No VPN traffic was found");
	for (size_t i = 0; i < report->count; i++)
		write_answer(page, &report->answers[i]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "why.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "file.h"
#include "link.h"
#include "why_attempt.h"
#include "why_read.h"
#include "why_report.h"

/* Packets between two progress lines. */
#define PROGRESS_PACKETS 65536

static void read_frame(struct why_facts *facts, const struct input *input,
		       const struct pcap_pkthdr *header, const uint8_t *data)
{
	/* Nothing is written into it. */
	struct frame frame = { .data = (uint8_t *)(uintptr_t)data,
			       .caplen = header->caplen,
			       .len = header->len };
	struct why_packet packet;

	if (frame.len < frame.caplen)
		frame.len = frame.caplen;
	if (!link_find(pcap_datalink(input->pcap), &frame) ||
	    !why_packet_read(&frame, &packet))
		return;
	packet.number = input->count;
	packet.time = input_time(input, header);
	why_read(facts, &packet);
}

/* Returns false if the input is broken, which was said. */
static bool read_all(struct why_facts *facts, struct input *input)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;
	enum next next;

	while ((next = input_next(input, &header, &data)) == NEXT_PACKET) {
		read_frame(facts, input, header, data);
		if (input->count % PROGRESS_PACKETS == 0)
			say_progress(input->count, input_percent(input));
	}
	say_no_progress();
	why_read_end(facts);
	return next == NEXT_END;
}

/* Returns whether a newer attempt of the same client's stands for this one.
 * Behind a public address each may be another client's. */
static bool is_older(const struct why_attempt *attempt,
		     const struct why_attempt *newer)
{
	return attempt->protocol == newer->protocol &&
	       attempt->client == newer->client &&
	       attempt->server == newer->server &&
	       (why_is_private(attempt->client) || newer->older == attempt);
}

static void judge(struct why_answer *answer, const struct why_attempt *attempt)
{
	if (answer->cause)
		answer->earlier = answer->cause;
	answer->attempt = attempt;
	answer->attempts++;
	answer->cause = why_cause(attempt);
	answer->remark = answer->cause ? NULL : why_remark(attempt);
	answer->detail[0] = answer->remark_detail[0] = '\0';
	if (answer->cause && answer->cause->detail)
		answer->cause->detail(attempt, answer->detail);
	if (answer->cause && answer->cause->when == WHY_BROKEN &&
	    !*answer->detail)
		why_detail_rest(attempt, answer->detail);
	if (answer->remark && answer->remark->detail)
		answer->remark->detail(attempt, answer->remark_detail);
	answer->count = why_steps(attempt, answer->steps);
	answer->stopped = attempt->works
				  ? answer->count
				  : why_stopped(answer->steps, answer->count);
}

static void judge_all(struct why_report *report)
{
	const struct why_facts *facts = report->facts;

	for (size_t i = 0; i < facts->count; i++) {
		const struct why_attempt *attempt = facts->attempts[i];
		size_t k = report->count;

		while (k > 0 &&
		       !is_older(report->answers[k - 1].attempt, attempt))
			k--;
		if (k == 0)
			k = ++report->count;
		judge(&report->answers[k - 1], attempt);
	}
	for (size_t i = 0; i < report->count; i++)
		report->failed += report->answers[i].cause != NULL;
}

static bool write_report(const struct why_report *report, bool json)
{
	if (!json) {
		why_write_text(report);
		return true;
	}
	if (why_write_json(report))
		return true;
	say("cannot write report: standard output: %s", strerror(errno));
	return false;
}

static int status_of(const struct why_report *report)
{
	if (!report->input.complete)
		return EXIT_ERROR;
	if (!report->count)
		return EXIT_WHY_NOTHING;
	return report->failed ? EXIT_WHY_FAILS : EXIT_SUCCESS;
}

static int report_all(const struct options *options, struct why_facts *facts,
		      const struct why_input *input, FILE *page)
{
	struct why_report report = { .input = *input, .facts = facts };
	int status = EXIT_ERROR;

	why_compare(facts);
	report.answers = calloc(facts->count + 1, sizeof(*report.answers));
	if (!facts->memory || !report.answers) {
		say("cannot look into the capture: %s", strerror(ENOMEM));
	} else {
		judge_all(&report);
		if (page)
			why_write_page(&report, page);
		if (write_report(&report, options->json))
			status = status_of(&report);
	}
	free(report.answers);
	return status;
}

int why_run(const struct options *options, FILE *page)
{
	struct why_facts *facts = calloc(1, sizeof(*facts));
	struct why_input read = { .name = options->input };
	struct input input = { 0 };
	int status = EXIT_ERROR;

	if (!facts)
		say("cannot look into the capture: %s", strerror(errno));
	if (facts && input_open(&input, options->input, false)) {
		facts->memory = true;
		read.complete = read_all(facts, &input);
		read.packets = input.count;
		status = report_all(options, facts, &read, page);
	}
	input_close(&input);
	if (facts)
		why_facts_free(facts);
	free(facts);
	return status;
}

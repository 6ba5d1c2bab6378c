/* SPDX-License-Identifier: BSD-2-Clause */
#include "job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sys/time.h>

#include "../common/say.h"
#include "decide.h"
#include "explain.h"
#include "form.h"
#include "link.h"

#define IPV4_PROTOCOL_OFF 9

static bool no_memory(const struct job *job)
{
	say("cannot translate: packet %" PRIu64 ": %s", job->input.count,
	    strerror(ENOMEM));
	return false;
}

/* Returns whether an output needs a packet in words. */
static bool wants_words(const struct job *job)
{
	return job->lines || job->options->both || job->options->html;
}

static void describe(const struct job *job, const struct frame *frame,
		     struct explained *explained)
{
	if (wants_words(job))
		explain_packet(frame->data + frame->ip,
			       frame->caplen - frame->ip, explained);
}

/* Writes the line of a packet, and those of the events since the last one. */
static bool explain(struct job *job, const struct outcome *outcome)
{
	FILE *lines = job->lines;

	if (!lines)
		return true;
	fate_explain(lines, outcome->at, outcome->verdict, outcome->after);
	for (size_t i = 0; i < outcome->event_count; i++)
		event_write(lines, &outcome->events[i]);
	if (!ferror(lines))
		return true;
	say("cannot write explanation: standard %s: %s",
	    lines == stdout ? "output" : "error", strerror(errno));
	return false;
}

static void count(struct report *report, const struct held_frame *at,
		  const struct verdict *verdict)
{
	const uint8_t *ip = at->frame.data + at->frame.ip;

	fate_count(report, verdict);
	report->turned += at->turned && verdict->fate == FATE_TRANSLATED;
	if (at->ipv4)
		fate_count_protocol(
			report, verdict, ip[IPV4_PROTOCOL_OFF],
			explain_sort(ip, at->frame.caplen - at->frame.ip));
}

static bool write_frame(struct job *job, const struct outcome *outcome)
{
	const struct verdict *verdict = outcome->verdict;
	struct pcap_pkthdr header;
	uint32_t from;

	if (verdict->fate == FATE_HELD)
		return true;
	if (verdict->fate != FATE_DROPPED)
		job->latest = outcome->at->left;
	if (job->options->both)
		return both_write(&job->both, outcome);
	if (verdict->fate == FATE_DROPPED)
		return true;
	from = held_written(outcome->at, verdict->cut, &header);
	return output_write(&job->output, &header,
			    outcome->at->frame.data + from);
}

/* Counts, explains and writes a packet of which was decided. */
static bool finish(struct job *job, const struct held_frame *at,
		   const struct verdict *verdict)
{
	const struct events *events = &job->translator.events;
	struct explained after;
	struct outcome outcome = {
		.at = at,
		.verdict = verdict,
		.kinds = &job->kinds,
		.after = &after,
		.event_count = events->count - job->explained,
	};

	if (outcome.event_count > 0)
		outcome.events = events->list + job->explained;
	job->explained = events->count;
	count(&job->report, at, verdict);
	if (verdict->fate == FATE_TRANSLATED)
		describe(job, &at->frame, &after);
	if (wants_words(job))
		kinds_look(&job->kinds, job->translator.nat.translator);
	if (job->options->html && !ladder_add(&job->ladder, &outcome))
		return no_memory(job);
	return explain(job, &outcome) && write_frame(job, &outcome);
}

/* The router's form */

static void find_other(struct job *job, struct held_frame *at)
{
	if (job->options->outside)
		at->other = pair_other_form(&job->pair,
					    at->task == TASK_OUT
						    ? PLACE_INSIDE
						    : PLACE_OUTSIDE,
					    &at->frame);
}

static void compare(const struct job *job, const struct held_frame *at,
		    struct verdict *verdict)
{
	if (!job->options->outside || verdict->fate == FATE_HELD)
		return;
	if (verdict->fate != FATE_TRANSLATED) {
		verdict->compared = at->other ? COMPARED_NOT_HERE
					      : COMPARED_NOT;
		return;
	}
	if (at->turned) /* it has not left */
		return;
	verdict->compared = COMPARED_HERE_ONLY;
	if (!at->other)
		return;
	verdict->difference = form_difference(&at->frame, &at->other->frame);
	verdict->compared = verdict->difference < 0 ? COMPARED_SAME
						    : COMPARED_DIFFERENT;
}

/* Handles an IPv4 packet with captured addresses. */
static bool work_on(struct job *job, struct held_frame *at)
{
	struct verdict verdict;

	at->ipv4 = true;
	job->translator.events.packet = at->number;
	describe(job, &at->frame, &at->was);
	verdict = decide_packet(&job->translator, &job->options->sides, at,
				at->time);
	compare(job, at, &verdict);
	if (!finish(job, at, &verdict))
		return false;
	return verdict.fate != FATE_HELD || held_keep(&job->held) ||
	       no_memory(job);
}

/* Handles any other packet. */
static bool pass_on(struct job *job, const struct held_frame *at,
		    enum copied why)
{
	struct verdict verdict = decide_copy(why);

	return finish(job, at, &verdict);
}

/* Forgets the events, unless the report is JSON, which has them all. */
static bool end_events(struct job *job)
{
	if (job->translator.events.lost)
		return no_memory(job);
	if (!job->options->json)
		job->explained = job->translator.events.count = 0;
	return true;
}

static bool make_room(struct job *job, size_t size)
{
	uint8_t *buffer;

	if (size <= job->room)
		return true;
	buffer = realloc(job->buffer, size);
	if (!buffer)
		return false;
	job->buffer = buffer;
	job->room = size;
	return true;
}

/* Held fragments */

/* Keeps what was captured, for the frame's own copy is to hold what has become
 * of it. */
static bool keep_captured(struct job *job, struct held_frame *held)
{
	if (!make_room(job, held->header.caplen + 1U))
		return no_memory(job);
	memcpy(job->buffer, held->frame.data, held->header.caplen);
	held->captured = job->buffer;
	return true;
}

/* Writes a fragment that the translator has given back. It was captured before
 * the packet at hand, and gets the time of that if times would run back. */
static bool give_back(struct job *job, const struct vpnalg_packet *packet,
		      const struct timeval *now)
{
	struct held_frame *held = packet->user;
	struct verdict verdict;
	bool done;

	held_take(&job->held, held);
	find_other(job, held);
	done = keep_captured(job, held);
	verdict = decide_held(&job->translator, held, packet);
	if (timercmp(&held->left, &job->latest, <))
		held->left = *now;
	compare(job, held, &verdict);
	done = done && finish(job, held, &verdict);
	held_free(held);
	return done;
}

static bool give_back_all(struct job *job, const struct timeval *now)
{
	struct vpnalg_packet packet;

	while (translator_next_held(&job->translator, &packet))
		if (!give_back(job, &packet, now))
			return false;
	return true;
}

/* Counts a fragment that the translator has dropped. */
static bool drop_held(struct job *job, struct held_frame *held)
{
	struct verdict verdict =
		decide_drop(held->task, VPNALG_DROP_FRAGMENT);
	bool done;

	held_take(&job->held, held);
	done = finish(job, held, &verdict);
	held_free(held);
	return done;
}

static bool drop_old(struct job *job)
{
	struct held_frame *held;

	while ((held = held_old(&job->held, job->translator.now)) != NULL)
		if (!drop_held(job, held))
			return false;
	return true;
}

bool job_end(struct job *job)
{
	while (job->held.first)
		if (!drop_held(job, job->held.first))
			return false;
	return true;
}

/* A packet */

static bool translate_frame(struct job *job, struct held_frame *at)
{
	struct frame *frame = &at->frame;
	struct timeval now = at->header.ts;
	bool done;

	if (!link_find(at->link, frame))
		done = pass_on(job, at, COPIED_NOT_IPV4);
	else if (frame->caplen - frame->ip < IPV4_HEADER)
		done = pass_on(job, at, COPIED_HEADER_CUT);
	else
		done = work_on(job, at);
	return done && give_back_all(job, &now) && drop_old(job);
}

/* Makes a frame that may be changed of what was captured. Returns NULL without
 * memory. */
static struct held_frame *take(struct job *job,
			       const struct pcap_pkthdr *header,
			       const uint8_t *data, const struct input *input)
{
	struct held_frame *at = held_room(&job->held);

	if (!at || !make_room(job, header->caplen + 1U))
		return NULL;
	*at = (struct held_frame){ .header = *header,
				   .captured = data,
				   .link = pcap_datalink(input->pcap),
				   .interface = input->interface,
				   .bare = job->options->outside,
				   .time = input_time(input, header),
				   .number = ++job->report.read };
	memcpy(job->buffer, data, header->caplen);
	at->frame.data = job->buffer;
	at->frame.caplen = header->caplen;
	/* A broken file may have a smaller length on the wire than captured. */
	at->frame.len = header->len < header->caplen ? header->caplen
						     : header->len;
	if (job->output.nano && !input->nano)
		at->header.ts.tv_usec *= 1000;
	at->left = at->header.ts;
	return at;
}

bool job_packet(struct job *job, const struct pcap_pkthdr *header,
		const uint8_t *data)
{
	struct held_frame *at = take(job, header, data, &job->input);

	if (!at)
		return no_memory(job);
	return translate_frame(job, at) && end_events(job);
}

bool job_seen(struct job *job, const struct seen *seen, enum place place)
{
	const struct input *input = place == PLACE_INSIDE ? &job->input
							  : &job->outside;
	struct held_frame *at = take(job, &seen->header, seen->frame.data,
				     input);

	if (!at)
		return no_memory(job);
	at->place = place;
	at->interface = seen->interface;
	at->task = seen->task;
	at->frame.ip = seen->frame.ip;
	find_other(job, at);
	return translate_frame(job, at) && end_events(job);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "explain.h"
#include "length.h"
#include "link.h"

#define IPV4_LENGTH_OFF 2
#define IPV4_PROTOCOL_OFF 9

/* The decision about a packet. */
struct verdict {
	enum fate fate;
	enum task task;         /* of a translated or dropped packet */
	enum copied copied;     /* of a copied one */
	enum vpnalg_result why; /* of a dropped one */
	bool cut;               /* it became shorter */
};

static struct verdict copy(enum copied copied)
{
	return (struct verdict){ .fate = FATE_COPIED, .copied = copied };
}

/* Shortens the frame around an IPv4 packet that has become shorter. */
static void cut(struct frame *frame)
{
	const uint8_t *length = frame->data + frame->ip + IPV4_LENGTH_OFF;

	link_cut(frame, (uint32_t)length[0] << 8 | length[1]);
}

/* The reason why a packet is copied that the translator has left alone. */
static const enum copied untouched[] = {
	[TASK_OUT] = COPIED_SHOWS_INSIDE,
	[TASK_IN] = COPIED_UNTOUCHED,
	[TASK_IN_UNDO] = COPIED_SHOWS_INSIDE,
	[TASK_OURS] = COPIED_OURS,
};

static struct verdict drop(enum task task, enum vpnalg_result why)
{
	return (struct verdict){ .fate = FATE_DROPPED, .task = task,
				 .why = why };
}

static struct verdict translate_whole(struct job *job, struct frame *frame,
				      enum task task, vpnalg_time now)
{
	struct vpnalg_packet packet = {
		.data = frame->data + frame->ip,
		.caplen = frame->caplen - frame->ip,
		.len = frame->len - frame->ip,
	};

	translator_run(&job->translator, &packet, task, now);
	if (packet.result == VPNALG_UNTOUCHED)
		return copy(untouched[task]);
	if (packet.result != VPNALG_TRANSLATED)
		return drop(task, packet.result);
	if (packet.flags & VPNALG_PACKET_CUT)
		cut(frame);
	return (struct verdict){ .fate = FATE_TRANSLATED,
				 .task = task,
				 .cut = packet.flags & VPNALG_PACKET_CUT };
}

/* The translator leaves alone a header that makes no sense. If it has an
 * inside address, the packet must not be copied. */
static struct verdict translate(struct job *job, struct frame *frame,
				enum task task, vpnalg_time now)
{
	bool filled_in = length_fill_in(frame);
	struct verdict verdict;

	if (!length_makes_sense(frame) &&
	    untouched[task] == COPIED_SHOWS_INSIDE)
		verdict = drop(task, VPNALG_DROP_MALFORMED);
	else
		verdict = translate_whole(job, frame, task, now);
	if (filled_in && !verdict.cut)
		length_take_out(frame);
	return verdict;
}

static struct verdict decide(struct job *job, struct frame *frame,
			     vpnalg_time now)
{
	enum task task = side_task(&job->options->sides,
				   frame->data + frame->ip);

	switch (task) {
	case TASK_COPY_WITHIN:
		return copy(COPIED_WITHIN);
	case TASK_COPY_OTHERS:
		return copy(COPIED_OTHERS);
	default:
		return translate(job, frame, task, now);
	}
}

static void count(struct report *report, const struct verdict *verdict)
{
	report->read++;
	report->fates[verdict->fate]++;
	report->written += verdict->fate != FATE_DROPPED;
	report->cut += verdict->cut;
	if (verdict->fate == FATE_DROPPED)
		report->dropped[verdict->why]++;
	if (verdict->fate == FATE_COPIED)
		report->copied[verdict->copied]++;
}

static void explain_verdict(FILE *lines, const struct verdict *verdict)
{
	if (verdict->fate == FATE_COPIED)
		fprintf(lines, "copied, %s: ",
			report_copied_text(verdict->copied));
	else if (verdict->fate == FATE_DROPPED)
		fprintf(lines, "dropped, %s: ",
			vpnalg_result_text(verdict->why));
	else
		fprintf(lines, "%s: ",
			verdict->task == TASK_OUT ? "out" : "in");
}

/* Writes a line: the packet's number, what became of it, what it was, and how
 * it looks now. */
static bool explain(struct job *job, const struct frame *frame,
		    const struct verdict *verdict,
		    const struct explained *before)
{
	const struct events *events = &job->translator.events;
	FILE *lines = job->lines;
	struct explained after;

	fprintf(lines, "%" PRIu64 " ", job->report.read);
	explain_verdict(lines, verdict);
	if (before)
		fprintf(lines, "%s %s", before->what, before->where);
	else
		fprintf(lines, "%" PRIu32 " bytes", frame->len);
	if (verdict->fate == FATE_TRANSLATED) {
		explain_packet(frame->data + frame->ip,
			       frame->caplen - frame->ip, &after);
		fprintf(lines, " -> %s", after.where);
	}
	if (verdict->cut)
		fprintf(lines, ", cut to %" PRIu32 " bytes", frame->len);
	fputc('\n', lines);
	for (; job->written < events->count; job->written++)
		event_write(lines, &events->list[job->written]);
	if (!ferror(lines))
		return true;
	say("cannot write explanation: standard %s: %s",
	    lines == stdout ? "output" : "error", strerror(errno));
	return false;
}

/* Handles an IPv4 packet whose addresses were captured. */
static bool work_on(struct job *job, struct frame *frame,
		    struct verdict *verdict, vpnalg_time now)
{
	const uint8_t *ip = frame->data + frame->ip;
	struct explained before;
	uint8_t protocol = ip[IPV4_PROTOCOL_OFF];
	int sort = explain_sort(ip, frame->caplen - frame->ip);

	job->translator.events.packet = job->report.read + 1;
	if (job->lines)
		explain_packet(ip, frame->caplen - frame->ip, &before);
	*verdict = decide(job, frame, now);
	count(&job->report, verdict);
	job->report.protocols[protocol][verdict->fate]++;
	if (sort >= 0)
		job->report.ipsec[sort][verdict->fate]++;
	return !job->lines || explain(job, frame, verdict, &before);
}

/* Handles any other packet. */
static bool pass_on(struct job *job, struct frame *frame,
		    struct verdict *verdict, enum copied why)
{
	*verdict = copy(why);
	count(&job->report, verdict);
	return !job->lines || explain(job, frame, verdict, NULL);
}

/* Forgets the events, unless the report is JSON, which has them all. */
static bool end_events(struct job *job)
{
	if (job->translator.events.lost)
		say("cannot translate: packet %" PRIu64 ": %s",
		    job->input.count, strerror(ENOMEM));
	if (!job->options->json)
		job->written = job->translator.events.count = 0;
	return !job->translator.events.lost;
}

static bool make_room(struct job *job, size_t size)
{
	uint8_t *buffer;

	if (size <= job->room)
		return true;
	buffer = realloc(job->buffer, size);
	if (!buffer) {
		say("cannot translate: packet %" PRIu64 ": %s",
		    job->input.count, strerror(errno));
		return false;
	}
	job->buffer = buffer;
	job->room = size;
	return true;
}

static bool write_frame(struct job *job, const struct frame *frame,
			const struct verdict *verdict,
			struct pcap_pkthdr header)
{
	if (verdict->fate == FATE_DROPPED)
		return true;
	if (verdict->cut) {
		header.len = frame->len;
		header.caplen = frame->caplen;
	}
	return output_write(&job->output, &header, frame->data);
}

bool job_packet(struct job *job, const struct pcap_pkthdr *header,
		const uint8_t *data)
{
	struct frame frame = { .caplen = header->caplen, .len = header->len };
	struct verdict verdict;
	bool done;

	/* A broken file may have a smaller length on the wire than captured. */
	if (frame.len < frame.caplen)
		frame.len = frame.caplen;
	if (!make_room(job, frame.caplen + 1U))
		return false;
	memcpy(job->buffer, data, frame.caplen);
	frame.data = job->buffer;
	if (!link_find(pcap_datalink(job->input.pcap), &frame))
		done = pass_on(job, &frame, &verdict, COPIED_NOT_IPV4);
	else if (frame.caplen - frame.ip < IPV4_HEADER)
		done = pass_on(job, &frame, &verdict, COPIED_HEADER_CUT);
	else
		done = work_on(job, &frame, &verdict,
			       input_time(&job->input, header));
	return done && end_events(job) &&
	       write_frame(job, &frame, &verdict, *header);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "fate.h"

#include <inttypes.h>

void fate_count(struct report *report, const struct verdict *verdict)
{
	if (verdict->fate == FATE_HELD) {
		report->held++;
		return;
	}
	report->fates[verdict->fate]++;
	report->written += verdict->fate != FATE_DROPPED;
	report->cut += verdict->cut;
	report->compared[verdict->compared]++;
	if (verdict->fate == FATE_DROPPED)
		report->dropped[verdict->why]++;
	if (verdict->fate == FATE_COPIED)
		report->copied[verdict->copied]++;
}

void fate_count_protocol(struct report *report, const struct verdict *verdict,
			 uint8_t protocol, int sort)
{
	if (verdict->fate == FATE_HELD)
		return;
	report->protocols[protocol][verdict->fate]++;
	if (sort >= 0)
		report->ipsec[sort][verdict->fate]++;
}

static const char *way_text(const struct held_frame *at,
			    const struct verdict *verdict)
{
	if (at->turned)
		return "hairpin: ";
	return verdict->task == TASK_OUT ? "out: " : "in: ";
}

static void explain_verdict(FILE *lines, const struct held_frame *at,
			    const struct verdict *verdict)
{
	switch (verdict->fate) {
	case FATE_COPIED:
		fprintf(lines, "copied, %s: ",
			report_copied_text(verdict->copied));
		break;
	case FATE_DROPPED:
		fprintf(lines, "dropped, %s: ",
			vpnalg_result_text(verdict->why));
		break;
	case FATE_HELD:
		fputs("held: ", lines);
		break;
	default:
		fputs(way_text(at, verdict), lines);
		break;
	}
}

void fate_compared(FILE *lines, const struct seen *other,
		   const struct verdict *verdict)
{
	const struct frame *frame = other ? &other->frame : NULL;
	struct explained theirs;

	if (verdict->compared == COMPARED_NOT ||
	    verdict->compared == COMPARED_SAME)
		return;
	fprintf(lines, ", %s", report_compared_text(verdict->compared));
	if (verdict->compared != COMPARED_DIFFERENT || !frame)
		return;
	explain_packet(frame->data + frame->ip, frame->caplen - frame->ip,
		       &theirs);
	fprintf(lines, " at byte %d: %s", verdict->difference, theirs.where);
}

void fate_explain(FILE *lines, const struct held_frame *at,
		  const struct verdict *verdict,
		  const struct explained *after)
{
	fprintf(lines, "%" PRIu64 " ", at->number);
	explain_verdict(lines, at, verdict);
	if (at->ipv4)
		fprintf(lines, "%s %s", at->was.what, at->was.where);
	else
		fprintf(lines, "%" PRIu32 " bytes", at->frame.len);
	if (verdict->fate == FATE_TRANSLATED)
		fprintf(lines, " -> %s", after->where);
	if (verdict->cut)
		fprintf(lines, ", cut to %" PRIu32 " bytes", at->frame.len);
	fate_compared(lines, at->other, verdict);
	fputc('\n', lines);
}

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

static void explain_verdict(FILE *lines, const struct verdict *verdict)
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
		fputs(verdict->task == TASK_OUT ? "out: " : "in: ", lines);
		break;
	}
}

/* What it says of a packet that is not what the router has made of it. */
static void explain_compared(FILE *lines, const struct frame *other,
			     const struct verdict *verdict)
{
	struct explained theirs;

	if (verdict->compared == COMPARED_NOT ||
	    verdict->compared == COMPARED_SAME)
		return;
	fprintf(lines, ", %s", report_compared_text(verdict->compared));
	if (verdict->compared != COMPARED_DIFFERENT || !other)
		return;
	explain_packet(other->data + other->ip, other->caplen - other->ip,
		       &theirs);
	fprintf(lines, " at byte %d: %s", verdict->difference, theirs.where);
}

void fate_explain(FILE *lines, const struct numbered *packet,
		  const struct verdict *verdict)
{
	const struct frame *frame = &packet->frame;
	struct explained after;

	fprintf(lines, "%" PRIu64 " ", packet->number);
	explain_verdict(lines, verdict);
	if (packet->before)
		fprintf(lines, "%s %s", packet->before->what,
			packet->before->where);
	else
		fprintf(lines, "%" PRIu32 " bytes", frame->len);
	if (verdict->fate == FATE_TRANSLATED) {
		explain_packet(frame->data + frame->ip,
			       frame->caplen - frame->ip, &after);
		fprintf(lines, " -> %s", after.where);
	}
	if (verdict->cut)
		fprintf(lines, ", cut to %" PRIu32 " bytes", frame->len);
	explain_compared(lines, packet->other, verdict);
	fputc('\n', lines);
}

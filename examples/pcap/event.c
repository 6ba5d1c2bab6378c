/* SPDX-License-Identifier: BSD-2-Clause */
#include "event.h"

#include <inttypes.h>
#include <stdlib.h>

#include "side.h"

static bool make_room(struct events *events)
{
	size_t room = events->room ? events->room * 2 : 16;
	struct noted *list;

	if (events->count < events->room)
		return true;
	list = realloc(events->list, room * sizeof(*list));
	if (!list)
		return false;
	events->list = list;
	events->room = room;
	return true;
}

void event_note(struct events *events, const struct vpnalg_event *event)
{
	if (event->type >= EVENT_TYPES || event->evidence >= EVENT_EVIDENCES)
		return; /* of sessions, or from a later library */
	events->types[event->type]++;
	events->evidence[event->evidence]++;
	if (!make_room(events)) {
		events->lost = true;
		return;
	}
	events->list[events->count++] =
		(struct noted){ .packet = events->packet, .event = *event };
}

const char *event_type_text(unsigned type)
{
	static const char *const texts[EVENT_TYPES] = {
		[VPNALG_EVENT_PAIRED] = "paired",
		[VPNALG_EVENT_UNPAIRED] = "unpaired",
		[VPNALG_EVENT_HELD] = "held back",
	};

	return texts[type];
}

const char *event_evidence_text(unsigned evidence)
{
	static const char *const texts[EVENT_EVIDENCES] = {
		[VPNALG_EVIDENCE_ALONE] = "no other host has ESP there",
		[VPNALG_EVIDENCE_EXPECTED] = "no other one was expected",
		[VPNALG_EVIDENCE_CONTINUED] = "its last one ended then",
		[VPNALG_EVIDENCE_RESUMED] = "it began to send then",
		[VPNALG_EVIDENCE_CONNECTED] = "its IKE had just ended",
		[VPNALG_EVIDENCE_LEFT] = "all others kept theirs",
		[VPNALG_EVIDENCE_SHOWN] = "the capture shows it",
		[VPNALG_EVIDENCE_ANSWERED] = "it answered a probe",
		[VPNALG_EVIDENCE_TIMING] = "it answered what this one sent",
		[VPNALG_EVIDENCE_OLD_GOES_ON] = "its last one went on",
		[VPNALG_EVIDENCE_LIVENESS_CHECK] = "it heard nothing",
		[VPNALG_EVIDENCE_NEVER_SENT] = "it has never sent",
		[VPNALG_EVIDENCE_OTHER_RESUMED] = "another began to send then",
		[VPNALG_EVIDENCE_RIVAL] = "another SPI fits as well",
		[VPNALG_EVIDENCE_SURPLUS] = "it has one too many",
		[VPNALG_EVIDENCE_OTHER_TIMING] = "it answered another host",
		[VPNALG_EVIDENCE_OTHER_SHOWN] = "the capture shows another",
		[VPNALG_EVIDENCE_OWN_ID] = "it is the router's own",
	};

	return texts[evidence];
}

static void write_address(FILE *lines, const struct vpnalg_addr *address)
{
	struct prefix prefix = side_of_address(address);
	char text[PREFIX_TEXT];

	side_write_prefix(&prefix, text);
	fputs(text, lines);
}

void event_write_text(FILE *lines, const struct noted *noted)
{
	const struct vpnalg_event *event = &noted->event;
	const struct vpnalg_binding *session = &event->session;

	fprintf(lines, "%s: ESP ", event_type_text(event->type));
	if (event->type != VPNALG_EVENT_HELD)
		fprintf(lines, "SPI 0x%08" PRIx32 " ", session->outside_id);
	write_address(lines, &session->remote);
	fputs(" > ", lines);
	write_address(lines, &session->inside);
	if (event->evidence != VPNALG_EVIDENCE_NONE)
		fprintf(lines, ", %s", event_evidence_text(event->evidence));
}

void event_write(FILE *lines, const struct noted *noted)
{
	fprintf(lines, "%" PRIu64 " ", noted->packet);
	event_write_text(lines, noted);
	fputc('\n', lines);
}

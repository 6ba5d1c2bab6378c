/* SPDX-License-Identifier: BSD-2-Clause */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

#include "data.h"

#define IPV4_SOURCE_OFF 12
#define IPV4_DESTINATION_OFF 16

/* Texts. Each is made by the stream, then taken. */

static FILE *begin_text(struct ladder *ladder)
{
	rewind(ladder->text);
	return ladder->text;
}

/* Returns a copy of what was written since. NULL without memory. */
static char *take_text(struct ladder *ladder)
{
	fputc('\0', ladder->text);
	return fflush(ladder->text) ? NULL : strdup(ladder->made);
}

/* Clients */

/* Returns where the inside host's address is in a packet: in the form that was
 * captured or in the one that was made. NULL: it is in neither. */
static const uint8_t *client_of(const struct outcome *outcome)
{
	const struct held_frame *at = outcome->at;
	const uint8_t *was = at->captured + at->frame.ip;
	const uint8_t *is = at->frame.data + at->frame.ip;

	switch (at->task) {
	case TASK_OUT:
		return was + IPV4_SOURCE_OFF;
	case TASK_IN_UNDO:
		return was + IPV4_DESTINATION_OFF;
	default:
		return outcome->verdict->fate == FATE_TRANSLATED
			       ? is + IPV4_DESTINATION_OFF
			       : NULL;
	}
}

static struct ladder_client *find(const struct ladder *ladder,
				  const uint8_t address[4])
{
	for (size_t i = 0; i < ladder->count; i++)
		if (!memcmp(ladder->clients[i].address, address, 4))
			return &ladder->clients[i];
	return NULL;
}

/* Sets *client to the one with an address, or NULL if there are too many.
 * Returns false without memory. */
static bool get_client(struct ladder *ladder, const uint8_t *address,
		       struct ladder_client **client)
{
	static const uint8_t nobody[4];
	const uint8_t *key = address ? address : nobody;
	struct ladder_client *longer;

	*client = find(ladder, key);
	if (*client || ladder->count == LADDER_CLIENTS)
		return true;
	if (ladder->count == ladder->room) {
		longer = realloc(ladder->clients, (ladder->room + 16) *
							  sizeof(*longer));
		if (!longer)
			return false;
		ladder->clients = longer;
		ladder->room += 16;
	}
	*client = &ladder->clients[ladder->count++];
	**client = (struct ladder_client){ 0 };
	memcpy((*client)->address, key, 4);
	return true;
}

/* Rows */

static uint64_t time_of(const struct ladder *ladder,
			const struct timeval *time)
{
	return (uint64_t)time->tv_sec * (ladder->nano ? 1000000000 : 1000000) +
	       (uint64_t)time->tv_usec;
}

static void free_row(struct ladder_row *row)
{
	free(row->message);
	free(row->inside);
	free(row->outside);
	free(row->note);
	free(row);
}

static bool is_full(const struct ladder *ladder,
		    const struct ladder_client *client)
{
	return client->rows >= LADDER_ROWS ||
	       (ladder->rows >= LADDER_ALL && client->rows >= LADDER_FEW);
}

static bool append(struct ladder *ladder, struct ladder_client *client,
		   struct ladder_row *row)
{
	ladder->rows++;
	if (client->last)
		client->last->next = row;
	else
		client->first = row;
	client->last = row;
	client->rows++;
	return true;
}

/* Returns whether a packet goes into the run that the last row is. */
static bool goes_on(const struct ladder_row *last,
		    const struct outcome *outcome)
{
	const struct verdict *verdict = outcome->verdict;
	size_t data = data_name(outcome->at->was.what);

	return last && data && last->data == data && !last->closed &&
	       !outcome->event_count && !kinds_any_opened(outcome->kinds) &&
	       !strncmp(last->message, outcome->at->was.what, data) &&
	       last->fate == verdict->fate &&
	       (verdict->fate != FATE_DROPPED || last->why == verdict->why);
}

static void count(struct ladder_row *row, const struct ladder *ladder,
		  const struct outcome *outcome)
{
	const struct held_frame *at = outcome->at;

	row->last_number = at->number;
	row->last_time = time_of(ladder, &at->header.ts);
	row->bytes += at->frame.len - at->frame.ip;
	if (at->task == TASK_OUT)
		row->out++;
	else
		row->in++;
}

/* Fills in what the packet was and is on each side. */
static bool fill_in(struct ladder *ladder, struct ladder_row *row,
		    const struct outcome *outcome)
{
	bool translated = outcome->verdict->fate == FATE_TRANSLATED;
	const char *was = outcome->at->was.where;
	const char *is = translated ? outcome->after->where : "";
	bool inside_first = outcome->at->task == TASK_OUT ||
			    outcome->at->task == TASK_IN_UNDO;

	row->message = strdup(outcome->at->was.what);
	row->inside = strdup(inside_first ? was : is);
	row->outside = strdup(inside_first ? is : was);
	comment_note(begin_text(ladder), outcome);
	row->note = take_text(ladder);
	return row->message && row->inside && row->outside && row->note;
}

static bool add_row(struct ladder *ladder, struct ladder_client *client,
		    const struct outcome *outcome)
{
	const struct verdict *verdict = outcome->verdict;
	struct ladder_row *row;

	if (is_full(ladder, client)) {
		client->more++;
		return true;
	}
	row = calloc(1, sizeof(*row));
	if (!row)
		return false;
	row->number = outcome->at->number;
	row->time = time_of(ladder, &outcome->at->header.ts);
	row->fate = verdict->fate;
	row->why = verdict->why;
	row->arrow = outcome->at->task == TASK_OUT ? HTML_OUT : HTML_IN;
	row->data = data_name(outcome->at->was.what);
	row->closed = outcome->event_count || kinds_any_opened(outcome->kinds);
	count(row, ladder, outcome);
	if (!fill_in(ladder, row, outcome)) {
		free_row(row);
		return false;
	}
	return append(ladder, client, row);
}

/* Events */

static bool add_line(struct ladder *ladder, struct ladder_client *client,
		     const struct noted *noted)
{
	struct ladder_line *line;

	if (client->line_count >= LADDER_LINES)
		return true;
	line = calloc(1, sizeof(*line));
	if (!line)
		return false;
	event_write_text(begin_text(ladder), noted);
	fprintf(ladder->text, " (packet %llu)",
		(unsigned long long)noted->packet);
	line->text = take_text(ladder);
	line->tone = noted->event.type == VPNALG_EVENT_PAIRED ? HTML_GOOD
							      : HTML_BAD;
	if (client->last_line)
		client->last_line->next = line;
	else
		client->lines = line;
	client->last_line = line;
	client->line_count++;
	return line->text != NULL;
}

/* An event may be of another client than the packet that has brought it. */
static bool add_event(struct ladder *ladder, const struct outcome *outcome,
		      const struct noted *noted)
{
	struct ladder_client *client;
	struct ladder_row *row;

	if (!get_client(ladder, noted->event.session.inside.octets, &client))
		return false;
	if (!client || !add_line(ladder, client, noted))
		return !client;
	if (is_full(ladder, client))
		return true;
	row = calloc(1, sizeof(*row));
	if (!row)
		return false;
	*row = (struct ladder_row){
		.number = noted->packet,
		.time = time_of(ladder, &outcome->at->header.ts),
		.event = true,
		.fate = noted->event.type == VPNALG_EVENT_PAIRED
				? FATE_TRANSLATED
				: FATE_DROPPED,
		.inside = strdup(""),
		.outside = strdup(""),
		.note = strdup(""),
	};
	event_write_text(begin_text(ladder), noted);
	row->message = take_text(ladder);
	return append(ladder, client, row) && row->message && row->inside &&
	       row->outside && row->note;
}

bool ladder_open(struct ladder *ladder, bool nano)
{
	*ladder = (struct ladder){ .nano = nano };
	ladder->text = open_memstream(&ladder->made, &ladder->length);
	return ladder->text != NULL;
}

/* Packets that are not of the translator's concern have no place. */
static bool has_place(const struct outcome *outcome)
{
	if (!outcome->at->ipv4 || outcome->verdict->fate == FATE_HELD)
		return false;
	if (outcome->verdict->fate != FATE_COPIED)
		return true;
	return outcome->verdict->copied == COPIED_UNTOUCHED ||
	       outcome->verdict->copied == COPIED_SHOWS_INSIDE;
}

static bool add_packet(struct ladder *ladder, const struct outcome *outcome)
{
	const struct verdict *verdict = outcome->verdict;
	struct ladder_client *client;

	if (!get_client(ladder, client_of(outcome), &client))
		return false;
	if (!client) {
		ladder->elsewhere++;
		return true;
	}
	client->fates[verdict->fate]++;
	if (verdict->fate == FATE_DROPPED && verdict->why < VPNALG_RESULTS)
		client->dropped[verdict->why]++;
	if (!goes_on(client->last, outcome))
		return add_row(ladder, client, outcome);
	count(client->last, ladder, outcome);
	return true;
}

bool ladder_add(struct ladder *ladder, const struct outcome *outcome)
{
	if (!ladder->begun)
		ladder->begin = time_of(ladder, &outcome->at->header.ts);
	ladder->begun = true;
	if (has_place(outcome) && !add_packet(ladder, outcome))
		return false;
	for (size_t i = 0; i < outcome->event_count; i++)
		if (!add_event(ladder, outcome, &outcome->events[i]))
			return false;
	return true;
}

void ladder_close(struct ladder *ladder)
{
	struct ladder_client *client;
	struct ladder_line *line;
	struct ladder_row *row;

	for (size_t i = 0; i < ladder->count; i++) {
		client = &ladder->clients[i];
		while ((row = client->first) != NULL) {
			client->first = row->next;
			free_row(row);
		}
		while ((line = client->lines) != NULL) {
			client->lines = line->next;
			free(line->text);
			free(line);
		}
	}
	free(ladder->clients);
	if (ladder->text)
		fclose(ladder->text);
	free(ladder->made);
}

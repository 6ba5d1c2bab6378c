/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "html.h"
#include "ladder.h"

#define TEXT 600

/* Room for a number, a comma behind each three digits. */
#define NUMBER 32

static const char *write_number(char text[NUMBER], uint64_t number)
{
	char digits[NUMBER];
	size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64,
					 number);
	size_t at = 0;

	for (size_t i = 0; i < length; i++) {
		text[at++] = digits[i];
		if ((length - 1 - i) % 3 == 0 && i + 1 < length)
			text[at++] = ',';
	}
	text[at] = '\0';
	return text;
}

/* The seconds since the first packet; times may run back. */
static void write_time(const struct ladder *ladder, uint64_t time,
		       char text[NUMBER])
{
	uint64_t unit = ladder->nano ? 1000000000 : 1000000;
	bool before = time < ladder->begin;
	uint64_t since = before ? ladder->begin - time : time - ladder->begin;

	snprintf(text, NUMBER, "%s%" PRIu64 ".%06" PRIu64, before ? "-" : "",
		 since / unit,
		 ladder->nano ? since % unit / 1000 : since % unit);
}

/* Rows */

static enum html_tone tone_of(const struct ladder_row *row)
{
	if (row->fate == FATE_DROPPED)
		return HTML_BAD;
	if (row->event)
		return HTML_GOOD;
	return row->fate == FATE_COPIED ? HTML_DIM : HTML_PLAIN;
}

/* A run has its first packet's sides. */
static void write_run(const struct ladder *ladder, FILE *page,
		      const struct ladder_row *row, struct html_row *as)
{
	char message[TEXT], more[TEXT], time[NUMBER], numbers[3][NUMBER];

	snprintf(message, sizeof(message), "\xe2\x80\xa6 %s %.*s packets",
		 write_number(numbers[0], row->out + row->in), (int)row->data,
		 row->message);
	write_time(ladder, row->last_time, time);
	snprintf(more, sizeof(more),
		 "%s out, %s in, %s bytes; the last one is packet %" PRIu64
		 ", at %s. The sides of the first one are shown.",
		 write_number(numbers[0], row->out),
		 write_number(numbers[1], row->in),
		 write_number(numbers[2], row->bytes), row->last_number, time);
	as->arrow = HTML_NO_ARROW;
	as->message = message;
	as->more = more;
	html_row(page, as);
}

static void write_row(const struct ladder *ladder, FILE *page,
		      const struct ladder_row *row)
{
	char time[NUMBER], number[NUMBER];
	struct html_row as = {
		.tone = tone_of(row),
		.arrow = row->arrow,
		.time = time,
		.number = number,
		.inside = row->inside,
		.outside = row->outside,
		.message = row->message,
		.note = row->note,
		.more = "",
	};

	write_time(ladder, row->time, time);
	snprintf(number, sizeof(number), "%" PRIu64, row->number);
	if (row->out + row->in > 1)
		write_run(ladder, page, row, &as);
	else
		html_row(page, &as);
}

/* Clients */

static bool is_nobody(const struct ladder_client *client)
{
	static const uint8_t nobody[4];

	return !memcmp(client->address, nobody, 4);
}

static void name(const struct ladder_client *client, char text[TEXT])
{
	const uint8_t *a = client->address;

	if (is_nobody(client))
		snprintf(text, TEXT, "From outside, for no inside host");
	else
		snprintf(text, TEXT, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
}

static void write_fates(FILE *page, const uint64_t *fates)
{
	char numbers[3][NUMBER];

	html_say(page, HTML_PLAIN,
		 "Packets: %s translated, %s copied, %s dropped",
	     write_number(numbers[0], fates[FATE_TRANSLATED]),
	     write_number(numbers[1], fates[FATE_COPIED]),
	     write_number(numbers[2], fates[FATE_DROPPED]));
}

static void write_dropped(FILE *page, const uint64_t *dropped)
{
	char number[NUMBER];

	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		if (dropped[i])
			html_say(page, HTML_BAD, "%s dropped: %s",
			     write_number(number, dropped[i]),
			     vpnalg_result_text(i));
}

static void write_client(const struct ladder *ladder, FILE *page, size_t index)
{
	const struct ladder_client *client = &ladder->clients[index];
	char text[TEXT];

	name(client, text);
	html_section_begin(page, index, text);
	write_fates(page, client->fates);
	write_dropped(page, client->dropped);
	for (const struct ladder_line *l = client->lines; l; l = l->next)
		html_line(page, l->tone, l->text);
	html_ladder_begin(page);
	for (const struct ladder_row *row = client->first; row; row = row->next)
		write_row(ladder, page, row);
	html_ladder_end(page);
	if (client->more)
		html_say(page, HTML_DIM, "\xe2\x80\xa6 and %s messages more",
		     write_number(text, client->more));
	html_section_end(page);
}

static void write_link(const struct ladder *ladder, FILE *page, size_t index)
{
	const struct ladder_client *client = &ladder->clients[index];
	uint64_t dropped = client->fates[FATE_DROPPED];
	char who[TEXT], text[2 * TEXT], number[NUMBER];

	name(client, who);
	snprintf(text, sizeof(text), "%s%s%s%s", who, dropped ? ": " : "",
		 dropped ? write_number(number, dropped) : "",
		 dropped ? " dropped" : "");
	html_link(page, index, dropped ? HTML_BAD : HTML_PLAIN, text);
}

/* The page */

static void write_when(const struct ladder *ladder, FILE *page)
{
	time_t seconds = (time_t)(ladder->begin /
				  (ladder->nano ? 1000000000 : 1000000));
	struct tm *utc = gmtime(&seconds);
	char text[TEXT];

	if (ladder->begun && utc &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", utc))
		html_say(page, HTML_PLAIN,
		     "Seconds count from the first packet, %s", text);
}

static void write_sides(FILE *page, const struct options *options)
{
	const struct sides *sides = &options->sides;
	char text[TEXT] = "Inside:", prefix[PREFIX_TEXT];
	struct prefix address;
	size_t end;

	for (size_t i = 0; i < sides->inside_count; i++) {
		side_write_prefix(&sides->inside[i], prefix);
		end = strlen(text);
		snprintf(text + end, sizeof(text) - end, " %s", prefix);
	}
	end = strlen(text);
	snprintf(text + end, sizeof(text) - end, "; outside addresses:");
	for (size_t i = 0; i < options->nat.address_count; i++) {
		address = side_of_address(&options->nat.addresses[i]);
		side_write_prefix(&address, prefix);
		end = strlen(text);
		snprintf(text + end, sizeof(text) - end, " %s", prefix);
	}
	html_line(page, HTML_PLAIN, text);
}

void ladder_write(const struct ladder *ladder, FILE *page,
		  const struct options *options, const struct report *report,
		  const char *above)
{
	char text[TEXT];

	snprintf(text, sizeof(text), "What a translator makes of %s",
		 options_is_standard(options->input) ? "standard input"
						     : options->input);
	html_begin(page, text);
	write_sides(page, options);
	write_when(ladder, page);
	write_fates(page, report->fates);
	if (!report->complete)
		html_line(page, HTML_BAD,
			  "The capture is broken: this is what came before");
	if (ladder->elsewhere)
		html_say(page, HTML_DIM, "%s packets are of other clients",
		     write_number(text, ladder->elsewhere));
	fputs(above ? above : "", page);
	html_links_begin(page);
	for (size_t i = 0; i < ladder->count; i++)
		write_link(ladder, page, i);
	html_links_end(page);
	for (size_t i = 0; i < ladder->count; i++)
		write_client(ladder, page, i);
	html_end(page);
}

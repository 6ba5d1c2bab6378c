/* SPDX-License-Identifier: BSD-2-Clause */
/* The remembered IDs of a stream. */
#include "field.h"

#include "../wire/tcp.h"

static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static bool is_in_use(const struct pptp_stream *stream,
		      const struct pptp_field *field)
{
	return field->inside != field->outside &&
	       is_before(stream->acknowledged, field->position + 2);
}

struct pptp_field *vpnalg_pptp_field_place(struct pptp_stream *stream,
					   uint32_t position)
{
	struct pptp_field *found = NULL;
	unsigned i;

	for (i = 0; i < PPTP_FIELDS; i++) {
		struct pptp_field *field = &stream->fields[i];

		if (is_in_use(stream, field) && field->position == position)
			return field;
		if (!is_in_use(stream, field))
			found = field;
	}
	return found;
}

/* A field that far back is acknowledged, and its position comes again once the
 * sequence numbers have gone round. */
void vpnalg_pptp_field_forget(struct pptp_stream *stream)
{
	unsigned i;

	for (i = 0; i < PPTP_FIELDS; i++)
		if (stream->cursor - stream->fields[i].position > 1U << 30)
			stream->fields[i].outside = stream->fields[i].inside;
}

/* The bytes of the fields, two each, are numbered. */
#define BYTES (2 * PPTP_FIELDS)

/* Goes on to the first byte, from the nth on, that lies in the segment and has
 * two values; *at is its place there. Returns false if there is none. */
static bool next_byte(const struct pptp_stream *stream,
		      const struct pptp_segment *segment, unsigned *n,
		      uint32_t *at)
{
	const struct pptp_field *field;

	for (; *n < BYTES; ++*n) {
		field = &stream->fields[*n / 2];
		*at = field->position + *n % 2 - segment->sequence;
		if (field->inside == field->outside)
			*n |= 1; /* nor has its other byte */
		else if (*at < segment->length)
			return true;
	}
	return false;
}

static uint8_t value_of(const struct pptp_stream *stream, unsigned n,
			bool inside)
{
	const struct pptp_field *field = &stream->fields[n / 2];
	unsigned id = inside ? field->inside : field->outside;

	return (uint8_t)(n % 2 == 0 ? id >> 8 : id);
}

/* A sender repeats what it has sent. Another value could not be taken back by
 * undo, for a byte of the stream has one value on each side. */
bool vpnalg_pptp_field_agrees(const struct pptp_stream *stream,
			      const struct pptp_segment *segment, bool inside)
{
	uint32_t at;
	unsigned n;

	for (n = 0; next_byte(stream, segment, &n, &at); n++)
		if (at < segment->caplen &&
		    segment->data[at] != value_of(stream, n, inside))
			return false;
	return true;
}

bool vpnalg_pptp_field_is_writable(const struct pptp_stream *stream,
				   const struct pptp_segment *segment)
{
	uint32_t at;
	unsigned n;

	if (segment->caplen == segment->length)
		return true;
	for (n = 0; next_byte(stream, segment, &n, &at); n++)
		if (at >= segment->caplen)
			return false;
	return true;
}

/* Returns whether some ID has two values. */
static bool has_any(const struct pptp_stream *stream)
{
	unsigned i;

	for (i = 0; i < PPTP_FIELDS; i++)
		if (stream->fields[i].inside != stream->fields[i].outside)
			return true;
	return false;
}

/* The data of a RST explains the RST, and is not of the stream. */
void vpnalg_pptp_field_rewrite(struct vpnalg_step *step,
			       const struct pptp_stream *stream,
			       const struct pptp_segment *segment)
{
	uint32_t at;
	unsigned n;

	if (segment->length == 0 || segment->flags & TCP_RST ||
	    !has_any(stream))
		return;
	for (n = 0; next_byte(stream, segment, &n, &at); n++)
		vpnalg_rewrite_byte(step, segment->payload + at,
				    value_of(stream, n, !step->parsed->inside));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The control stream, message by message (RFC 2637 2).
 *
 * New bytes are learned on a copy of the stream's state: they open and end
 * calls and are remembered, by stream position, where an ID must differ
 * outside. Then whatever is remembered is written into the segment. The same
 * loop serves new data, retransmissions however they are cut, and undo; and a
 * byte of the stream never has two values. */
#include "stream.h"

#include <string.h>

#include "call_id.h"

enum field_use { FIELD_NONE, FIELD_OWN, FIELD_PEER };

/* What the two places for IDs hold. "Call ID" is the sender's own, "Peer's
 * Call ID" the receiver's. */
struct message {
	uint8_t length; /* at least */
	uint8_t use[2]; /* enum field_use, at 12 and at 14 */
	bool opens;     /* its own ID opens a call */
};

static const struct message messages[PPTP_TYPE_UNKNOWN + 1] = {
	[PPTP_START_REQUEST] = { .length = 156 },                    /* 2.1 */
	[PPTP_START_REPLY] = { .length = 156 },                      /* 2.2 */
	[PPTP_STOP_REQUEST] = { .length = 16 },                      /* 2.3 */
	[PPTP_STOP_REPLY] = { .length = 16 },                        /* 2.4 */
	[PPTP_ECHO_REQUEST] = { .length = 16 },                      /* 2.5 */
	[PPTP_ECHO_REPLY] = { .length = 20 },                        /* 2.6 */
	[PPTP_OUTGOING_CALL_REQUEST] = { 168, { FIELD_OWN }, true }, /* 2.7 */
	[PPTP_OUTGOING_CALL_REPLY] = { 32,
				       { FIELD_OWN, FIELD_PEER },
				       true },                       /* 2.8 */
	[PPTP_INCOMING_CALL_REQUEST] = { 220, { FIELD_OWN }, true }, /* 2.9 */
	[PPTP_INCOMING_CALL_REPLY] = { 24,
				       { FIELD_OWN, FIELD_PEER },
				       true }, /* 2.10 */
	[PPTP_INCOMING_CALL_CONNECTED] = { 28,
					   { FIELD_PEER },
					   false },               /* 2.11 */
	[PPTP_CALL_CLEAR_REQUEST] = { 16, { FIELD_OWN }, false }, /* 2.12 */
	[PPTP_CALL_DISCONNECT_NOTIFY] = { 148,
					  { FIELD_OWN },
					  false },               /* 2.13 */
	[PPTP_WAN_ERROR_NOTIFY] = { 40, { FIELD_PEER }, false }, /* 2.14 */
	[PPTP_SET_LINK_INFO] = { 24, { FIELD_PEER }, false },    /* 2.15 */
};

/* The learning of one segment. */
struct learner {
	struct vpnalg_step *step;
	struct pptp_segment *segment;
	const uint8_t *data;
	uint32_t at;     /* the byte of the segment at hand */
	uint32_t effort; /* spent on its IDs so far */
	struct pptp_stream stream;
	uint8_t mode, type;
	enum vpnalg_result reason; /* why it must be cut here, if it must */
};

static uint32_t position(const struct learner *l)
{
	return l->segment->sequence + l->at;
}

static void pass(struct learner *l, uint32_t bytes)
{
	l->at += bytes;
	l->stream.offset = (uint16_t)(l->stream.offset + bytes);
	if (l->stream.offset == l->stream.length &&
	    l->stream.offset >= PPTP_HEADER_LEN)
		l->stream.offset = 0;
}

/* Nothing of this direction is read from here on; its calls go on. */
static void give_up(struct learner *l)
{
	if (l->mode == PPTP_MODE_FRAMED)
		vpnalg_session_count_unparsed(l->step->translator,
					      l->step->record);
	l->mode = PPTP_MODE_PLAIN;
	l->at = l->segment->length;
}

/* Remembered fields */

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

/* The place for the ID at a position: the one that it has, or a free one. */
static struct pptp_field *place_for(struct pptp_stream *stream, uint32_t at)
{
	struct pptp_field *found = NULL;
	unsigned i;

	for (i = 0; i < PPTP_FIELDS; i++) {
		struct pptp_field *field = &stream->fields[i];

		if (is_in_use(stream, field) && field->position == at)
			return field;
		if (!is_in_use(stream, field))
			found = field;
	}
	return found;
}

static void remember(struct learner *l, struct pptp_field *field, uint32_t at,
		     const struct pptp_id *id)
{
	bool inside = l->step->parsed->inside;

	if (id->value == id->other)
		return;
	field->position = at;
	field->inside = inside ? id->value : id->other;
	field->outside = inside ? id->other : id->value;
}

/* A field that far back is acknowledged, and its position will come again once
 * the sequence numbers have gone round. */
static void forget_old(struct pptp_stream *stream)
{
	unsigned i;

	for (i = 0; i < PPTP_FIELDS; i++)
		if (stream->cursor - stream->fields[i].position > 1U << 30)
			stream->fields[i].outside = stream->fields[i].inside;
}

/* IDs */

static enum field_use use_of(const struct learner *l, unsigned n)
{
	return messages[l->type].use[n];
}

/* Only IDs that the inside host owns have another form: its own in messages
 * that travel out, the peer's in those that travel in. */
static bool is_translated(const struct learner *l, unsigned n)
{
	return use_of(l, n) ==
	       (l->step->parsed->inward ? FIELD_PEER : FIELD_OWN);
}

static enum vpnalg_result act_outward(struct learner *l, unsigned n)
{
	const uint16_t *ids = l->stream.ids;

	if (n == 1 && use_of(l, 1) == FIELD_PEER)
		return vpnalg_pptp_id_attach(l->step, ids[0], ids[1]);
	if (n == 0 && l->type == PPTP_CALL_CLEAR_REQUEST)
		vpnalg_pptp_id_clearing(l->step, ids[0]);
	if (n == 0 && l->type == PPTP_CALL_DISCONNECT_NOTIFY)
		vpnalg_pptp_id_ended(l->step, ids[0]);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result act_inward(struct learner *l, unsigned n)
{
	const uint16_t *ids = l->stream.ids;

	if (n == 0 && l->type == PPTP_CALL_DISCONNECT_NOTIFY)
		vpnalg_pptp_id_ended_by_peer(l->step, ids[0]);
	if (use_of(l, n) != FIELD_PEER)
		return VPNALG_TRANSLATED;
	vpnalg_pptp_id_answered(l->step, ids[n]);
	if (n == 1)
		return vpnalg_pptp_id_attach(l->step, ids[1], ids[0]);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result look_up(struct learner *l, unsigned n,
				  struct pptp_id *id)
{
	id->other = id->value;
	if (!is_translated(l, n))
		return VPNALG_TRANSLATED;
	if (!l->step->parsed->inward)
		return vpnalg_pptp_id_own(l->step, id);
	/* What names no call of this connection tells nothing more. */
	if (!vpnalg_pptp_id_peer(l->step, id))
		l->type = PPTP_TYPE_UNKNOWN;
	return VPNALG_TRANSLATED;
}

/* Whether a reply is seen to refuse its call, before its IDs are looked at: a
 * refusal may carry any ID, that of another call too (2.8, 2.10). */
static bool refuses(const struct learner *l, unsigned n)
{
	uint32_t result = l->at + PPTP_RESULT_OFF - PPTP_CALL_ID_OFF;

	return n == 0 && use_of(l, 1) == FIELD_PEER &&
	       !l->step->parsed->inward && result < l->segment->caplen &&
	       l->data[result] != PPTP_RESULT_CONNECTED;
}

/* What is spent on the IDs of one segment: an ID that is looked up costs as much
 * as reading some 24 bytes, one for which a call is opened three times that. No
 * real sender comes near it: 12 messages of the shortest kind at once. The rest
 * of the segment goes later. */
#define EFFORT_ALWAYS 4
#define BYTES_PER_EFFORT 24
#define EFFORT_OF_A_CALL 3

static bool is_spent(const struct learner *l)
{
	return l->effort >
	       EFFORT_ALWAYS + l->segment->length / BYTES_PER_EFFORT;
}

/* Where the tail is not in memory nothing can be cut, and the same segment would
 * come again for ever. */
static void go_on_later(struct learner *l)
{
	const struct vpnalg_parsed *parsed = l->step->parsed;

	if (parsed->l4_caplen < parsed->l4_len)
		give_up(l);
	else
		l->reason = VPNALG_DROP_UNACKNOWLEDGED;
}

static void count_effort(struct learner *l, unsigned n,
			 const struct pptp_id *id)
{
	if (use_of(l, n) != FIELD_NONE)
		l->effort += id->asked ? EFFORT_OF_A_CALL : 1;
}

/* The nth ID is known whole; it begins at the given position. */
static void learn_id(struct learner *l, unsigned n, uint16_t value, bool split)
{
	uint32_t at = position(l) - (split ? 1 : 0);
	bool refused = !split && refuses(l, n);
	struct pptp_field *field = place_for(&l->stream, at);
	struct pptp_id id = { .value = value,
			      .opens = messages[l->type].opens && !refused,
			      .split = split };

	/* A segment that has to wait opens no call. */
	if (field == NULL && id.opens && is_translated(l, n) &&
	    !l->step->parsed->inward)
		l->reason = VPNALG_DROP_UNACKNOWLEDGED;
	else
		l->reason = look_up(l, n, &id);
	count_effort(l, n, &id);
	if (l->reason == VPNALG_TRANSLATED && field == NULL &&
	    id.value != id.other)
		l->reason = VPNALG_DROP_UNACKNOWLEDGED;
	if (l->reason != VPNALG_TRANSLATED)
		return;
	l->stream.ids[n] = l->step->parsed->inside || !is_translated(l, n)
				   ? id.value
				   : id.other;
	if (refused)
		l->type = PPTP_TYPE_UNKNOWN;
	l->reason =
		l->step->parsed->inward ? act_inward(l, n) : act_outward(l, n);
	if (l->reason != VPNALG_TRANSLATED)
		return;
	remember(l, field, at, &id);
	pass(l, split ? 1 : 2);
}

/* The segment ends inside an ID. Its first byte may pass as it is if the other
 * form will have the same; a sender that never merges would else send the
 * second byte alone for ever. */
static void learn_first_byte(struct learner *l, unsigned n)
{
	uint8_t first = l->data[l->at];

	if (is_translated(l, n) &&
	    !vpnalg_pptp_id_may_split(l->step, first,
				      messages[l->type].opens)) {
		l->reason = VPNALG_DROP_UNACKNOWLEDGED;
		return;
	}
	l->stream.ids[n] = (uint16_t)(first << 8);
	pass(l, 1);
}

static void learn_field(struct learner *l)
{
	unsigned n = l->stream.offset >= PPTP_PEER_CALL_ID_OFF ? 1 : 0;
	bool second = l->stream.offset & 1;

	if (n == 0 && !second && is_spent(l))
		go_on_later(l);
	else if (second)
		learn_id(l, n, l->stream.ids[n] | l->data[l->at], true);
	else if (l->at + 1 == l->segment->length)
		learn_first_byte(l, n);
	else if (l->at + 1 == l->segment->caplen)
		give_up(l);
	else
		learn_id(l, n, vpnalg_get16(l->data + l->at), false);
}

/* Refused calls end (2.8, 2.10). */
static void learn_result(struct learner *l)
{
	unsigned own = l->step->parsed->inward ? 1 : 0;

	if (use_of(l, 1) == FIELD_PEER &&
	    l->data[l->at] != PPTP_RESULT_CONNECTED)
		vpnalg_pptp_id_ended(l->step, l->stream.ids[own]);
	pass(l, 1);
}

/* The header */

/* Once the type is known. Only what begins with Start-Control-Connection is
 * PPTP; anything else on this port is plain TCP. */
static bool begin_message(struct learner *l)
{
	if (l->stream.length < messages[l->type].length)
		return false;
	if (l->mode == PPTP_MODE_START) {
		if (l->type != PPTP_START_REQUEST &&
		    l->type != PPTP_START_REPLY)
			return false;
		l->mode = PPTP_MODE_FRAMED;
	}
	if (l->type == PPTP_STOP_REQUEST)
		l->segment->stops = true;
	return true;
}

/* Messages of an unknown type are framed, not read. */
static bool learn_header(struct learner *l, unsigned offset, uint8_t byte)
{
	switch (offset) {
	case PPTP_LENGTH_OFF:
		l->stream.length = (uint16_t)(byte << 8);
		return true;
	case PPTP_LENGTH_OFF + 1:
		l->stream.length |= byte;
		return l->stream.length >= PPTP_HEADER_LEN;
	case PPTP_TYPE_OFF:
	case PPTP_TYPE_OFF + 1:
		return byte == (uint8_t)(PPTP_CONTROL_MESSAGE >>
					 8 * (PPTP_TYPE_OFF + 1 - offset));
	case PPTP_CONTROL_TYPE_OFF:
		l->type = byte == 0 ? 0 : PPTP_TYPE_UNKNOWN;
		return true;
	case PPTP_CONTROL_TYPE_OFF + 1:
		l->type = l->type == 0 && byte < PPTP_CONTROL_TYPES
				  ? byte
				  : PPTP_TYPE_UNKNOWN;
		return begin_message(l);
	case PPTP_RESERVED_OFF:
	case PPTP_RESERVED_OFF + 1:
		return true;
	default: /* the magic cookie */
		return byte == (uint8_t)(PPTP_MAGIC >>
					 8 * (PPTP_MAGIC_OFF + 3 - offset));
	}
}

/* How much of a message is read; the rest is skipped. */
static unsigned interest(const struct learner *l)
{
	if (l->stream.offset < PPTP_HEADER_LEN)
		return PPTP_HEADER_LEN;
	if (use_of(l, 1) != FIELD_NONE)
		return PPTP_RESULT_OFF + 1;
	if (use_of(l, 0) != FIELD_NONE)
		return PPTP_PEER_CALL_ID_OFF;
	return 0;
}

static void skip(struct learner *l)
{
	uint32_t rest = (uint32_t)l->stream.length - l->stream.offset;
	uint32_t here = l->segment->length - l->at;

	pass(l, rest < here ? rest : here);
}

/* One byte, one ID or the rest of a message: always at least one byte goes by,
 * or there is a reason. */
static void learn_some(struct learner *l)
{
	unsigned offset = l->stream.offset;

	if (offset >= interest(l))
		skip(l);
	else if (l->at >= l->segment->caplen)
		give_up(l);
	else if (offset >= PPTP_RESULT_OFF)
		learn_result(l);
	else if (offset >= PPTP_CALL_ID_OFF)
		learn_field(l);
	else if (learn_header(l, offset, l->data[l->at]))
		pass(l, 1);
	else
		give_up(l);
}

/* What cannot be rewritten now, and all behind it, goes later: TCP sends it
 * again. */
static enum vpnalg_result cut(struct learner *l)
{
	const struct vpnalg_parsed *parsed = l->step->parsed;

	if (l->at == 0)
		return l->reason;
	if (parsed->l4_caplen < parsed->l4_len)
		return VPNALG_DROP_TRUNCATED;
	l->segment->length = l->at;
	l->segment->caplen = l->at;
	l->segment->cut = true;
	return VPNALG_TRANSLATED;
}

/* Whether all bytes that must be rewritten are in memory. */
static bool is_writable(const struct learner *l)
{
	const struct pptp_segment *segment = l->segment;
	uint32_t from;
	unsigned i, b;

	for (i = 0; i < PPTP_FIELDS; i++) {
		const struct pptp_field *field = &l->stream.fields[i];

		if (field->inside == field->outside)
			continue;
		for (b = 0; b < 2; b++) {
			from = field->position + b - segment->sequence;
			if (from < segment->length && from >= segment->caplen)
				return false;
		}
	}
	return true;
}

/* Whether the segment has the bytes of remembered fields as they were. What a
 * sender repeats is what it sent; another value could not be taken back to what
 * it was, for a byte of the stream has one value on each side. */
static bool agrees(const struct pptp_stream *stream,
		   const struct pptp_segment *segment, bool inside)
{
	unsigned i, b;

	for (i = 0; i < PPTP_FIELDS; i++) {
		const struct pptp_field *field = &stream->fields[i];
		uint16_t value = inside ? field->inside : field->outside;

		if (field->inside == field->outside)
			continue;
		for (b = 0; b < 2; b++) {
			uint32_t at = field->position + b - segment->sequence;

			if (at < segment->caplen &&
			    segment->data[at] !=
				    (uint8_t)(value >> (b ? 0 : 8)))
				return false;
		}
	}
	return true;
}

static struct pptp_control *control_of(struct vpnalg_step *step)
{
	return vpnalg_session_body(step->translator, step->record);
}

static void learn(struct learner *l)
{
	while (l->at < l->segment->length && l->reason == VPNALG_TRANSLATED) {
		if (l->mode == PPTP_MODE_PLAIN)
			l->at = l->segment->length;
		else
			learn_some(l);
	}
}

/* A segment that begins at or before the cursor. */
enum vpnalg_result vpnalg_pptp_stream_receive(struct vpnalg_step *step,
					      struct pptp_segment *segment)
{
	unsigned way = step->parsed->inward;
	struct pptp_control *control = control_of(step);
	struct learner l = { .step = step,
			     .segment = segment,
			     .data = segment->data,
			     .at = control->streams[way].cursor -
				   segment->sequence,
			     .stream = control->streams[way],
			     .mode = pptp_mode(control, way),
			     .type = pptp_type(control, way),
			     .reason = VPNALG_TRANSLATED };
	enum vpnalg_result result;

	if (!agrees(&l.stream, segment, step->parsed->inside))
		return VPNALG_DROP_WINDOW;
	if (l.at < segment->length) {
		learn(&l);
		if (l.reason != VPNALG_TRANSLATED) {
			result = cut(&l);
			if (result != VPNALG_TRANSLATED)
				return result;
		}
		l.stream.cursor = position(&l);
		forget_old(&l.stream);
	}
	if (!is_writable(&l))
		return VPNALG_DROP_TRUNCATED;
	control->streams[way] = l.stream;
	control->at[way] = (uint8_t)(l.mode << 5 | l.type);
	return VPNALG_TRANSLATED;
}

void vpnalg_pptp_stream_rewrite(struct vpnalg_step *step,
				const struct pptp_segment *segment)
{
	const struct pptp_stream *stream =
		&control_of(step)->streams[step->parsed->inward];
	unsigned i, b;

	for (i = 0; i < PPTP_FIELDS; i++) {
		const struct pptp_field *field = &stream->fields[i];
		uint16_t value =
			step->parsed->inside ? field->outside : field->inside;

		if (field->inside == field->outside)
			continue;
		for (b = 0; b < 2; b++) {
			uint32_t at = field->position + b - segment->sequence;

			if (at < segment->length)
				vpnalg_rewrite_byte(
					step, segment->payload + at,
					(uint8_t)(value >> (b ? 0 : 8)));
		}
	}
}

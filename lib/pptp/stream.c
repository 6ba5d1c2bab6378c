/* SPDX-License-Identifier: BSD-2-Clause */
/* The control stream, message by message (RFC 2637 2).
 *
 * New bytes are learned on a copy of the stream's state: they open and end
 * calls, and an ID that must differ outside is remembered by its position in
 * the stream. Then the remembered IDs are written into the segment. The same
 * loop serves new data, retransmissions however they are cut, and undo; so a
 * byte of the stream never has two values. */
#include "stream.h"

#include "learn_id.h"
#include "learner.h"

/* The header */

/* Returns whether a message may begin so, once its type is known. A stream is
 * PPTP if it begins with Start-Control-Connection; any other stream on this
 * port is plain TCP. */
static bool begin_message(struct pptp_learner *l)
{
	if (l->stream.length < vpnalg_pptp_learn_least(l->type))
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

/* Takes one byte of the header. Returns false if it is malformed. A message of
 * an unknown type is framed, not read. */
static bool learn_byte(struct pptp_learner *l, unsigned offset, uint8_t byte)
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

/* The same for all of it at once. */
static bool learn_whole(struct pptp_learner *l, const uint8_t *header)
{
	unsigned type = vpnalg_get16(header + PPTP_CONTROL_TYPE_OFF);

	l->type = type < PPTP_CONTROL_TYPES ? (uint8_t)type : PPTP_TYPE_UNKNOWN;
	l->stream.length = vpnalg_get16(header + PPTP_LENGTH_OFF);
	return l->stream.length >= PPTP_HEADER_LEN &&
	       vpnalg_get16(header + PPTP_TYPE_OFF) == PPTP_CONTROL_MESSAGE &&
	       vpnalg_get32(header + PPTP_MAGIC_OFF) == PPTP_MAGIC &&
	       begin_message(l);
}

/* Learns the header, which nearly always is in one piece, or a byte of it. */
static void learn_header(struct pptp_learner *l)
{
	bool whole = l->stream.offset == 0 &&
		     l->segment->caplen - l->at >= PPTP_HEADER_LEN;
	const uint8_t *next = l->data + l->at;

	if (whole ? learn_whole(l, next)
		  : learn_byte(l, l->stream.offset, *next))
		vpnalg_pptp_learner_pass(l, whole ? PPTP_HEADER_LEN : 1);
	else
		vpnalg_pptp_learner_give_up(l);
}

static void skip(struct pptp_learner *l)
{
	uint32_t rest = (uint32_t)l->stream.length - l->stream.offset;
	uint32_t here = l->segment->length - l->at;

	vpnalg_pptp_learner_pass(l, rest < here ? rest : here);
}

/* Learns some of a message: of its header, one ID or the rest. At least one
 * byte goes by, or there is a reason. */
static void learn_some(struct pptp_learner *l)
{
	unsigned offset = l->stream.offset;

	if (offset >= vpnalg_pptp_learn_end(l->type))
		skip(l);
	else if (l->at >= l->segment->caplen)
		vpnalg_pptp_learner_give_up(l);
	else if (offset >= PPTP_RESULT_OFF)
		vpnalg_pptp_learn_result(l);
	else if (offset >= PPTP_CALL_ID_OFF)
		vpnalg_pptp_learn_id(l);
	else
		learn_header(l);
}

/* Cuts the segment in front of what cannot be rewritten now. TCP sends the rest
 * again. */
static enum vpnalg_result cut(struct pptp_learner *l)
{
	if (l->at == 0)
		return l->reason;
	if (!pptp_learner_has_all(l))
		return VPNALG_DROP_TRUNCATED;
	l->segment->length = l->at;
	l->segment->caplen = l->at;
	l->segment->cut = true;
	return VPNALG_TRANSLATED;
}

/* Learns the bytes from the cursor on. */
static enum vpnalg_result learn(struct pptp_learner *l)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	while (l->at < l->segment->length && l->reason == VPNALG_TRANSLATED) {
		if (l->mode == PPTP_MODE_PLAIN)
			l->at = l->segment->length;
		else
			learn_some(l);
	}
	if (l->reason != VPNALG_TRANSLATED)
		result = cut(l);
	l->stream.cursor = l->segment->sequence + l->at;
	vpnalg_pptp_field_forget(&l->stream);
	return result;
}

/* Closes the call of the message at which a segment is dropped: the message
 * opens it again when it comes again. Calls of messages before it, which is
 * rare, wait for that. */
static enum vpnalg_result drop(struct pptp_learner *l,
			       enum vpnalg_result result)
{
	if (l->opened != NULL)
		vpnalg_session_close(l->step->translator, l->opened);
	return result;
}

enum vpnalg_result vpnalg_pptp_stream_receive(struct vpnalg_step *step,
					      struct pptp_segment *segment)
{
	unsigned direction = segment->inward;
	struct pptp_control *control = segment->control;
	struct pptp_stream *stream = &control->streams[direction];
	struct pptp_learner l = { .step = step,
				  .segment = segment,
				  .data = segment->data,
				  .at = stream->cursor - segment->sequence,
				  .stream = *stream,
				  .mode = pptp_mode(control, direction),
				  .type = pptp_type(control, direction),
				  .reason = VPNALG_TRANSLATED };

	/* All that is remembered lies before the cursor. */
	if (l.at > 0 &&
	    !vpnalg_pptp_field_agrees(stream, segment, step->parsed->inside))
		return VPNALG_DROP_WINDOW;
	if (l.at < segment->length) {
		enum vpnalg_result result = learn(&l);

		if (result != VPNALG_TRANSLATED)
			return drop(&l, result);
	}
	if (!vpnalg_pptp_field_is_writable(&l.stream, segment))
		return drop(&l, VPNALG_DROP_TRUNCATED);
	*stream = l.stream;
	control->at[direction] = (uint8_t)(l.mode << 5 | l.type);
	return VPNALG_TRANSLATED;
}

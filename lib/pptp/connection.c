/* SPDX-License-Identifier: BSD-2-Clause */
/* The control connection: TCP to port 1723 as a session with ports of its own.
 * Only what touches a stream's cursor moves its state: the cursor is the
 * window (RFC 9293 3.10, RFC 5961). */
#include "connection.h"

#include "../wire/ip.h"
#include "../wire/tcp.h"
#include "stream.h"

static struct pptp_control *body(struct vpnalg_step *step)
{
	return vpnalg_session_body(step->translator, step->record);
}

static uint32_t transitory(struct vpnalg_step *step)
{
	return vpnalg_session_timers(step->translator)->tcp_transitory;
}

/* The parser has proved four bytes; here the rest of the header. */
static enum vpnalg_result read_segment(const struct vpnalg_parsed *parsed,
				       struct pptp_segment *segment)
{
	const uint8_t *tcp = parsed->l4;
	uint32_t header;

	if (parsed->l4_caplen < TCP_HEADER_LEN)
		return vpnalg_has_header(parsed, TCP_HEADER_LEN);
	header = (tcp[TCP_DATA_OFF] >> 4) * 4U;
	if (header < TCP_HEADER_LEN || header > parsed->l4_len)
		return VPNALG_DROP_MALFORMED;
	segment->flags = tcp[TCP_FLAGS_OFF];
	if (segment->flags & TCP_SYN && segment->flags & (TCP_FIN | TCP_RST))
		return VPNALG_DROP_MALFORMED;
	segment->sequence = vpnalg_get32(tcp + TCP_SEQUENCE_OFF);
	if (segment->flags & TCP_SYN)
		segment->sequence++;
	segment->acknowledgment = vpnalg_get32(tcp + TCP_ACKNOWLEDGMENT_OFF);
	segment->payload = header;
	segment->length = parsed->l4_len - header;
	if (header > parsed->l4_caplen)
		header = parsed->l4_caplen;
	segment->data = tcp + header;
	segment->caplen = parsed->l4_caplen - header;
	segment->cut = false;
	segment->stops = false;
	return VPNALG_TRANSLATED;
}

/* The beginning */

static void start_stream(struct pptp_control *control, unsigned way,
			 uint32_t sequence)
{
	struct pptp_stream *stream = &control->streams[way];

	*stream = (struct pptp_stream){ .cursor = sequence,
					.acknowledged = sequence - 1 };
	control->at[way] = PPTP_MODE_START << 5;
}

/* Tells one initial sequence number from another. */
static uint16_t folded(uint32_t sequence)
{
	return (uint16_t)(sequence ^ sequence >> 16);
}

static enum vpnalg_result open_connection(struct vpnalg_step *step,
					  const struct pptp_segment *segment)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result;

	if (parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	if (parsed->inward || (segment->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return VPNALG_DROP_NO_CONNECTION;
	result = vpnalg_session_open_port(step, PPTP_KIND_CONTROL,
					  transitory(step), &step->record);
	if (result != VPNALG_TRANSLATED)
		return result;
	body(step)->generation = folded(segment->sequence);
	start_stream(body(step), 0, segment->sequence);
	return VPNALG_TRANSLATED;
}

/* Calls of the connection before see that it is another generation. */
static void restart(struct vpnalg_step *step, uint32_t sequence)
{
	struct pptp_control *control = body(step);

	control->generation = folded(sequence);
	control->flags = 0;
	start_stream(control, 0, sequence);
	step->record->children = 0;
	vpnalg_session_revive(step->translator, step->record, transitory(step));
}

/* A SYN from inside begins a new connection where the old one has ended or has
 * not been answered. Else it may be that of a host that was switched off and
 * on: whether there is a new connection is for the remote to say. */
static void take_syn_out(struct vpnalg_step *step,
			 const struct pptp_segment *segment)
{
	struct pptp_control *control = body(step);
	bool over = step->record->flags & VPNALG_SESSION_ENDED;

	if (over || (!(control->flags & PPTP_TCP_SYNCED) &&
		     control->generation != folded(segment->sequence))) {
		restart(step, segment->sequence);
	} else if (control->generation != folded(segment->sequence)) {
		control->flags |= PPTP_TCP_NEW_SYN;
		control->new_syn = folded(segment->sequence);
	}
}

static bool has_ended(const struct pptp_control *control, unsigned way)
{
	return control->flags & (way ? PPTP_TCP_FIN_IN : PPTP_TCP_FIN_OUT);
}

/* The next sequence number. A FIN has one, but does not move the cursor, for it
 * may be forged. */
static uint32_t edge(const struct pptp_control *control, unsigned way)
{
	return control->streams[way].cursor + has_ended(control, way);
}

/* Whether the segment acknowledges what is known to have been sent the given
 * way. */
static bool acknowledges(const struct pptp_control *control, unsigned way,
			 const struct pptp_segment *segment)
{
	uint32_t before = control->streams[way].acknowledged;

	return segment->flags & TCP_ACK &&
	       segment->acknowledgment - before <= edge(control, way) - before;
}

/* Whether it acknowledges the SYN of the inside host. */
static bool answers_syn(const struct pptp_control *control,
			const struct pptp_segment *segment)
{
	return acknowledges(control, 0, segment) &&
	       segment->acknowledgment != control->streams[0].acknowledged;
}

/* The SYN-ACK that acknowledges the new SYN proves the new connection. */
static void take_syn_in(struct vpnalg_step *step,
			const struct pptp_segment *segment)
{
	struct pptp_control *control = body(step);

	if (control->flags & PPTP_TCP_NEW_SYN && segment->flags & TCP_ACK &&
	    folded(segment->acknowledgment) == control->new_syn)
		restart(step, segment->acknowledgment);
	else if (control->flags & PPTP_TCP_SYNCED ||
		 !answers_syn(control, segment))
		return;
	start_stream(control, 1, segment->sequence);
	control->flags |= PPTP_TCP_SYNCED;
}

static void take_syn(struct vpnalg_step *step,
		     const struct pptp_segment *segment)
{
	if (step->parsed->inward)
		take_syn_in(step, segment);
	else if (!(segment->flags & TCP_ACK))
		take_syn_out(step, segment);
}

/* The data */

static bool is_synced(const struct pptp_control *control, unsigned way)
{
	return way == 0 || control->flags & PPTP_TCP_SYNCED;
}

/* RFC 5961 5.2: what an outsider sends blindly does not acknowledge what is in
 * the window. */
#define WINDOW_MAX 65535

static bool is_acceptable(const struct pptp_control *control,
			  const struct pptp_segment *segment)
{
	uint32_t from = control->streams[0].acknowledged - WINDOW_MAX;

	return segment->flags & TCP_ACK &&
	       segment->acknowledgment - from <= edge(control, 0) - from;
}

/* Where nothing is read any more, a gap does not matter. */
static bool skips_gap(struct pptp_control *control, unsigned way,
		      const struct pptp_segment *segment)
{
	uint32_t gap = segment->sequence - control->streams[way].cursor;

	if (pptp_mode(control, way) != PPTP_MODE_PLAIN || gap > WINDOW_MAX)
		return false;
	control->streams[way].cursor = segment->sequence;
	return true;
}

/* A segment behind a gap is not let through, for its IDs cannot be known. */
static enum vpnalg_result take_data(struct vpnalg_step *step,
				    struct pptp_segment *segment)
{
	unsigned way = step->parsed->inward;
	struct pptp_control *control = body(step);

	if ((segment->length == 0 && !(segment->flags & TCP_FIN)) ||
	    segment->flags & TCP_RST)
		return VPNALG_TRANSLATED;
	if (!is_synced(control, way) ||
	    (way == 1 && !is_acceptable(control, segment)))
		return VPNALG_DROP_WINDOW;
	if (control->streams[way].cursor - segment->sequence >= 1U << 31 &&
	    !skips_gap(control, way, segment))
		return VPNALG_DROP_WINDOW;
	if (way == 0) /* it goes on with this connection after all */
		control->flags &= (uint8_t)~PPTP_TCP_NEW_SYN;
	return vpnalg_pptp_stream_receive(step, segment);
}

static void take_acknowledgment(struct vpnalg_step *step,
				const struct pptp_segment *segment)
{
	unsigned way = step->parsed->inward;
	struct pptp_control *control = body(step);

	if (!is_synced(control, !way) || !acknowledges(control, !way, segment))
		return;
	control->streams[!way].acknowledged = segment->acknowledgment;
	if (way == 0)
		control->flags |= PPTP_TCP_ESTABLISHED;
}

/* The end */

static void end(struct vpnalg_step *step)
{
	vpnalg_session_end(step->translator, step->record, transitory(step));
}

static void take_fin(struct vpnalg_step *step,
		     const struct pptp_segment *segment)
{
	unsigned way = step->parsed->inward;
	struct pptp_control *control = body(step);
	const unsigned both = PPTP_TCP_FIN_IN | PPTP_TCP_FIN_OUT;

	if (!(segment->flags & TCP_FIN) || segment->cut ||
	    has_ended(control, way) ||
	    segment->sequence + segment->length != control->streams[way].cursor)
		return;
	control->flags |= way ? PPTP_TCP_FIN_IN : PPTP_TCP_FIN_OUT;
	if ((control->flags & both) == both)
		control->flags |= PPTP_TCP_FINAL;
	if (way || control->flags & PPTP_TCP_FINAL)
		end(step);
}

/* Only a RST exactly at the cursor counts (RFC 5961 3.2), or one that answers
 * the SYN. */
static void take_rst(struct vpnalg_step *step,
		     const struct pptp_segment *segment)
{
	unsigned way = step->parsed->inward;
	struct pptp_control *control = body(step);

	if (!(segment->flags & TCP_RST))
		return;
	if (is_synced(control, way) ? segment->sequence != edge(control, way)
				    : !answers_syn(control, segment))
		return;
	if (way == 0)
		control->flags |= PPTP_TCP_FINAL;
	end(step);
}

/* An end announced from outside may be forged: an inside host that goes on
 * sending data, other than its answer to the end, takes it back. */
static bool takes_back(struct vpnalg_step *step,
		       const struct pptp_segment *segment)
{
	const struct pptp_control *control = body(step);
	uint8_t type = pptp_type(control, 0);

	return !(control->flags & PPTP_TCP_FINAL) && segment->length > 0 &&
	       vpnalg_session_is_past_grace(step->translator, step->record,
					    transitory(step)) &&
	       type != PPTP_STOP_REPLY && type != PPTP_CALL_CLEAR_REQUEST;
}

static void forget_fin(struct pptp_control *control)
{
	struct pptp_stream *in = &control->streams[1];

	if (control->flags & PPTP_TCP_FIN_IN &&
	    in->acknowledged == in->cursor + 1)
		in->acknowledged = in->cursor;
	control->flags &= (uint8_t)~PPTP_TCP_FIN_IN;
}

/* RFC 4787 REQ-6: what the inside host sends keeps the session. */
static void refresh(struct vpnalg_step *step,
		    const struct pptp_segment *segment)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	struct pptp_control *control = body(step);
	bool steady;

	/* A SYN that is not this connection's does not keep it. */
	if (step->parsed->inward ||
	    (segment->flags & TCP_SYN && control->flags & PPTP_TCP_NEW_SYN))
		return;
	if (step->record->flags & VPNALG_SESSION_ENDED) {
		if (!takes_back(step, segment))
			return;
		step->record->flags &= (uint8_t)~VPNALG_SESSION_ENDED;
		forget_fin(control);
	}
	steady = control->flags & PPTP_TCP_ESTABLISHED &&
		 !has_ended(control, 0) && !has_ended(control, 1);
	vpnalg_session_set_lifetime(step->translator, step->record,
				    steady ? timers->tcp_established
					   : timers->tcp_transitory);
}

/* The packet */

static void rewrite_cut(struct vpnalg_step *step,
			const struct pptp_segment *segment)
{
	uint8_t flags = step->parsed->l4[TCP_FLAGS_OFF];

	vpnalg_rewrite_byte(step, TCP_FLAGS_OFF,
			    flags & (uint8_t) ~(TCP_FIN | TCP_PSH));
	vpnalg_rewrite_cut(step, segment->payload + segment->length);
}

static void rewrite(struct vpnalg_step *step,
		    const struct pptp_segment *segment)
{
	if (segment->cut)
		rewrite_cut(step, segment);
	vpnalg_pptp_stream_rewrite(step, segment);
	vpnalg_rewrite_ends(step);
}

static enum vpnalg_result take(struct vpnalg_step *step,
			       struct pptp_segment *segment)
{
	enum vpnalg_result result;

	if (segment->flags & TCP_SYN)
		take_syn(step, segment);
	result = take_data(step, segment);
	if (result != VPNALG_TRANSLATED)
		return result;
	take_acknowledgment(step, segment);
	take_fin(step, segment);
	take_rst(step, segment);
	if (segment->stops && step->parsed->inward)
		end(step);
	refresh(step, segment);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_pptp_connection(struct vpnalg_step *step)
{
	struct pptp_segment segment;
	enum vpnalg_result result;

	result = read_segment(step->parsed, &segment);
	if (result == VPNALG_TRANSLATED && step->record == NULL)
		result = open_connection(step, &segment);
	if (result != VPNALG_TRANSLATED)
		return result;
	result = take(step, &segment);
	if (result == VPNALG_TRANSLATED)
		rewrite(step, &segment);
	/* A segment that is dropped may have changed something, too: a new SYN
	 * is noted, and so is a failure of the store. */
	vpnalg_session_changed(step->translator, step->record);
	return result;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The control connection: TCP to port 1723, a session with ports of its own. */
#include "connection.h"

#include "../wire/ip.h"
#include "../wire/tcp.h"
#include "field.h"
#include "served.h"
#include "stream.h"
#include "window.h"

static uint32_t transitory(struct vpnalg_step *step)
{
	return vpnalg_session_timers(step->translator)->tcp_transitory;
}

/* Reads the header. The parser has proved its first four bytes. */
static enum vpnalg_result read_segment(const struct vpnalg_step *step,
				       struct pptp_segment *segment)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t *tcp = parsed->l4;
	uint32_t header;

	if (parsed->fragment != VPNALG_FRAGMENT_NONE)
		return VPNALG_DROP_MALFORMED; /* it must be whole */
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
	return vpnalg_mss_check(step);
}

/* The beginning */

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
	pptp_control(step)->generation = pptp_generation(segment->sequence);
	vpnalg_pptp_window_start(pptp_control(step), 0, segment->sequence);
	return VPNALG_TRANSLATED;
}

/* Begins a new connection on the same ports. The calls of the one before see
 * that the generation is another. */
static void restart(struct vpnalg_step *step, uint32_t sequence)
{
	struct pptp_control *control = pptp_control(step);

	vpnalg_session_renewed(step->translator, step->record);
	control->generation = pptp_generation(sequence);
	control->flags = 0;
	vpnalg_pptp_window_start(control, 0, sequence);
	step->record->children = 0;
	vpnalg_session_revive(step->translator, step->record, transitory(step));
}

/* Takes a SYN from inside. It begins a new connection if the old one has ended
 * or was not answered. Otherwise the host may have been switched off and on:
 * the remote's answer decides whether there is a new connection. */
static void take_syn_out(struct vpnalg_step *step,
			 const struct pptp_segment *segment)
{
	struct pptp_control *control = segment->control;
	bool over = step->record->flags & VPNALG_SESSION_ENDED;

	if (over ||
	    (!(control->flags & PPTP_TCP_SYNCED) &&
	     control->generation != pptp_generation(segment->sequence))) {
		restart(step, segment->sequence);
	} else if (control->generation != pptp_generation(segment->sequence)) {
		control->flags |= PPTP_TCP_NEW_SYN;
		control->new_syn = pptp_generation(segment->sequence);
	}
}

/* Takes a SYN from outside. A SYN-ACK that acknowledges the new SYN proves the
 * new connection. */
static void take_syn_in(struct vpnalg_step *step,
			const struct pptp_segment *segment)
{
	struct pptp_control *control = segment->control;

	if (control->flags & PPTP_TCP_NEW_SYN && segment->flags & TCP_ACK &&
	    pptp_generation(segment->acknowledgment) == control->new_syn)
		restart(step, segment->acknowledgment);
	else if (control->flags & PPTP_TCP_SYNCED ||
		 !vpnalg_pptp_window_answers_syn(control, segment))
		return;
	vpnalg_pptp_window_start(control, 1, segment->sequence);
	control->flags |= PPTP_TCP_SYNCED;
}

/* Takes a SYN where the server is inside. Its own SYN-ACK shows that there is a
 * new connection. */
static void take_syn_served(struct vpnalg_step *step,
			    const struct pptp_segment *segment)
{
	struct pptp_control *control = pptp_control(step);

	if (step->parsed->inward || !(segment->flags & TCP_ACK) ||
	    control->generation == pptp_generation(segment->sequence))
		return;
	vpnalg_pptp_served_leave(step->translator, step->record);
	restart(step, segment->sequence);
	vpnalg_pptp_window_start(control, 1, segment->acknowledgment);
	control->flags |= PPTP_TCP_SYNCED;
}

/* Takes a SYN. A SYN-ACK from inside answers the remote's own SYN: both ends
 * open at once (RFC 9293 3.5), and the remote may send nothing but an ACK. */
static void take_syn(struct vpnalg_step *step,
		     const struct pptp_segment *segment)
{
	if (step->record->kind == PPTP_KIND_SERVED)
		take_syn_served(step, segment);
	else if (step->parsed->inward)
		take_syn_in(step, segment);
	else if (!(segment->flags & TCP_ACK))
		take_syn_out(step, segment);
	else if (!(segment->control->flags & PPTP_TCP_SYNCED))
		vpnalg_pptp_window_start(segment->control, 1,
					 segment->acknowledgment);
}

/* The data */

/* Takes the data. A segment behind a gap is dropped: its IDs cannot be
 * known. */
static enum vpnalg_result take_data(struct vpnalg_step *step,
				    struct pptp_segment *segment)
{
	unsigned direction = segment->inward;
	struct pptp_control *control = segment->control;

	if ((segment->length == 0 && !(segment->flags & TCP_FIN)) ||
	    segment->flags & TCP_RST)
		return VPNALG_TRANSLATED;
	if (!pptp_is_synced(control, direction) ||
	    (direction == 1 &&
	     !vpnalg_pptp_window_is_acceptable(control, segment)) ||
	    !vpnalg_pptp_window_reaches(control, direction, segment))
		return VPNALG_DROP_WINDOW;
	if (direction == 0) /* the host goes on with this connection */
		control->flags &= (uint8_t)~PPTP_TCP_NEW_SYN;
	return vpnalg_pptp_stream_receive(step, segment);
}

static void take_acknowledgment(const struct pptp_segment *segment)
{
	unsigned direction = segment->inward;
	struct pptp_control *control = segment->control;

	if (!pptp_is_synced(control, !direction) ||
	    !vpnalg_pptp_window_acknowledges(control, !direction, segment))
		return;
	control->streams[!direction].acknowledged = segment->acknowledgment;
	if (direction == 0)
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
	unsigned direction = segment->inward;
	struct pptp_control *control = segment->control;
	const unsigned both = PPTP_TCP_FIN_IN | PPTP_TCP_FIN_OUT;

	if (!(segment->flags & TCP_FIN) || segment->cut ||
	    pptp_has_ended(control, direction) ||
	    segment->sequence + segment->length !=
		    control->streams[direction].cursor)
		return;
	control->flags |= direction ? PPTP_TCP_FIN_IN : PPTP_TCP_FIN_OUT;
	if ((control->flags & both) == both)
		control->flags |= PPTP_TCP_FINAL;
	if (direction || control->flags & PPTP_TCP_FINAL)
		end(step);
}

static void take_rst(struct vpnalg_step *step,
		     const struct pptp_segment *segment)
{
	unsigned direction = segment->inward;
	struct pptp_control *control = segment->control;

	if (!(segment->flags & TCP_RST) ||
	    !vpnalg_pptp_window_resets(control, direction, segment))
		return;
	if (direction == 0)
		control->flags |= PPTP_TCP_FINAL;
	end(step);
}

/* Returns whether a segment from inside takes back an end that was announced
 * from outside, and may be forged: the host goes on sending data, other than
 * its answer to the end. */
static bool takes_back(struct vpnalg_step *step,
		       const struct pptp_segment *segment)
{
	const struct pptp_control *control = segment->control;
	uint8_t type = pptp_type(control, 0);

	return !(control->flags & PPTP_TCP_FINAL) && segment->length > 0 &&
	       vpnalg_session_is_past_grace(step->translator, step->record,
					    transitory(step)) &&
	       type != PPTP_STOP_REPLY && type != PPTP_CALL_CLEAR_REQUEST;
}

/* RFC 4787 REQ-6: what the inside host sends keeps the session. */
static void refresh(struct vpnalg_step *step,
		    const struct pptp_segment *segment)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	struct pptp_control *control = segment->control;

	/* A SYN that is not this connection's does not keep it. */
	if (step->parsed->inward ||
	    (segment->flags & TCP_SYN && control->flags & PPTP_TCP_NEW_SYN))
		return;
	if (step->record->flags & VPNALG_SESSION_ENDED) {
		if (!takes_back(step, segment))
			return;
		step->record->flags &= (uint8_t)~VPNALG_SESSION_ENDED;
		vpnalg_pptp_window_forget_fin(control);
	}
	vpnalg_session_set_lifetime(
		step->translator, step->record,
		vpnalg_pptp_window_lifetime(control, timers));
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
	const struct pptp_stream *stream =
		&segment->control->streams[segment->inward];

	if (segment->cut)
		rewrite_cut(step, segment);
	vpnalg_pptp_field_rewrite(step, stream, segment);
	vpnalg_rewrite_mss(step);
	vpnalg_rewrite_ends(step);
}

static enum vpnalg_result take(struct vpnalg_step *step,
			       struct pptp_segment *segment)
{
	enum vpnalg_result result;

	if (segment->flags & TCP_SYN)
		take_syn(step, segment);
	else if (segment->inward)
		vpnalg_pptp_window_complete(segment->control, segment);
	result = take_data(step, segment);
	if (result != VPNALG_TRANSLATED)
		return result;
	take_acknowledgment(segment);
	take_fin(step, segment);
	take_rst(step, segment);
	if (segment->stops && step->parsed->inward)
		end(step);
	refresh(step, segment);
	if (!step->parsed->inward)
		vpnalg_pptp_served_follow(step, segment);
	return VPNALG_TRANSLATED;
}

static bool is_service(const struct vpnalg_step *step)
{
	return step->record != NULL && step->record->kind == PPTP_KIND_SERVICE;
}

enum vpnalg_result vpnalg_pptp_connection(struct vpnalg_step *step)
{
	struct pptp_segment segment;
	enum vpnalg_result result;

	result = read_segment(step, &segment);
	if (result == VPNALG_TRANSLATED && is_service(step)) {
		if (vpnalg_pptp_served_passes(step, &segment)) {
			vpnalg_rewrite_mss(step);
			vpnalg_rewrite_ends(step);
			return VPNALG_TRANSLATED;
		}
		result = vpnalg_pptp_served_open(step, &segment);
	}
	if (result == VPNALG_TRANSLATED && step->record == NULL)
		result = open_connection(step, &segment);
	if (result != VPNALG_TRANSLATED)
		return result;
	segment.inward = step->parsed->inward;
	segment.control = pptp_control(step);
	result = take(step, &segment);
	if (result == VPNALG_TRANSLATED)
		rewrite(step, &segment);
	/* A dropped segment may have changed the record, too: a new SYN is
	 * noted, and so is a failure of the store. */
	vpnalg_session_changed(step->translator, step->record);
	return result;
}

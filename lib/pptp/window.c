/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of a control connection. */
#include "window.h"

#include "../wire/tcp.h"

#define WINDOW_MAX 65535

void vpnalg_pptp_window_start(struct pptp_control *control, unsigned direction,
			      uint32_t sequence)
{
	struct pptp_stream *stream = &control->streams[direction];

	*stream = (struct pptp_stream){ .cursor = sequence,
					.acknowledged = sequence - 1 };
	control->at[direction] = PPTP_MODE_START << 5;
}

/* Returns whether the acknowledgment lies between from and what was sent. */
static bool is_within(const struct pptp_control *control, unsigned direction,
		      const struct pptp_segment *segment, uint32_t from)
{
	return segment->flags & TCP_ACK &&
	       segment->acknowledgment - from <=
		       pptp_edge(control, direction) - from;
}

bool vpnalg_pptp_window_acknowledges(const struct pptp_control *control,
				     unsigned direction,
				     const struct pptp_segment *segment)
{
	return is_within(control, direction, segment,
			 control->streams[direction].acknowledged);
}

bool vpnalg_pptp_window_answers_syn(const struct pptp_control *control,
				    const struct pptp_segment *segment)
{
	return vpnalg_pptp_window_acknowledges(control, 0, segment) &&
	       segment->acknowledgment != control->streams[0].acknowledged;
}

void vpnalg_pptp_window_complete(struct pptp_control *control,
				 const struct pptp_segment *segment)
{
	const struct pptp_stream *in = &control->streams[1];

	if (!(control->flags & PPTP_TCP_SYNCED) &&
	    in->cursor - in->acknowledged == 1 &&
	    segment->sequence == in->cursor &&
	    vpnalg_pptp_window_answers_syn(control, segment))
		control->flags |= PPTP_TCP_SYNCED;
}

void vpnalg_pptp_window_forget_fin(struct pptp_control *control)
{
	struct pptp_stream *in = &control->streams[1];

	if (control->flags & PPTP_TCP_FIN_IN &&
	    in->acknowledged == in->cursor + 1)
		in->acknowledged = in->cursor;
	control->flags &= (uint8_t)~PPTP_TCP_FIN_IN;
}

bool vpnalg_pptp_window_is_acceptable(const struct pptp_control *control,
				      const struct pptp_segment *segment)
{
	return is_within(control, 0, segment,
			 control->streams[0].acknowledged - WINDOW_MAX);
}

bool vpnalg_pptp_window_reaches(struct pptp_control *control,
				unsigned direction,
				const struct pptp_segment *segment)
{
	struct pptp_stream *stream = &control->streams[direction];

	if (stream->cursor - segment->sequence < 1U << 31)
		return true;
	if (pptp_mode(control, direction) != PPTP_MODE_PLAIN ||
	    segment->sequence - stream->cursor > WINDOW_MAX)
		return false;
	stream->cursor = segment->sequence;
	return true;
}

bool vpnalg_pptp_window_resets(const struct pptp_control *control,
			       unsigned direction,
			       const struct pptp_segment *segment)
{
	return pptp_is_synced(control, direction)
		       ? segment->sequence == pptp_edge(control, direction)
		       : vpnalg_pptp_window_answers_syn(control, segment);
}

uint32_t vpnalg_pptp_window_lifetime(const struct pptp_control *control,
				     const struct vpnalg_timers *timers)
{
	if (!(control->flags & PPTP_TCP_ESTABLISHED) ||
	    pptp_has_ended(control, 1))
		return timers->tcp_transitory;
	return pptp_has_ended(control, 0) ? timers->tcp_half_closed
					  : timers->tcp_established;
}

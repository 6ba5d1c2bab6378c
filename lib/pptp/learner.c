/* SPDX-License-Identifier: BSD-2-Clause */
/* The learning of one segment. */
#include "learner.h"

void vpnalg_pptp_learner_pass(struct pptp_learner *l, uint32_t bytes)
{
	struct pptp_stream *stream = &l->stream;

	l->at += bytes;
	stream->offset = (uint16_t)(stream->offset + bytes);
	if (stream->offset == stream->length &&
	    stream->offset >= PPTP_HEADER_LEN)
		stream->offset = 0;
}

void vpnalg_pptp_learner_give_up(struct pptp_learner *l)
{
	if (l->mode == PPTP_MODE_FRAMED)
		vpnalg_session_count_unparsed(l->step->translator,
					      l->step->record);
	l->mode = PPTP_MODE_PLAIN;
	l->at = l->segment->length;
}

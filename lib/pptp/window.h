/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of a control connection is its cursor: a segment changes state
 * only if it touches the cursor (RFC 9293 3.10, RFC 5961). Direction 0 is out,
 * 1 is in. */
#ifndef VPNALG_PPTP_WINDOW_H
#define VPNALG_PPTP_WINDOW_H

#include "field.h"

static inline bool pptp_is_synced(const struct pptp_control *control,
				  unsigned direction)
{
	return direction == 0 || control->flags & PPTP_TCP_SYNCED;
}

static inline bool pptp_has_ended(const struct pptp_control *control,
				  unsigned direction)
{
	return control->flags &
	       (direction ? PPTP_TCP_FIN_IN : PPTP_TCP_FIN_OUT);
}

/* Returns the next sequence number of a direction. A FIN has one, but does not
 * move the cursor: it may be forged. */
static inline uint32_t pptp_edge(const struct pptp_control *control,
				 unsigned direction)
{
	return control->streams[direction].cursor +
	       pptp_has_ended(control, direction);
}

/* Begins a stream at the byte after its SYN. */
void vpnalg_pptp_window_start(struct pptp_control *control, unsigned direction,
			      uint32_t sequence);

/* Returns whether a segment acknowledges data that is known to have been sent
 * in a direction, or the data before. */
bool vpnalg_pptp_window_acknowledges(const struct pptp_control *control,
				     unsigned direction,
				     const struct pptp_segment *segment);

/* Returns whether a segment acknowledges the SYN of the inside host. */
bool vpnalg_pptp_window_answers_syn(const struct pptp_control *control,
				    const struct pptp_segment *segment);

/* Takes a segment from outside that may complete a simultaneous open: it goes
 * on where the SYN-ACK of the inside host said, and acknowledges its SYN. */
void vpnalg_pptp_window_complete(struct pptp_control *control,
				 const struct pptp_segment *segment);

/* Takes a FIN from outside back. */
void vpnalg_pptp_window_forget_fin(struct pptp_control *control);

/* Returns whether a segment from outside may carry data: its acknowledgment is
 * not a blind guess (RFC 5961 5.2). */
bool vpnalg_pptp_window_is_acceptable(const struct pptp_control *control,
				      const struct pptp_segment *segment);

/* Returns whether data, or a FIN, begins at or before the cursor. In a stream
 * that is not read any more a gap does not matter: the cursor is moved over
 * it. */
bool vpnalg_pptp_window_reaches(struct pptp_control *control,
				unsigned direction,
				const struct pptp_segment *segment);

/* Returns whether a RST is exactly at the cursor (RFC 5961 3.2), or answers the
 * SYN. */
bool vpnalg_pptp_window_resets(const struct pptp_control *control,
			       unsigned direction,
			       const struct pptp_segment *segment);

/* Returns the lifetime of the connection after a segment of the inside host's.
 * An end that this host alone has announced leaves it to the remote's data (RFC
 * 7857 2). */
uint32_t vpnalg_pptp_window_lifetime(const struct pptp_control *control,
				     const struct vpnalg_timers *timers);

#endif

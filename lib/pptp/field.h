/* SPDX-License-Identifier: BSD-2-Clause */
/* The remembered IDs of a stream: the fields that have two values, one inside
 * and one outside, until they are acknowledged. */
#ifndef VPNALG_PPTP_FIELD_H
#define VPNALG_PPTP_FIELD_H

#include "pptp.h"

/* A segment of the control connection. */
struct pptp_segment {
	struct pptp_control *control; /* of its connection */
	unsigned inward;              /* its direction: 0 is out, 1 in */
	uint32_t sequence;            /* of the first byte of data */
	uint32_t acknowledgment;
	const uint8_t *data; /* the data, as far as it is in memory */
	uint32_t payload;    /* where it begins, from l4 on */
	uint32_t length;     /* of the data */
	uint32_t caplen;     /* of it in memory */
	uint8_t flags;       /* of TCP */
	bool cut;            /* set: length was made shorter */
	bool stops;          /* set: a Stop-Control-Connection-Request */
};

/* Returns the place for the ID at a position: the one that it has, a free one,
 * or NULL. */
struct pptp_field *vpnalg_pptp_field_place(struct pptp_stream *stream,
					   uint32_t position);

/* Forgets the fields far behind the cursor. */
void vpnalg_pptp_field_forget(struct pptp_stream *stream);

/* Returns whether the segment repeats the bytes of the remembered fields as
 * they were sent. */
bool vpnalg_pptp_field_agrees(const struct pptp_stream *stream,
			      const struct pptp_segment *segment, bool inside);

/* Returns whether all bytes of the segment that must change are in memory. */
bool vpnalg_pptp_field_is_writable(const struct pptp_stream *stream,
				   const struct pptp_segment *segment);

/* Writes the remembered fields, in their other form, into the segment. */
void vpnalg_pptp_field_rewrite(struct vpnalg_step *step,
			       const struct pptp_stream *stream,
			       const struct pptp_segment *segment);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The control stream of one direction, message by message. */
#ifndef VPNALG_PPTP_STREAM_H
#define VPNALG_PPTP_STREAM_H

#include "pptp.h"

/* A segment of the control connection. */
struct pptp_segment {
	uint32_t sequence; /* of the first byte of data */
	uint32_t acknowledgment;
	const uint8_t *data; /* the data, as far as it is in memory */
	uint32_t payload;    /* where it begins, from l4 on */
	uint32_t length;     /* of the data */
	uint32_t caplen;     /* of it in memory */
	uint8_t flags;       /* of TCP */
	bool cut;            /* set: length was made shorter */
	bool stops;          /* set: a Stop-Control-Connection-Request */
};

/* Learns a segment that begins at or before the cursor. Returns
 * VPNALG_TRANSLATED, with segment->length made shorter where the rest cannot be
 * rewritten now, or the reason to drop it. */
enum vpnalg_result vpnalg_pptp_stream_receive(struct vpnalg_step *step,
					      struct pptp_segment *segment);

/* Writes the remembered IDs into a segment that was received. */
void vpnalg_pptp_stream_rewrite(struct vpnalg_step *step,
				const struct pptp_segment *segment);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The control stream of one direction, message by message. */
#ifndef VPNALG_PPTP_STREAM_H
#define VPNALG_PPTP_STREAM_H

#include "field.h"

/* Learns a segment that begins at or before the cursor. Returns
 * VPNALG_TRANSLATED, with segment->length made shorter where the rest cannot be
 * rewritten now, or the reason to drop it. */
enum vpnalg_result vpnalg_pptp_stream_receive(struct vpnalg_step *step,
					      struct pptp_segment *segment);

#endif

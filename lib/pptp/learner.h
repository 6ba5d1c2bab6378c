/* SPDX-License-Identifier: BSD-2-Clause */
/* The learning of one segment: the state of a stream, read byte by byte on a
 * copy that is thrown away if the segment is dropped. */
#ifndef VPNALG_PPTP_LEARNER_H
#define VPNALG_PPTP_LEARNER_H

#include "field.h"

struct pptp_learner {
	struct vpnalg_step *step;
	struct pptp_segment *segment;
	const uint8_t *data;
	uint32_t at;     /* the next byte of the segment */
	uint32_t effort; /* spent on its IDs so far */
	struct pptp_stream stream;
	uint8_t mode, type;
	enum vpnalg_result reason; /* why it must be cut here, if it must */
};

/* Goes over so many bytes of the message. */
void vpnalg_pptp_learner_pass(struct pptp_learner *l, uint32_t bytes);

/* Reads nothing more of this direction, from here on. Its calls go on. */
void vpnalg_pptp_learner_give_up(struct pptp_learner *l);

#endif

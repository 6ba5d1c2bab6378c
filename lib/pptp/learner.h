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
	/* The last call that it has opened, or NULL. */
	struct vpnalg_record *opened;
};

/* Goes over that many bytes of the message. */
void vpnalg_pptp_learner_pass(struct pptp_learner *l, uint32_t bytes);

/* Reads nothing more of this direction, from here on. Its calls go on. */
void vpnalg_pptp_learner_give_up(struct pptp_learner *l);

/* Returns whether all of the segment is in memory: else it cannot be cut. */
static inline bool pptp_learner_has_all(const struct pptp_learner *l)
{
	const struct vpnalg_parsed *parsed = l->step->parsed;

	return parsed->l4_caplen >= parsed->l4_len;
}

#endif

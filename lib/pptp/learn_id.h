/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a control message behind its header: its IDs and its result. */
#ifndef VPNALG_PPTP_LEARN_ID_H
#define VPNALG_PPTP_LEARN_ID_H

#include "learner.h"

/* Returns the least Length of a message of the type (RFC 2637 2). */
uint8_t vpnalg_pptp_learn_least(uint8_t type);

/* Returns the number of bytes of such a message that are read. The rest is
 * skipped. */
unsigned vpnalg_pptp_learn_end(uint8_t type);

/* Learns an ID, or half of one, at the offset of a "Call ID" or a "Peer's Call
 * ID". */
void vpnalg_pptp_learn_id(struct pptp_learner *l);

/* Learns the Result Code of a reply. */
void vpnalg_pptp_learn_result(struct pptp_learner *l);

#endif

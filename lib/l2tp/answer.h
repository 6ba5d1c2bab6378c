/* SPDX-License-Identifier: BSD-2-Clause */
/* Incoming messages for tunnels of shared flows. */
#ifndef VPNALG_L2TP_ANSWER_H
#define VPNALG_L2TP_ANSWER_H

#include "message.h"

/* Sets the other form of the IDs in the message and learns the peer's. Does all
 * that can fail. */
enum vpnalg_result vpnalg_l2tp_answer_prepare(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      struct vpnalg_record *tunnel,
					      struct l2tp_message *message);

/* Does what follows from a message that gets through. */
void vpnalg_l2tp_answer_commit(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct vpnalg_record *tunnel,
			       const struct l2tp_message *message);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Incoming messages that match no known tunnel. */
#ifndef VPNALG_L2TP_UNMATCHED_H
#define VPNALG_L2TP_UNMATCHED_H

#include "message.h"

/* An SCCRP to port 1701, or over IP: returns VPNALG_TRANSLATED and the flow that
 * it answers, VPNALG_UNTOUCHED if it answers none, or a reason to drop it. */
enum vpnalg_result
vpnalg_l2tp_unmatched_answer(struct vpnalg_step *step,
			     const struct l2tp_message *message,
			     struct vpnalg_record **flow);

/* Any message for the flow: returns VPNALG_TRANSLATED if it may have it. */
enum vpnalg_result
vpnalg_l2tp_unmatched_take(struct vpnalg_step *step,
			   const struct l2tp_message *message,
			   struct vpnalg_record **flow);

#endif

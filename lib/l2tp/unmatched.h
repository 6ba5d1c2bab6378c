/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that match no known tunnel. */
#ifndef VPNALG_L2TP_UNMATCHED_H
#define VPNALG_L2TP_UNMATCHED_H

#include "message.h"

/* Matches an SCCRP to port 1701, or over IP: returns VPNALG_TRANSLATED and the
 * flow that it answers, VPNALG_UNTOUCHED if it answers none, or a reason to
 * drop it. */
enum vpnalg_result
vpnalg_l2tp_unmatched_answer(struct vpnalg_step *step,
			     const struct l2tp_message *message,
			     struct vpnalg_record **flow);

/* Returns VPNALG_TRANSLATED if the flow may have the message. */
enum vpnalg_result
vpnalg_l2tp_unmatched_take(struct vpnalg_step *step,
			   const struct l2tp_message *message,
			   struct vpnalg_record **flow);

/* Passes an outgoing packet for an ID that is no tunnel's or session's of the
 * flow, by the claim that was found for it, or NULL. */
enum vpnalg_result
vpnalg_l2tp_unmatched_pass(struct vpnalg_step *step, struct vpnalg_record *flow,
			   const struct l2tp_message *message,
			   struct vpnalg_record *claim);

#endif

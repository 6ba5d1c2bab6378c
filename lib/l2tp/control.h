/* SPDX-License-Identifier: BSD-2-Clause */
/* Outgoing messages and data, but for SCCRQs. */
#ifndef VPNALG_L2TP_CONTROL_H
#define VPNALG_L2TP_CONTROL_H

#include "message.h"

/* Finds or opens the records that the packet belongs to, and sets the other
 * form of its IDs. If it is dropped, opened records are closed. */
enum vpnalg_result vpnalg_l2tp_control_out(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct l2tp_message *message);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs that go out. */
#ifndef VPNALG_L2TP_REQUEST_H
#define VPNALG_L2TP_REQUEST_H

#include "message.h"

/* Returns whether the message requests a tunnel that can be distinguished from
 * others. */
bool vpnalg_l2tp_request_is_one(const struct l2tp_message *message);

/* Takes such an SCCRQ from the flow: sets the other form of its IDs, or returns
 * why it must wait or be dropped, and then nothing has changed. */
enum vpnalg_result vpnalg_l2tp_request(struct vpnalg_step *step,
				       struct vpnalg_record *flow,
				       struct l2tp_message *message,
				       bool fixed_port);

#endif

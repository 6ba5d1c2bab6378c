/* SPDX-License-Identifier: BSD-2-Clause */
/* The remote port that a flow or tunnel is answered from (RFC 2661 8.1). */
#ifndef VPNALG_L2TP_REMOTE_PORT_H
#define VPNALG_L2TP_REMOTE_PORT_H

#include "message.h"

/* Returns whether the message answers a pending SCCRQ. */
bool vpnalg_l2tp_remote_port_is_awaited(struct vpnalg_step *step,
					struct vpnalg_record *flow,
					struct vpnalg_record *tunnel,
					const struct l2tp_message *message);

/* Returns whether a message may come from its port. */
bool vpnalg_l2tp_remote_port_is_right(struct vpnalg_step *step,
				      struct vpnalg_record *flow,
				      struct vpnalg_record *tunnel,
				      const struct l2tp_message *message);

/* Fixes the port of the packet, an answer, as the flow's. */
enum vpnalg_result vpnalg_l2tp_remote_port_take(struct vpnalg_step *step,
						struct vpnalg_record *flow);

#endif

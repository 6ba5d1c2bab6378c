/* SPDX-License-Identifier: BSD-2-Clause */
/* Outgoing packets, in either form. */
#ifndef VPNALG_L2TP_OUT_H
#define VPNALG_L2TP_OUT_H

#include "message.h"

enum vpnalg_result vpnalg_l2tp_out(struct vpnalg_step *step,
				   struct l2tp_message *message,
				   bool fixed_port);

#endif

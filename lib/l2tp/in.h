/* SPDX-License-Identifier: BSD-2-Clause */
/* Incoming packets, in either form. */
#ifndef VPNALG_L2TP_IN_H
#define VPNALG_L2TP_IN_H

#include "message.h"

enum vpnalg_result vpnalg_l2tp_in(struct vpnalg_step *step,
				  struct l2tp_message *message);

#endif

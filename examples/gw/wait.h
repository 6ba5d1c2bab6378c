/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateway's rest. */
#ifndef GW_WAIT_H
#define GW_WAIT_H

#include "gateway.h"

/* Sleeps until there is something to do: a packet, a signal from that file, or
 * until that time. */
void wait_for_work(const struct gateway *gateway, int signals,
		   vpnalg_time until, vpnalg_time now);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Timeouts as a user writes them. */
#ifndef GW_TIMEOUTS_H
#define GW_TIMEOUTS_H

#include <stdbool.h>

#include <vpnalg/vpnalg.h>

/* What one may be called, for those who wrote another name. */
#define TIMEOUTS_NAMES \
	"tcp, tcp-opening, call, call-opening, linger, udp, esp, " \
	"esp-unpaired, gre, icmp"

/* Reads a list of NAME=SECONDS, separated by commas. What is not named stays
 * as it is. */
bool timeouts_read(struct vpnalg_timers *timers, const char *text);

#endif

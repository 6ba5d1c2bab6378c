/* SPDX-License-Identifier: BSD-2-Clause */
/* Timeouts as a user writes them. */
#ifndef COMMON_NAT_TIMEOUTS_H
#define COMMON_NAT_TIMEOUTS_H

/* read() of a list of NAME=SECONDS, separated by commas; where is a struct
 * vpnalg_timers. Timers that are not named stay as they are. */
const char *nat_timeouts_read(void *where, const char *value);

#endif

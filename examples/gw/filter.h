/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter for what the kernel hands out. */
#ifndef GW_FILTER_H
#define GW_FILTER_H

#include <stdbool.h>

#include "../common/nat.h"

/* Makes a packet socket receive only what the translator could want of
 * packets with that direction: those for this host, or those sent by it (but
 * for this program's), either all, with general traffic, or only what could be
 * of a VPN. Returns
 * false, with errno, when that failed. */
bool filter_attach(int fd, enum vpnalg_direction direction,
		   const struct nat_options *options, bool sent);

#endif

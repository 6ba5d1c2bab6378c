/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of the frames that have come. */
#ifndef GW_ARRIVE_H
#define GW_ARRIVE_H

#include <stddef.h>

#include "gateway.h"

/* Makes gateway->packets of frames from a port; returns how many. What comes
 * from inside has the uplink by which its route leaves. */
size_t arrive(struct gateway *gateway, const struct frame *frames, size_t count,
	      const struct port *port);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet from an interface may differ from the one on the wire: its checksum
 * may be left to hardware, and it may be many TCP segments merged into one.
 * Here it becomes what is on the wire again.
 *
 *     | IP | TCP | 4000 bytes |
 *     | IP | TCP | 1448 |  | IP | TCP | 1448 |  | IP | TCP | 1104 |
 */
#ifndef GW_WHOLE_H
#define GW_WHOLE_H

#include <stddef.h>

#include <vpnalg/vpnalg.h>

#include "port.h"

/* The most pieces into which a packet is cut. */
#define WHOLE_PIECES 256

/* Room for the pieces, in bytes: a header for each, and the payload. */
#define WHOLE_ROOM (65536 + WHOLE_PIECES * 120)

/**
 * Makes packets of a frame, in place or in room[WHOLE_ROOM].
 *
 * @return how many, at most WHOLE_PIECES; 0 for a frame that makes no sense
 */
size_t whole_make(const struct frame *frame, uint8_t *room,
		  struct vpnalg_packet *packets);

#endif

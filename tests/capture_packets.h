/* SPDX-License-Identifier: BSD-2-Clause */
/* All packets of a capture, to be translated more than once. What fails is
 * said, and ends the program. */
#ifndef CAPTURE_PACKETS_H
#define CAPTURE_PACKETS_H

#include "capture.h"

#define CAPTURED_MAX 4096

struct captured {
	uint8_t *given, *out; /* what came, and what it became */
	uint32_t caplen, len;
	uint8_t direction, result;
	vpnalg_time now;
};

/* Reads a file into captured. Returns how many packets it has. */
int captured_read(struct capture *capture, const char *name,
		  struct captured *captured);

/* Returns a packet as it came; its bytes are copied to `bytes`. */
struct vpnalg_packet captured_packet(const struct captured *captured,
				     uint8_t *bytes);

void captured_free(struct captured *captured, int count);

#endif

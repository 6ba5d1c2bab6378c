/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 headers with a total length that is not the packet's. */
#ifndef PCAP_LENGTH_H
#define PCAP_LENGTH_H

#include <stdbool.h>

#include "link.h"

/* Returns whether the header makes sense: its own length is at least 20 bytes
 * and in the frame, and the packet's is not less. */
bool length_makes_sense(const struct frame *frame);

/* Fills in the length of a packet that was captured before segmentation
 * offload cut it, when its length was still 0, and updates the header's
 * checksum. Returns false if it had a length, or the frame is longer than an
 * IPv4 packet. */
bool length_fill_in(struct frame *frame);

/* Makes the length 0 again. */
void length_take_out(struct frame *frame);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The length in the IPv4 header, where it does not say how long the packet is. */
#ifndef PCAP_LENGTH_H
#define PCAP_LENGTH_H

#include <stdbool.h>

#include "link.h"

/* Does the header make sense? Its own length is 20 bytes at least and in the
 * frame, and the packet's is not less. */
bool length_makes_sense(const struct frame *frame);

/* A packet that was captured before segmentation offload has cut it has length
 * 0. It gets the length that it has in the capture; its checksum goes with it.
 * False where it had a length, or the frame is longer than an IPv4 packet. */
bool length_fill_in(struct frame *frame);

/* Length 0 again. */
void length_take_out(struct frame *frame);

#endif

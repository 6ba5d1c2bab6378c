/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that a capture has twice: as they came in and as they went on, or
 * from a mirrored port. Counted as repetitions they would look like losses. */
#ifndef PCAP_WHY_TWICE_H
#define PCAP_WHY_TWICE_H

#include "why_facts.h"

/* Returns whether the packet was captured a moment ago, and keeps it. */
bool why_twice(struct why_facts *facts, const struct why_packet *packet);

#endif

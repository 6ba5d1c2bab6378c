/* SPDX-License-Identifier: BSD-2-Clause */
/* Collects what a capture shows, packet by packet. */
#ifndef PCAP_WHY_READ_H
#define PCAP_WHY_READ_H

#include "why_facts.h"

/* Reads an IPv4 packet. */
void why_read(struct why_facts *facts, const struct why_packet *packet);

/* Ends the reading: counts what is known only then. */
void why_read_end(struct why_facts *facts);

void why_facts_free(struct why_facts *facts);

#endif

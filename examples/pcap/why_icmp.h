/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about VPN packets, for --why. */
#ifndef PCAP_WHY_ICMP_H
#define PCAP_WHY_ICMP_H

#include "why_facts.h"

/* Reads a packet of ICMP. Returns false if it is no error about a packet of
 * an attempt's. */
bool why_icmp(struct why_facts *facts, const struct why_packet *packet);

#endif

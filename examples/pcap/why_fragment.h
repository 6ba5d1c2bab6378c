/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments, for --why: which datagrams never became whole. */
#ifndef PCAP_WHY_FRAGMENT_H
#define PCAP_WHY_FRAGMENT_H

#include "why_facts.h"

/* Notes a fragment of a protocol that is looked for. */
void why_fragment(struct why_facts *facts, const struct why_packet *packet);

/* Counts, for their attempts, the datagrams that are not whole at the end. */
void why_fragment_end(struct why_facts *facts);

#endif

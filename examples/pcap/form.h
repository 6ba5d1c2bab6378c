/* SPDX-License-Identifier: BSD-2-Clause */
/* The two forms of a packet, before and after a NAT: what no NAT changes. */
#ifndef PCAP_FORM_H
#define PCAP_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"

/* Returns a hash that is equal for both forms. inward: the packet travels in.
 * All frames hold IPv4 headers, as link_find() has found them. */
uint32_t form_hash(const struct frame *frame, bool inward);

/* Returns whether two frames may hold the forms of one packet: the remote, what
 * lies behind the headers, and the sequence number of TCP are the same. */
bool form_may_be(const struct frame *a, const struct frame *b, bool inward);

/* Returns whether the Identifications are equal. */
bool form_same_identification(const struct frame *a, const struct frame *b);

/* Returns the offset in the IPv4 packet of the first byte in which two forms
 * differ, or -1: as far as both were captured, and without what every router
 * may change: Type of Service, Identification, Time to Live and the header's
 * checksum. */
int form_difference(const struct frame *a, const struct frame *b);

/* Returns the ID of the inside host's in `before` that stands in `after` for
 * `inside_id`: the source port, the identifier of an ICMP query, or with
 * protocol 47 a Call ID in a message of PPTP. -1: none. */
long form_id(const struct frame *before, const struct frame *after,
	     unsigned protocol, uint32_t inside_id);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The attempts of clients to connect: found, begun, and counted into. */
#ifndef PCAP_WHY_ATTEMPT_H
#define PCAP_WHY_ATTEMPT_H

#include "why_facts.h"

/* Returns whether an address is one of those that no router forwards to the
 * internet: RFC 1918, and RFC 6598's. */
bool why_is_private(uint32_t address);

/* Returns whether what came to an address is the outside form of what a client
 * gets: it was captured before the NAT. */
bool why_is_outside_of(const struct why_attempt *attempt, uint32_t address);

/* Returns the attempt of these two addresses, in either order, that was begun
 * last; its .next is the one before it. NULL if there is none. */
struct why_attempt *why_of_pair(const struct why_facts *facts, uint32_t one,
				uint32_t other);

/* Likewise, the last one of a protocol. */
struct why_attempt *why_last_of(const struct why_facts *facts,
				enum why_protocol protocol,
				const struct why_packet *packet);

/* Begins an attempt. Returns NULL if there is no room. */
struct why_attempt *why_begin(struct why_facts *facts,
			      enum why_protocol protocol, uint32_t client,
			      uint32_t server, const struct why_packet *packet);

/* Likewise, where nothing shows which end has begun: a private address is the
 * client's, an address that is known as a server's is not; else the packet's
 * source is. */
struct why_attempt *why_begin_unknown(struct why_facts *facts,
				      enum why_protocol protocol,
				      const struct why_packet *packet);

/* Returns whether the packet passes between these two. */
bool why_is_of(const struct why_attempt *attempt,
	       const struct why_packet *packet);

enum why_end why_other(enum why_end end);

/* Returns which end has sent a packet of an attempt's. */
enum why_end why_end_of(const struct why_attempt *attempt,
			const struct why_packet *packet);

/* Notes that the packet is the attempt's. Returns which end has sent it. */
enum why_end why_note(struct why_attempt *attempt,
		      const struct why_packet *packet);

/* Counts a packet of data. */
void why_count_data(struct why_attempt *attempt, enum why_end end,
		    const struct why_packet *packet);

#endif

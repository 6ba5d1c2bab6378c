/* SPDX-License-Identifier: BSD-2-Clause */
/* A captured packet for --why: what is read of it, and never past what was
 * captured. */
#ifndef PCAP_WHY_PACKET_H
#define PCAP_WHY_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"

#define WHY_ICMP 1
#define WHY_TCP 6
#define WHY_UDP 17
#define WHY_GRE 47
#define WHY_ESP 50
#define WHY_AH 51
#define WHY_L2TP_IP 115

/* Bytes as captured, which may be fewer than there were on the wire. */
struct why_bytes {
	const uint8_t *data;
	uint32_t length;
};

struct why_packet {
	uint64_t number;
	uint64_t time; /* in milliseconds */
	uint32_t source, destination;
	uint8_t protocol;
	bool more;  /* fragments follow */
	bool first; /* and it is what the datagram begins with */
	bool later; /* a fragment without what the datagram begins with */
	uint16_t id;
	uint32_t offset;       /* of a fragment, in bytes */
	uint32_t size;         /* of the IP packet on the wire */
	struct why_bytes body; /* what follows the IP header */
	uint32_t body_size;    /* the same on the wire */
	/* Ports of TCP and UDP, else 0; a further port of servers is shown as
	 * the standard one: */
	uint16_t source_port, destination_port;
	struct why_bytes payload;
	uint32_t payload_size; /* on the wire */
	bool bad_checksum;     /* and it is not one that the sender's network
				  card was left to fill in */
};

/* Returns a big endian number, or 0 where it was not captured whole. */
uint32_t why_get(const struct why_bytes *bytes, uint32_t at, unsigned size);

/* Returns the bytes without the first ones. */
struct why_bytes why_behind(const struct why_bytes *bytes, uint32_t length);

/* Returns no more than the first bytes. */
struct why_bytes why_first(struct why_bytes bytes, uint32_t length);

/* Reads the IPv4 packet of a frame, after link_find() has found its header;
 * sets all but number and time. Returns false if its header was not captured
 * whole. */
bool why_packet_read(const struct frame *frame, struct why_packet *packet);

/* Reads the packet that an ICMP error quotes. */
bool why_packet_quoted(const struct why_packet *error,
		       struct why_packet *packet);

#endif

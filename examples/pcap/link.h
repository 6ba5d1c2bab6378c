/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the IPv4 header in a captured frame. */
#ifndef PCAP_LINK_H
#define PCAP_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* A frame as it was captured. */
struct frame {
	uint8_t *data;
	uint32_t caplen; /* bytes at data */
	uint32_t len;    /* bytes on the wire */
	/* Set by link_find(): */
	uint32_t ip;    /* where the IPv4 header is */
	uint32_t pppoe; /* where the PPPoE header is, or UINT32_MAX */
};

/* Returns whether frames of this link type, a DLT_ of libpcap, are
 * understood. */
bool link_known(int type);

/* Returns the link type to write for it: the same, unless it has several
 * numbers. */
int link_written(int type);

/* Finds the IPv4 header of a frame. Returns false if it has none. */
bool link_find(int type, struct frame *frame);

/* Shortens a frame to its IPv4 packet, which has become shorter: removes the
 * tail, padding included, and corrects the headers' lengths. */
void link_cut(struct frame *frame, uint32_t packet_len);

#endif

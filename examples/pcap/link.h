/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the IPv4 header lies in a captured frame. */
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

/* Can packets be found behind this link type, a DLT_ of libpcap? */
bool link_known(int type);

/* The link type to write for it: the same, unless it has several numbers. */
int link_written(int type);

/* Finds the IPv4 header of a frame. False when it holds something else. */
bool link_find(int type, struct frame *frame);

/* The IPv4 packet has become shorter: takes the frame's tail away, padding
 * included, and tells its headers so. */
void link_cut(struct frame *frame, uint32_t packet_len);

#endif

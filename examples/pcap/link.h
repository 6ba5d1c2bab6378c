/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the IPv4 header in a captured frame. */
#ifndef PCAP_LINK_H
#define PCAP_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <pcap/pcap.h>

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

/* Returns the number that stands for a written link type in files:
 * LINKTYPE_. */
uint16_t link_number(int type);

/* Finds the IPv4 header of a frame. Returns false if it has none. */
bool link_find(int type, struct frame *frame);

/* Gives an IPv4 packet's header of a capture without its frame and what is
 * behind the packet. */
void link_take_out(const struct frame *frame, struct pcap_pkthdr *header);

/* Shortens a frame to its IPv4 packet, which has become shorter: removes the
 * tail, padding included, and corrects the headers' lengths. */
void link_cut(struct frame *frame, uint32_t packet_len);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a pcapng file (draft-ietf-opsawg-pcapng): one section, its interfaces,
 * packets with comments, and names of addresses. libpcap writes none. */
#ifndef PCAP_PCAPNG_H
#define PCAP_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Types of blocks, and the number that tells a section's byte order. The first
 * is the same in either order. */
#define PCAPNG_SECTION 0x0a0d0d0aUL
#define PCAPNG_INTERFACE 1
#define PCAPNG_PACKET_OLD 2
#define PCAPNG_PACKET_SIMPLE 3
#define PCAPNG_NAMES 4
#define PCAPNG_PACKET 6
#define PCAPNG_MAGIC 0x1a2b3c4dUL

/* Options of interfaces. */
#define PCAPNG_IF_NAME 2
#define PCAPNG_IF_DESCRIPTION 3

/* The most comments of a packet. */
#define PCAPNG_COMMENTS 8

struct pcapng {
	FILE *file; /* ferror() tells whether all was written */
	bool big;   /* its numbers are big endian */
	uint32_t interfaces;
};

struct pcapng_interface {
	const char *name;
	const char *description; /* or "" */
	uint16_t link;           /* LINKTYPE_ number */
	uint32_t snaplen;
	bool nano; /* its times are nanoseconds, else microseconds */
};

/* A packet's direction, as the interface sees it. */
enum pcapng_direction { PCAPNG_UNKNOWN, PCAPNG_INBOUND, PCAPNG_OUTBOUND };

struct pcapng_packet {
	uint32_t interface;
	uint64_t time; /* in the interface's unit */
	const uint8_t *data;
	uint32_t caplen, len;
	enum pcapng_direction direction;
	uint64_t id; /* the same for both forms of a packet */
	const char *comments[PCAPNG_COMMENTS];
	size_t comment_count;
};

/* Begins a file. program is the name of the program that writes it. */
void pcapng_begin(struct pcapng *pcapng, FILE *file, bool big,
		  const char *program);

/* Adds an interface; returns its number. */
uint32_t pcapng_interface(struct pcapng *pcapng,
			  const struct pcapng_interface *interface);

void pcapng_packet(struct pcapng *pcapng, const struct pcapng_packet *packet);

/* Copies the body of a block of names, of a file of the same byte order. */
void pcapng_names(struct pcapng *pcapng, const uint8_t *body, size_t length);

#endif

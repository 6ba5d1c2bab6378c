/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at a pcapng file while libpcap reads it, for what libpcap does not
 * tell: the interfaces' names, the interface of each packet, and the names of
 * addresses. It takes bytes as they come, so pipes work too; what is wrong with
 * a file libpcap finds and says. */
#ifndef PCAP_TAP_H
#define PCAP_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The shortest block: a type, its length, and the length again. */
#define TAP_HEAD 12

/* An interface of the file. */
struct tap_interface {
	char *name;        /* or "" */
	char *description; /* or "" */
};

/* Names of addresses: the body of a block, in the file's byte order. */
struct tap_names {
	uint8_t *body;
	size_t length;
};

struct tap {
	uint8_t head[TAP_HEAD]; /* of the block at hand */
	size_t have;            /* of its head */
	uint32_t left;          /* of the block, behind the head */
	uint8_t *body;          /* the rest of it, where it is wanted */
	size_t used, room;
	bool begun; /* a section is open */
	bool big;   /* and its numbers are big endian */
	bool lost;  /* it can be followed no more */
	/* All interfaces, those of earlier sections first. */
	struct tap_interface *interfaces;
	size_t interface_count, interface_room;
	size_t section; /* where the section's begin */
	/* The interfaces of packets that libpcap has not returned yet. */
	size_t *packets;
	size_t packet_first, packet_count, packet_room;
	size_t interface; /* of the last packet that it has returned */
	struct tap_names *names;
	size_t name_count, name_room;
};

/* Looks at bytes of the file. */
void tap_feed(struct tap *tap, const uint8_t *bytes, size_t count);

/* Returns the interface of the next packet. */
size_t tap_next(struct tap *tap);

void tap_close(struct tap *tap);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the programs that run captures through a translator. A failure is
 * reported, and ends the program. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

/* One IPv4 packet of a capture. */
struct capture_packet {
	unsigned long number; /* of the frame; 0 before the first */
	uint64_t microseconds;
	vpnalg_time now; /* milliseconds */
	const uint8_t *ip;
	uint32_t caplen; /* at least an IPv4 header, at most CAPTURE_LONGEST */
	uint32_t len;
};

#define CAPTURE_LONGEST 65535

/* A capture, and where the inside is in it. */
struct capture {
	struct vpnalg_addr outside; /* the outside address */
	uint8_t inside[4]; /* octets that inside addresses begin with */
	unsigned inside_octets;
	bool l2tp_port_1701; /* of all L2TP servers; false at first */
	bool waits;          /* hosts may be held back; false at first */
	bool account;        /* sessions keep account; false at first */
	bool fragments; /* there is memory for them; false at first */
	void (*event)(void *, const struct vpnalg_event *); /* NULL at first */
	pcap_t *pcap;
};

/* Reads INSIDE, the first octets of the inside hosts' addresses or all four of
 * one host's, and OUTSIDE, the outside address. */
void capture_sides(struct capture *capture, const char *inside,
		   const char *outside);

/* Opens another file; the sides stay. */
void capture_open(struct capture *capture, const char *name);

/* Finds the IPv4 packet after that one; false, and the file is closed, at its
 * end. */
bool capture_next(const struct capture *capture, struct capture_packet *packet);

bool capture_is_inside(const struct capture *capture, const uint8_t *address);

/* Returns whether two packets are the same, but for a checksum of 0xffff that
 * may have become 0: both are zero in ones' complement. */
bool capture_same(const uint8_t *a, const uint8_t *b, uint32_t length);

/* The memory of a translator: two of them can exist side by side. */
struct capture_place {
	uint64_t memory[4096], sessions[131072], fragments[8192];
	struct vpnalg_store store;
	uint64_t hash_key[2];
};

/* Makes a new translator there. All of them share one source of chance, of
 * which making one takes nothing. */
struct vpnalg *capture_translator_at(const struct capture *capture,
				     struct capture_place *place);

/* Begins with the same chance again. */
void capture_chance(void);

/* Makes a new translator in place of the last. Unless the capture is of hosts
 * that had to wait already, nobody waits, as nothing is sent again. */
struct vpnalg *capture_translator(const struct capture *capture);

/* Returns the direction of a packet of the capture, and its form: enum
 * vpnalg_direction. */
uint8_t capture_direction(const struct capture *capture, const uint8_t *ip);

#endif

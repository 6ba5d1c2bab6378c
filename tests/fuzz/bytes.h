/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as bytes. */
#ifndef TESTS_FUZZ_BYTES_H
#define TESTS_FUZZ_BYTES_H

#include <stdbool.h>
#include <stdint.h>

enum { ICMP = 1, TCP = 6, UDP = 17, DCCP = 33, GRE = 47, ESP = 50, AH = 51,
       L2TP_IP = 115, SCTP = 132, UDPLITE = 136 };
enum { PORT_IKE = 500, PORT_L2TP = 1701, PORT_PPTP = 1723, PORT_NAT_T = 4500 };
enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

#define PACKET_MAX 2048

struct bytes {
	uint32_t length;
	uint8_t data[PACKET_MAX];
};

uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
void put16(uint8_t *p, unsigned value);
void put32(uint8_t *p, uint32_t value);
void add8(struct bytes *b, unsigned value);
void add16(struct bytes *b, unsigned value);
void add32(struct bytes *b, uint32_t value);
/* Adds that many bytes of a pattern. */
void add_pattern(struct bytes *b, uint32_t length);

/* Returns the ones' complement sum of bytes and of the sum before, folded. */
uint32_t sum(const uint8_t *p, uint32_t length, uint32_t before);
/* Returns the sum of a packet's pseudo header. */
uint32_t pseudo_sum(const uint8_t *ip);
uint32_t header_length(const uint8_t *ip);
/* Returns the offset of the checksum behind the IP header, or -1. */
int checksum_offset(const uint8_t *ip);
/* Returns whether a fragment is another one than the first of its datagram. */
bool is_later_fragment(const uint8_t *ip);
void set_checksums(struct bytes *packet, bool partial);

/* Begins a packet. Its payload is added behind that, and end_packet() sets
 * lengths and checksums. */
void begin_ip(struct bytes *b, uint32_t from, uint32_t to, uint8_t protocol);
void begin_udp(struct bytes *b, uint32_t from, uint16_t from_port, uint32_t to,
	       uint16_t to_port);
void begin_tcp(struct bytes *b, uint32_t from, uint16_t from_port, uint32_t to,
	       uint16_t to_port, const uint32_t numbers[2], uint8_t flags);
void end_packet(struct bytes *b);

#endif

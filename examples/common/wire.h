/* SPDX-License-Identifier: BSD-2-Clause */
/* The places of bytes in packets that the gateway itself looks at, and the
 * Internet checksum. */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define IP_LENGTH_OFF 2
#define IP_ID_OFF 4
#define IP_FRAGMENT_OFF 6
#define IP_TTL_OFF 8
#define IP_PROTOCOL_OFF 9
#define IP_CHECKSUM_OFF 10
#define IP_SOURCE_OFF 12
#define IP_DESTINATION_OFF 16
#define IP_HEADER_LEN 20
#define IP_HEADER_MAX 60
#define IP_DONT_FRAGMENT 0x4000
#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET_MASK 0x1fff
#define IP_PACKET_MAX 65535

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_DCCP 33
#define PROTOCOL_GRE 47
#define PROTOCOL_ESP 50
#define PROTOCOL_AH 51
#define PROTOCOL_L2TP 115
#define PROTOCOL_SCTP 132
#define PROTOCOL_UDPLITE 136

#define TCP_SEQUENCE_OFF 4
#define TCP_ACK_OFF 8
#define TCP_DATA_OFF 12
#define TCP_FLAGS_OFF 13
#define TCP_CHECKSUM_OFF 16
#define TCP_HEADER_LEN 20
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_CWR 0x80

#define UDP_LENGTH_OFF 4
#define UDP_CHECKSUM_OFF 6
#define UDP_HEADER_LEN 8

#define ICMP_CHECKSUM_OFF 2
#define ICMP_MTU_OFF 6
#define ICMP_HEADER_LEN 8

#define PORT_IKE 500
#define PORT_L2TP 1701
#define PORT_PPTP 1723
#define PORT_NAT_T 4500

static inline unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline void put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

/* Returns the length of an IP header, options included. */
static inline unsigned ip_header_len(const uint8_t *ip)
{
	return (ip[0] & 15u) * 4;
}

/* Adds bytes to a sum of 16-bit words. Only the last piece may have an odd
 * length. */
static inline uint32_t sum_add(uint32_t sum, const uint8_t *p, size_t length)
{
	for (; length > 1; p += 2, length -= 2)
		sum += get16(p);
	return length ? sum + (get16((uint8_t[]){ *p, 0 })) : sum;
}

/* Returns the checksum that makes the sum right (RFC 1071). */
static inline unsigned sum_end(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

#endif

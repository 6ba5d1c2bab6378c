/* SPDX-License-Identifier: BSD-2-Clause */
/* What the examples of the manual share: IPv4 packets, made and judged. */
#ifndef DOC_EXAMPLES_PACKETS_H
#define DOC_EXAMPLES_PACKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/handler.h>

enum {
	SOURCE = 12,
	DESTINATION = 16,
	L4 = 20,
	TCP = 6,
	UDP = 17,
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10
};

/* 192.168.77.11, the inside host; 203.0.113.1, the outside address;
 * 203.0.113.10, the remote. */
static const uint8_t inside_host[4] = { 192, 168, 77, 11 };
static const uint8_t outside_address[4] = { 203, 0, 113, 1 };
static const uint8_t remote_host[4] = { 203, 0, 113, 10 };

/* Ends the program with status 1 where what is expected does not hold. */
#define CHECK(holds) check((holds), #holds, __FILE__, __LINE__)

static inline void check(bool holds, const char *what, const char *file,
			 int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	exit(1);
}

static inline uint32_t next_random(void *file)
{
	uint32_t bits = 0;

	CHECK(file && fread(&bits, sizeof(bits), 1, file) == 1);
	return bits;
}

static inline uint32_t sum(const uint8_t *bytes, uint32_t length)
{
	uint32_t total = 0, i;

	for (i = 0; i < length; i++)
		total += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return total;
}

static inline uint16_t checksum(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* Over the pseudo header (RFC 9293 3.1, RFC 768) and what follows IP. */
static inline uint16_t l4_checksum(const uint8_t *ip)
{
	uint32_t length = vpnalg_get16(ip + 2) - (uint32_t)L4;

	return checksum(sum(ip + SOURCE, 8) + ip[9] + length +
			sum(ip + L4, length));
}

/* Fills the headers of a packet; returns its length. */
static inline uint32_t finish(uint8_t *ip, uint8_t protocol, uint32_t l4_len)
{
	unsigned at = protocol == TCP ? L4 + 16 : L4 + 6;

	ip[0] = 0x45;
	vpnalg_put16(ip + 2, L4 + l4_len);
	ip[8] = 64;
	ip[9] = protocol;
	vpnalg_put16(ip + 10, 0);
	vpnalg_put16(ip + 10, checksum(sum(ip, L4)));
	if (protocol == UDP)
		vpnalg_put16(ip + L4 + 4, l4_len);
	if (protocol == TCP || protocol == UDP) {
		vpnalg_put16(ip + at, 0);
		vpnalg_put16(ip + at, l4_checksum(ip));
	}
	return L4 + l4_len;
}

/* A TCP segment without data; bytes has room for 40. */
static inline struct vpnalg_packet tcp(uint8_t *bytes, const uint8_t *source,
				       uint16_t source_port,
				       const uint8_t *destination,
				       uint16_t destination_port,
				       uint8_t flags)
{
	memset(bytes, 0, 40);
	memcpy(bytes + SOURCE, source, 4);
	memcpy(bytes + DESTINATION, destination, 4);
	vpnalg_put16(bytes + L4, source_port);
	vpnalg_put16(bytes + L4 + 2, destination_port);
	bytes[L4 + 7] = 1; /* sequence number */
	bytes[L4 + 12] = 0x50;
	bytes[L4 + 13] = flags;
	return (struct vpnalg_packet){ .data = bytes,
				       .caplen = 40,
				       .len = finish(bytes, TCP, 20) };
}

/* Whether all checksums of a packet hold. */
static inline bool is_sound(const uint8_t *ip)
{
	bool covers = ip[9] == TCP || ip[9] == UDP;

	return checksum(sum(ip, L4)) == 0 &&
	       (!covers || l4_checksum(ip) == 0);
}

#endif

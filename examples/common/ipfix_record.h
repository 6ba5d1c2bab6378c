/* SPDX-License-Identifier: BSD-2-Clause */
/* An event as it is given to the process that exports it. */
#ifndef COMMON_IPFIX_RECORD_H
#define COMMON_IPFIX_RECORD_H

#include <stdint.h>

/* The contents of a record besides its time and natEvent: each combination has
 * a template. */
enum {
	IPFIX_SOURCE = 0x0001,
	IPFIX_POST_SOURCE = 0x0002,
	IPFIX_PROTOCOL = 0x0004,
	IPFIX_SOURCE_PORT = 0x0008,
	IPFIX_POST_PORT = 0x0010,
	IPFIX_SPI = 0x0020,
	IPFIX_DESTINATION = 0x0040,
	IPFIX_DESTINATION_PORT = 0x0080,
	IPFIX_ACCOUNT = 0x0100,
	IPFIX_END = 0x0200,
	IPFIX_BLOCK = 0x0400,
	IPFIX_QUOTA = 0x0800,
	IPFIX_MAX_SESSIONS = 0x1000,
	IPFIX_MAX_BINDINGS = 0x2000,
	IPFIX_MAX_PER_HOST = 0x4000,
	IPFIX_NAME = 0x8000
};

#define IPFIX_NAME_MAX 32

/* Without gaps, as libfixbuf wants it. */
struct ipfix_fields {
	uint64_t time;
	uint64_t start, end; /* the first and the last packet */
	uint64_t packets, octets;
	uint64_t reverse_packets, reverse_octets;
	uint32_t source, post_source, destination;
	uint32_t spi;
	uint32_t quota;
	uint32_t most; /* of that quota */
	uint16_t source_port, post_port, destination_port;
	uint16_t block_first, block_last;
	uint8_t protocol;
	uint8_t event;
	uint8_t end_reason;
	uint8_t padding[3];
};

struct ipfix_record {
	struct ipfix_fields fields;
	uint32_t has; /* IPFIX_SOURCE and so on */
	char name[IPFIX_NAME_MAX];
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 (RFC 791) and ICMP (RFC 792) on the wire. */
#ifndef VPNALG_WIRE_IP_H
#define VPNALG_WIRE_IP_H

/*   0               1               2               3
 *  +-------+-------+---------------+-------------------------------+
 *  |version|  IHL  |               |         total length          |
 *  +-------+-------+---------------+-----+-------------------------+
 *  |        identification         |flags|     fragment offset     |
 *  +---------------+---------------+-----+-------------------------+
 *  |               |   protocol    |           checksum            |
 *  +---------------+---------------+-------------------------------+
 *  |                            source                             |
 *  |                          destination                          |
 *  +---------------------------------------------------------------+ */
enum {
	IPV4_LENGTH_OFF = 2,
	IPV4_ID_OFF = 4,
	IPV4_FRAGMENT_OFF = 6,
	IPV4_PROTOCOL_OFF = 9,
	IPV4_CHECKSUM_OFF = 10,
	IPV4_SOURCE_OFF = 12,
	IPV4_DESTINATION_OFF = 16,
	IPV4_HEADER_LEN = 20,
	IPV4_WITHOUT_OPTIONS = 0x45, /* version and IHL */
	IPV4_ADDR_LEN = 4,

	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_FRAGMENT_MASK = 0x1fff,

	IPV4_OPTION_END = 0,
	IPV4_OPTION_NOTHING = 1,
	IPV4_OPTION_RECORD_ROUTE = 7,
	IPV4_OPTION_TIMESTAMP = 68,
	IPV4_OPTION_LOOSE_ROUTE = 131,
	IPV4_OPTION_STRICT_ROUTE = 137,

	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17
};

/* The ports with which TCP (RFC 9293 3.1) and UDP (RFC 768) begin. */
enum { PORT_SOURCE_OFF = 0, PORT_DESTINATION_OFF = 2, PORTS_LEN = 4 };

/* An ICMP error: type, code, checksum, 4 bytes, then the quoted packet. A query
 * has an identifier in the first two of these. */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO = 8,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMP_CHECKSUM_OFF = 2,
	ICMP_ID_OFF = 4,
	ICMP_QUERY_LEN = 8,

	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMP_QUOTE_OFF = 8
};

#endif

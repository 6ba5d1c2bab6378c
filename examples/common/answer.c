/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer.h"

#include <stdbool.h>
#include <string.h>

#include "wire.h"

#define TTL 64

#define ICMP_UNREACHABLE 3
#define ICMP_UNREACHABLE_TOO_BIG 4
#define ICMP_UNREACHABLE_PROHIBITED 13
#define ICMP_TIME_EXCEEDED 11

/* The kernel fills in the ID, the header's checksum, and a source address of
 * 0. */
static void make_ip(uint8_t *ip, unsigned protocol, size_t length,
		    const uint8_t *destination)
{
	memset(ip, 0, IP_HEADER_LEN);
	ip[0] = 0x45;
	put16(ip + IP_LENGTH_OFF, (unsigned)length);
	ip[IP_TTL_OFF] = TTL;
	ip[IP_PROTOCOL_OFF] = (uint8_t)protocol;
	memcpy(ip + IP_DESTINATION_OFF, destination, 4);
}

/* Returns whether the packet is an ICMP error, or could be: it may be cut
 * before its type. */
static bool is_error(const struct answer_head *head)
{
	static const uint8_t errors[] = { 3, 4, 5, 11, 12 };
	unsigned header = ip_header_len(head->data);

	if (head->data[IP_PROTOCOL_OFF] != PROTOCOL_ICMP)
		return false;
	return head->len <= header ||
	       memchr(errors, head->data[header], sizeof(errors)) != NULL;
}

/* No error is sent about an error, nor about a later fragment (RFC 1122
 * 3.2.2). */
static size_t make_error(const struct answer_head *head, unsigned type,
			 unsigned code, unsigned mtu, uint8_t *data)
{
	uint8_t *icmp = data + IP_HEADER_LEN;
	size_t length = ICMP_HEADER_LEN + head->len;

	if (is_error(head) ||
	    get16(head->data + IP_FRAGMENT_OFF) & IP_OFFSET_MASK)
		return 0;
	make_ip(data, PROTOCOL_ICMP, IP_HEADER_LEN + length,
		head->data + IP_SOURCE_OFF);
	memset(icmp, 0, ICMP_HEADER_LEN);
	icmp[0] = (uint8_t)type;
	icmp[1] = (uint8_t)code;
	put16(icmp + ICMP_MTU_OFF, mtu);
	memcpy(icmp + ICMP_HEADER_LEN, head->data, head->len);
	put16(icmp + ICMP_CHECKSUM_OFF, sum_end(sum_add(0, icmp, length)));
	return IP_HEADER_LEN + length;
}

size_t answer_too_big(const struct answer_head *head, unsigned mtu,
		      uint8_t *data)
{
	return make_error(head, ICMP_UNREACHABLE, ICMP_UNREACHABLE_TOO_BIG, mtu,
			  data);
}

size_t answer_expired(const struct answer_head *head, uint8_t *data)
{
	return make_error(head, ICMP_TIME_EXCEEDED, 0, 0, data);
}

size_t answer_prohibited(const struct answer_head *head, uint8_t *data)
{
	return make_error(head, ICMP_UNREACHABLE, ICMP_UNREACHABLE_PROHIBITED,
			  0, data);
}

/* Returns the length of a segment by its headers; SYN and FIN count as one
 * byte each. */
static uint32_t segment_len(const struct answer_head *head,
			    const uint8_t *tcp)
{
	unsigned headers = ip_header_len(head->data) +
			   (tcp[TCP_DATA_OFF] >> 4) * 4u;
	uint32_t length = get16(head->data + IP_LENGTH_OFF) - headers;

	if (tcp[TCP_FLAGS_OFF] & TCP_SYN)
		length++;
	if (tcp[TCP_FLAGS_OFF] & TCP_FIN)
		length++;
	return length;
}

/* [reset] */
size_t answer_reset(const struct answer_head *head, uint8_t *data)
{
	const uint8_t *ip = head->data;
	const uint8_t *tcp = ip + ip_header_len(ip);
	uint8_t *reset = data + IP_HEADER_LEN;
	uint32_t sum = PROTOCOL_TCP + TCP_HEADER_LEN;

	if (ip_header_len(ip) + TCP_HEADER_LEN > head->len ||
	    ip[IP_PROTOCOL_OFF] != PROTOCOL_TCP ||
	    tcp[TCP_FLAGS_OFF] & TCP_RST)
		return 0;
	make_ip(data, PROTOCOL_TCP, IP_HEADER_LEN + TCP_HEADER_LEN,
		ip + IP_SOURCE_OFF);
	memcpy(data + IP_SOURCE_OFF, ip + IP_DESTINATION_OFF, 4);
	memset(reset, 0, TCP_HEADER_LEN);
	memcpy(reset, tcp + 2, 2);
	memcpy(reset + 2, tcp, 2);
	reset[TCP_DATA_OFF] = TCP_HEADER_LEN / 4 << 4;
	reset[TCP_FLAGS_OFF] = TCP_RST;
	if (tcp[TCP_FLAGS_OFF] & TCP_ACK) {
		memcpy(reset + TCP_SEQUENCE_OFF, tcp + TCP_ACK_OFF, 4);
	} else {
		reset[TCP_FLAGS_OFF] |= TCP_ACK;
		put32(reset + TCP_ACK_OFF, get32(tcp + TCP_SEQUENCE_OFF) +
						   segment_len(head, tcp));
	}
	sum = sum_add(sum, data + IP_SOURCE_OFF, 8);
	put16(reset + TCP_CHECKSUM_OFF,
	      sum_end(sum_add(sum, reset, TCP_HEADER_LEN)));
	return IP_HEADER_LEN + TCP_HEADER_LEN;
}
/* [reset] */

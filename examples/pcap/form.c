/* SPDX-License-Identifier: BSD-2-Clause */
#include "form.h"

#include <string.h>

#include <netinet/in.h>

enum {
	LENGTH_OFF = 2,
	IDENTIFICATION_OFF = 4,
	FRAGMENT_OFF = 6,
	PROTOCOL_OFF = 9,
	SOURCE_OFF = 12,
	DESTINATION_OFF = 16,
	IPV4_LEN = 20,
	FRAGMENT_MASK = 0x1fff
};

/* The number of bytes behind the headers that are compared to find the other
 * form. */
#define BODY 64

/* PPTP's messages (RFC 2637 2): length, type, magic cookie, control message
 * type. Requests, replies and the end of a call have the sender's Call ID. */
enum {
	MAGIC_OFF = 4,
	TYPE_OFF = 8,
	CALL_ID_OFF = 12,
	MESSAGE_MIN = 16,
	CALL_FIRST = 7,       /* Outgoing-Call-Request */
	CALL_REPLY_LAST = 10, /* Incoming-Call-Reply */
	CALL_CLEAR = 12,      /* Call-Clear-Request */
	CALL_DISCONNECT = 13  /* Call-Disconnect-Notify */
};
static const uint32_t magic_cookie = 0x1a2b3c4d;

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* The part behind an IPv4 header. */
struct body {
	const uint8_t *ip, *data;
	uint32_t length; /* that was captured */
};

static struct body body_of(const struct frame *frame)
{
	const uint8_t *ip = frame->data + frame->ip;
	uint32_t captured = frame->caplen - frame->ip;
	uint32_t header = (ip[0] & 15U) * 4;
	uint32_t length = get16(ip + LENGTH_OFF);

	if (length > captured || length == 0)
		length = captured;
	if (header < IPV4_LEN || header > length)
		header = length;
	return (struct body){ ip, ip + header, length - header };
}

static const uint8_t *remote_of(const uint8_t *ip, bool inward)
{
	return ip + (inward ? SOURCE_OFF : DESTINATION_OFF);
}

uint32_t form_hash(const struct frame *frame, bool inward)
{
	const uint8_t *ip = frame->data + frame->ip;
	uint32_t hash = get32(remote_of(ip, inward));

	hash = hash * 31 + get16(ip + LENGTH_OFF);
	hash = hash * 31 + (get16(ip + FRAGMENT_OFF) & FRAGMENT_MASK);
	return (hash * 31 + ip[PROTOCOL_OFF]) * 0x9e3779b1U >> 8;
}

static bool is_first(const uint8_t *ip)
{
	return (get16(ip + FRAGMENT_OFF) & FRAGMENT_MASK) == 0;
}

static bool has_ports(const uint8_t *ip)
{
	return is_first(ip) && (ip[PROTOCOL_OFF] == IPPROTO_TCP ||
				ip[PROTOCOL_OFF] == IPPROTO_UDP);
}

/* The part that no NAT changes, as far as both were captured: of TCP its
 * sequence numbers, since Call IDs may follow; of an ICMP query what is behind
 * the identifier; of ESP all. */
static bool same_body(const struct body *a, const struct body *b)
{
	uint8_t protocol = a->ip[PROTOCOL_OFF];
	uint32_t length = a->length < b->length ? a->length : b->length;
	uint32_t from = 8, to = BODY;

	if (protocol == IPPROTO_ESP || !is_first(a->ip))
		from = 0;
	else if (protocol == IPPROTO_ICMP)
		from = 6;
	else if (protocol == IPPROTO_TCP) {
		from = 4;
		to = 12;
	}
	if (to > length)
		to = length;
	return from >= to || memcmp(a->data + from, b->data + from,
				    to - from) == 0;
}

bool form_may_be(const struct frame *a, const struct frame *b, bool inward)
{
	struct body one = body_of(a), other = body_of(b);
	uint32_t port = inward ? 0 : 2;

	if (memcmp(remote_of(one.ip, inward), remote_of(other.ip, inward), 4) ||
	    memcmp(one.ip + LENGTH_OFF, other.ip + LENGTH_OFF, 2) ||
	    one.ip[PROTOCOL_OFF] != other.ip[PROTOCOL_OFF])
		return false;
	if (has_ports(one.ip) && one.length >= 4 && other.length >= 4 &&
	    memcmp(one.data + port, other.data + port, 2))
		return false;
	return same_body(&one, &other);
}

bool form_same_identification(const struct frame *a, const struct frame *b)
{
	return !memcmp(a->data + a->ip + IDENTIFICATION_OFF,
		       b->data + b->ip + IDENTIFICATION_OFF, 2);
}

/* Returns whether a router may change a byte of the IPv4 header. */
static bool may_change(uint32_t at)
{
	return at == 1 || at == IDENTIFICATION_OFF ||
	       at == IDENTIFICATION_OFF + 1 || at == 8 || at == 10 || at == 11;
}

int form_difference(const struct frame *a, const struct frame *b)
{
	const uint8_t *one = a->data + a->ip, *other = b->data + b->ip;
	struct body first = body_of(a), second = body_of(b);
	uint32_t length = (uint32_t)(first.data - one) + first.length;
	uint32_t other_length = (uint32_t)(second.data - other) + second.length;

	if (length > other_length)
		length = other_length;
	for (uint32_t i = 0; i < length; i++)
		if (one[i] != other[i] && !may_change(i))
			return (int)i;
	return -1;
}

/* IDs */

static bool has_call_id(uint32_t type)
{
	return (type >= CALL_FIRST && type <= CALL_REPLY_LAST) ||
	       type == CALL_CLEAR || type == CALL_DISCONNECT;
}

/* Returns the offset of a Call ID in the messages of a segment, or 0. */
static uint32_t find_call_id(const uint8_t *data, uint32_t length, uint32_t id)
{
	uint32_t at = 0, type;

	while (length - at >= MESSAGE_MIN &&
	       get32(data + at + MAGIC_OFF) == magic_cookie) {
		type = get16(data + at + TYPE_OFF);
		if (has_call_id(type) &&
		    get16(data + at + CALL_ID_OFF) == id)
			return at + CALL_ID_OFF;
		if (get16(data + at) < MESSAGE_MIN ||
		    get16(data + at) > length - at)
			break;
		at += get16(data + at);
	}
	return 0;
}

static long call_id(const struct body *before, const struct body *after,
		    uint32_t inside_id)
{
	uint32_t header = 20, at;

	if (before->length < header || before->ip[PROTOCOL_OFF] != IPPROTO_TCP)
		return -1;
	header = (before->data[12] >> 4) * 4U;
	if (header < 20 || header > before->length)
		return -1;
	at = find_call_id(before->data + header, before->length - header,
			  inside_id);
	return at != 0 && header + at + 2 <= after->length
		       ? (long)get16(after->data + header + at)
		       : -1;
}

/* Returns the offset of the inside host's ID in a packet that travels out. */
static uint32_t id_off(unsigned protocol)
{
	return protocol == IPPROTO_ICMP ? 4 : 0;
}

static bool has_id(unsigned protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_ICMP;
}

long form_id(const struct frame *before, const struct frame *after,
	     unsigned protocol, uint32_t inside_id)
{
	struct body one = body_of(before), other = body_of(after);
	uint32_t at = id_off(protocol);

	if (protocol == IPPROTO_GRE)
		return call_id(&one, &other, inside_id);
	if (!has_id(protocol) || one.ip[PROTOCOL_OFF] != protocol ||
	    !is_first(one.ip) || one.length < at + 2 || other.length < at + 2 ||
	    get16(one.data + at) != inside_id)
		return -1;
	return (long)get16(other.data + at);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture_ids.h"

#include <stddef.h>
#include <string.h>

#define FRAGMENT_OFF 6
#define PROTOCOL_OFF 9
#define SOURCE_OFF 12
#define DESTINATION_OFF 16
#define ADDR_LEN 4
#define UDP_LEN 8

enum { ICMP = 1, TCP = 6, UDP = 17, GRE = 47 };

#define NONE 0xff

/* The offset of an ID behind the IP header. */
static const struct field {
	uint8_t protocol;
	uint8_t offset[2]; /* in, out */
	uint8_t checksum;
} fields[] = {
	{ ICMP, { 4, 4 }, 2 },
	{ TCP, { 2, 0 }, 16 },
	{ UDP, { 2, 0 }, 6 },
	{ GRE, { 6, NONE }, NONE },
};

/* PPTP's messages with an inside host's Call ID (RFC 2637 2). */
static const struct {
	uint8_t type, offset;
	bool out;
} messages[] = {
	{ 7, 12, true },  /* Outgoing-Call-Request */
	{ 8, 14, false }, /* Outgoing-Call-Reply */
	{ 12, 12, true }, /* Call-Clear-Request */
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#define PPTP_PORT 1723
#define PPTP_MAGIC_OFF 4
#define PPTP_TYPE_OFF 8
#define PPTP_SHORTEST 16

static const uint8_t pptp_magic[] = { 0x1a, 0x2b, 0x3c, 0x4d };

uint32_t capture_get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

void capture_put16(uint8_t *at, uint32_t value, uint8_t *checksum)
{
	uint32_t sum;

	if (checksum != NULL) {
		sum = capture_get16(checksum) ^ 0xffff;
		sum += (capture_get16(at) ^ 0xffff) + value;
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		checksum[0] = (uint8_t)(~sum >> 8);
		checksum[1] = (uint8_t)~sum;
	}
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t header_length(const uint8_t *ip)
{
	return (ip[0] & 15U) * 4;
}

static const struct field *field_of(const uint8_t *ip, uint32_t length)
{
	unsigned i;

	if ((capture_get16(ip + FRAGMENT_OFF) & 0x1fff) != 0 ||
	    header_length(ip) + UDP_LEN > length)
		return NULL;
	for (i = 0; i < ROWS(fields); i++)
		if (fields[i].protocol == ip[PROTOCOL_OFF])
			return &fields[i];
	return NULL;
}

/* A UDP checksum of 0 is none (RFC 768). */
static uint32_t checksum_of(const struct field *field, const uint8_t *ip)
{
	uint32_t at = header_length(ip) + field->checksum;

	if (field->checksum == NONE ||
	    (field->protocol == UDP && capture_get16(ip + at) == 0))
		return 0;
	return at;
}

static bool is_message(const uint8_t *at, uint32_t left)
{
	return left >= PPTP_SHORTEST && capture_get16(at) >= PPTP_SHORTEST &&
	       memcmp(at + PPTP_MAGIC_OFF, pptp_magic, sizeof(pptp_magic)) == 0;
}

/* Those in PPTP's messages, which begin where segments do. */
static unsigned call_ids(const uint8_t *ip, uint32_t length, bool out,
			 struct capture_id *ids, unsigned most)
{
	uint32_t tcp = header_length(ip), at = tcp + (ip[tcp + 12] >> 4) * 4U;
	unsigned i, count = 0;

	while (at < length && is_message(ip + at, length - at)) {
		for (i = 0; i < ROWS(messages) && count < most; i++)
			if (messages[i].type == ip[at + PPTP_TYPE_OFF + 1] &&
			    messages[i].out == out)
				ids[count++] = (struct capture_id){
					at + messages[i].offset, tcp + 16, GRE
				};
		at += capture_get16(ip + at);
	}
	return count;
}

/* A port's space is the remote's port, too. */
static uint32_t space_of(const struct field *field, const uint8_t *layer,
			 bool out)
{
	if (field->protocol != TCP && field->protocol != UDP)
		return field->protocol;
	return field->protocol | capture_get16(layer + (out ? 2 : 0)) << 16;
}

unsigned capture_ids(const uint8_t *ip, uint32_t length, bool out,
		     struct capture_id ids[CAPTURE_IDS_MOST])
{
	const struct field *field = field_of(ip, length);
	uint32_t layer = header_length(ip);
	unsigned count = 0;

	if (field == NULL)
		return 0;
	if (field->offset[out] != NONE)
		ids[count++] = (struct capture_id){
			layer + field->offset[out], checksum_of(field, ip),
			space_of(field, ip + layer, out)
		};
	if (count > 0 && ids[0].space == (TCP | (uint32_t)PPTP_PORT << 16))
		count += call_ids(ip, length, out, ids + count,
				  CAPTURE_IDS_MOST - count);
	return count;
}

static bool is_of(const struct capture_twin *row, const struct capture_id *id,
		  const uint8_t *remote)
{
	return row->space == id->space &&
	       memcmp(row->remote, remote, ADDR_LEN) == 0;
}

static bool learn_one(struct capture_twins *twins, const uint8_t *remote,
		      const struct capture_id *id, uint32_t theirs,
		      uint32_t ours)
{
	struct capture_twin *row = twins->row;
	unsigned i;

	for (i = 0; i < twins->count; i++, row++)
		if (is_of(row, id, remote) &&
		    (row->theirs == theirs || row->ours == ours))
			return row->theirs == theirs && row->ours == ours;
	if (i == ROWS(twins->row))
		return false;
	row->space = id->space;
	memcpy(row->remote, remote, ADDR_LEN);
	row->theirs = theirs;
	row->ours = ours;
	twins->count++;
	return true;
}

bool capture_twins_learn(struct capture_twins *twins, const uint8_t *theirs,
			 const uint8_t *ours, uint32_t length)
{
	struct capture_id ids[CAPTURE_IDS_MOST];
	unsigned i, count = capture_ids(theirs, length, true, ids);
	bool good = true;

	for (i = 0; i < count; i++)
		good &= learn_one(twins, theirs + DESTINATION_OFF, &ids[i],
				  capture_get16(theirs + ids[i].offset),
				  capture_get16(ours + ids[i].offset));
	return good;
}

/* A UDP checksum of 0 would be none, so it is sent as 0xffff (RFC 768). */
static void put_id(uint8_t *ip, const struct capture_id *id, uint32_t value)
{
	uint8_t *checksum = id->checksum == 0 ? NULL : ip + id->checksum;

	capture_put16(ip + id->offset, value, checksum);
	if (ip[PROTOCOL_OFF] == UDP && checksum != NULL &&
	    capture_get16(checksum) == 0)
		memset(checksum, 0xff, 2);
}

void capture_twins_apply(const struct capture_twins *twins, uint8_t *ip,
			 uint32_t length, bool out)
{
	const uint8_t *remote = ip + (out ? DESTINATION_OFF : SOURCE_OFF);
	const struct capture_twin *row, *end = twins->row + twins->count;
	struct capture_id ids[CAPTURE_IDS_MOST];
	unsigned i, count = capture_ids(ip, length, out, ids);
	uint32_t theirs;

	for (i = 0; i < count; i++) {
		theirs = capture_get16(ip + ids[i].offset);
		row = twins->row;
		while (row < end && (row->theirs != theirs ||
				     !is_of(row, &ids[i], remote)))
			row++;
		if (row < end)
			put_id(ip, &ids[i], row->ours);
	}
}

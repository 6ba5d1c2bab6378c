/* SPDX-License-Identifier: BSD-2-Clause */
#include "fragment.h"

#include <string.h>

#include "wire.h"

/* The payload of each fragment but the last is a multiple of this. */
#define UNIT 8u

size_t fragment_next(struct fragments *fragments, uint8_t *data)
{
	const uint8_t *ip = fragments->ip;
	unsigned all = ip_header_len(ip), offset = fragments->offset;
	unsigned header = offset ? IP_HEADER_LEN : all;
	unsigned left = fragments->length - all - offset, length = left;
	unsigned field = get16(ip + IP_FRAGMENT_OFF) + offset / UNIT;

	if (header + left > fragments->mtu) {
		length = (fragments->mtu - header) / UNIT * UNIT;
		field |= IP_MORE_FRAGMENTS;
	}
	if (!length)
		return 0;
	memcpy(data, ip, header);
	memcpy(data + header, ip + all + offset, length);
	data[0] = (uint8_t)(0x40 | header / 4);
	put16(data + IP_LENGTH_OFF, header + length);
	put16(data + IP_FRAGMENT_OFF, field);
	fragments->offset += length;
	return header + length;
}

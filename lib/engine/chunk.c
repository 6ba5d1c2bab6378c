/* SPDX-License-Identifier: BSD-2-Clause */
#include "chunk.h"

#include <vpnalg/state.h>

#include <string.h>

#define LENGTH_OFF 2
#define CRC_LEN 4

/* CRC-32 as of IEEE 802.3, four bits at a time. */
static uint32_t crc(const uint8_t *bytes, size_t count)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t sum = UINT32_MAX;

	while (count-- > 0) {
		sum ^= *bytes++;
		sum = sum >> 4 ^ table[sum & 15];
		sum = sum >> 4 ^ table[sum & 15];
	}
	return ~sum;
}

/* Writing */

void vpnalg_chunk_put(struct chunk *chunk, unsigned bytes, uint64_t value)
{
	while (bytes-- > 0)
		*chunk->at++ = (uint8_t)(value >> bytes * 8);
}

void vpnalg_chunk_put_bytes(struct chunk *chunk, const void *from, size_t count)
{
	memcpy(chunk->at, from, count);
	chunk->at += count;
}

void vpnalg_chunk_begin(struct chunk *chunk, void *buffer, uint8_t type,
			uint32_t number, uint32_t state)
{
	chunk->begin = chunk->at = buffer;
	vpnalg_chunk_put(chunk, 1, type);
	vpnalg_chunk_put(chunk, 1, chunk_format(type));
	vpnalg_chunk_put(chunk, 2, 0); /* the length, when it is known */
	vpnalg_chunk_put(chunk, 4, number);
	vpnalg_chunk_put(chunk, 4, state);
}

size_t vpnalg_chunk_end(struct chunk *chunk)
{
	size_t length = (size_t)(chunk->at - chunk->begin) + CRC_LEN;

	vpnalg_put16(chunk->begin + LENGTH_OFF, (unsigned)length);
	vpnalg_chunk_put(chunk, CRC_LEN, crc(chunk->begin, length - CRC_LEN));
	return length;
}

/* Reading */

static void begin(struct chunk_reader *reader, const uint8_t *bytes,
		  size_t length)
{
	*reader =
		(struct chunk_reader){ .at = bytes, .left = length - CRC_LEN };
	reader->type = (uint8_t)vpnalg_chunk_get(reader, 1);
	reader->format = (uint8_t)vpnalg_chunk_get(reader, 1);
	vpnalg_chunk_get(reader, 2);
	reader->number = (uint32_t)vpnalg_chunk_get(reader, 4);
	reader->state = (uint32_t)vpnalg_chunk_get(reader, 4);
}

enum chunk_found vpnalg_chunk_read(struct chunk_reader *reader,
				   const uint8_t *bytes, size_t count,
				   size_t *length)
{
	if (count < CHUNK_HEAD_LEN)
		return CHUNK_PART;
	*length = vpnalg_get16(bytes + LENGTH_OFF);
	if (*length < CHUNK_LEAST || *length > VPNALG_STATE_CHUNK_MAX)
		return CHUNK_DAMAGED;
	if (count < *length)
		return CHUNK_PART;
	if (crc(bytes, *length - CRC_LEN) !=
	    vpnalg_get32(bytes + *length - CRC_LEN))
		return CHUNK_DAMAGED;
	begin(reader, bytes, *length);
	return CHUNK_WHOLE;
}

const uint8_t *vpnalg_chunk_get_bytes(struct chunk_reader *reader, size_t count)
{
	const uint8_t *bytes = reader->at;

	if (count > reader->left) {
		reader->short_of = true;
		return NULL;
	}
	reader->at += count;
	reader->left -= count;
	return bytes;
}

uint64_t vpnalg_chunk_get(struct chunk_reader *reader, unsigned bytes)
{
	const uint8_t *p = vpnalg_chunk_get_bytes(reader, bytes);
	uint64_t value = 0;

	while (p != NULL && bytes-- > 0)
		value = value << 8 | *p++;
	return value;
}

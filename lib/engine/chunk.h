/* SPDX-License-Identifier: BSD-2-Clause */
/* The chunks of a saved state: doc/state.md.
 *
 *      0      1        2        4        8        12          length - 4
 *     +------+--------+--------+--------+--------+-- - - - --+--------+
 *     | type | format | length | number | state  | content   | CRC-32 |
 *     +------+--------+--------+--------+--------+-- - - - --+--------+ */
#ifndef VPNALG_ENGINE_CHUNK_H
#define VPNALG_ENGINE_CHUNK_H

#include <vpnalg/handler.h>

enum chunk_type {
	CHUNK_HEADER = 1, /* how the rest is to be read */
	CHUNK_KIND = 2,   /* a kind of session */
	CHUNK_RECORD = 3,
	CHUNK_END = 4,
	CHUNK_DATAGRAM = 5, /* one that comes in fragments */
	CHUNK_FRAGMENT = 6  /* a part of one that it holds */
};

/* The format of chunks, and of those that the first versions do not know: to
 * them, a state in which there are any is another version's. */
#define CHUNK_FORMAT 1
#define CHUNK_FORMAT_FRAGMENTS 2
#define CHUNK_HEAD_LEN 12
#define CHUNK_LEAST (CHUNK_HEAD_LEN + 4)

/* The first bytes of a header's content. */
#define CHUNK_MAGIC "vpnalg\r\n"
#define CHUNK_MAGIC_LEN 8

static inline uint8_t chunk_format(unsigned type)
{
	return type == CHUNK_DATAGRAM || type == CHUNK_FRAGMENT
		       ? CHUNK_FORMAT_FRAGMENTS
		       : CHUNK_FORMAT;
}

/* A chunk that is being written, into room enough for all that is put. */
struct chunk {
	uint8_t *begin, *at;
};

void vpnalg_chunk_begin(struct chunk *chunk, void *buffer, uint8_t type,
			uint32_t number, uint32_t state);
void vpnalg_chunk_put(struct chunk *chunk, unsigned bytes, uint64_t value);
void vpnalg_chunk_put_bytes(struct chunk *chunk, const void *from,
			    size_t count);

/* Writes length and CRC-32, and returns the length. */
size_t vpnalg_chunk_end(struct chunk *chunk);

/* A chunk that is being read. */
struct chunk_reader {
	uint8_t type, format;
	uint32_t number, state;
	const uint8_t *at; /* the content that is left */
	size_t left;
	bool short_of; /* more was requested than there was */
};

/* The result of the search for a chunk at the beginning of some bytes. */
enum chunk_found {
	CHUNK_WHOLE,
	CHUNK_PART,   /* the beginning of a chunk */
	CHUNK_DAMAGED /* no chunk, or not as it was written */
};

/* Looks for a chunk; sets *length to its length if it is whole. */
enum chunk_found vpnalg_chunk_read(struct chunk_reader *reader,
				   const uint8_t *bytes, size_t count,
				   size_t *length);

/* Take a number, or bytes, of the content; 0 and NULL if too few are left. */
uint64_t vpnalg_chunk_get(struct chunk_reader *reader, unsigned bytes);
const uint8_t *vpnalg_chunk_get_bytes(struct chunk_reader *reader,
				      size_t count);

#endif

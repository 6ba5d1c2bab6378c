/* SPDX-License-Identifier: BSD-2-Clause */
/* A bucket of the index: its tags, all compared at once without a branch, since
 * a mispredicted branch costs more than the comparisons. */
#ifndef VPNALG_STORE_BUCKET_H
#define VPNALG_STORE_BUCKET_H

#include "table.h"

#if defined(__OPTIMIZE_SIZE__)
#define FOR_SIZE 1
#else
#define FOR_SIZE 0
#endif
#if FOR_SIZE
#define INLINE static inline
#elif defined(__GNUC__)
#define INLINE static inline __attribute__((__always_inline__))
#else
#define INLINE static inline
#endif

/* 1 to 0x7fff: 0 marks an empty entry, and find_tag() needs the top bit. */
static inline uint16_t tag_of(uint64_t hash)
{
	uint16_t tag = hash & 0x7fff;

	return tag != 0 ? tag : 1;
}

/* Four tags compared at once: the top bit of each that is the wanted one. Tags
 * have no top bit themselves, so nothing is borrowed from the next one. */
static inline uint64_t equal_tags(uint64_t tags, uint64_t wanted)
{
	const uint64_t top = 0x8000800080008000U;

	return (top - (tags ^ wanted)) & top;
}

static inline uint64_t pair_of(const uint16_t *tag)
{
	return tag[0] | (uint64_t)tag[1] << 16;
}

/* Returns the entries that have the tag: all ten are compared without a branch,
 * since a mispredicted one costs more than the comparisons. Entry 4 * n + i is
 * bit 16 * i + 13 + n. */
static inline uint64_t find_tag_in_words(const struct bucket *bucket,
					 uint16_t tag)
{
	const uint64_t wanted = tag * 0x0001000100010001U;
	const uint16_t *t = bucket->tag;

	uint64_t found = equal_tags(pair_of(t) | pair_of(t + 2) << 32, wanted);

	found = found >> 1 |
		equal_tags(pair_of(t + 4) | pair_of(t + 6) << 32, wanted);
	return found >> 1 | equal_tags(pair_of(t + 8), wanted);
}

/* Returns the number of the lowest bit that is set. Where no instruction counts
 * zeros, a multiplication shifts a de Bruijn sequence by that number, and the
 * upper five bits of the product identify it. */
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__aarch64__))
static inline unsigned lowest_bit(uint64_t word)
{
	return (unsigned)__builtin_ctzll(word);
}
#else
static inline unsigned lowest_of_32(uint32_t word)
{
	static const uint8_t bits[32] = { 0,  1,  28, 2,  29, 14, 24, 3,
					  30, 22, 20, 15, 25, 17, 4,  8,
					  31, 27, 13, 23, 21, 19, 16, 7,
					  26, 12, 18, 6,  11, 5,  10, 9 };

	return bits[(word & -word) * 0x077cb531U >> 27];
}

static inline unsigned lowest_bit(uint64_t word)
{
	uint32_t half = (uint32_t)word;

	return half != 0 ? lowest_of_32(half)
			 : 32 + lowest_of_32((uint32_t)(word >> 32));
}
#endif

/* Takes one of the entries, at least one of which is there. */
static inline unsigned take_entry_in_words(uint64_t *found)
{
	unsigned bit = lowest_bit(*found);

	*found &= *found - 1;
	return (bit % 16 - 13) * 4 + bit / 16;
}

/* The same where the processor compares eight tags at once: entry n is bit n.
 * Behind the last two there are zeros, which are no tag. */
#if defined(__GNUC__) && defined(__SSE2__)
typedef int16_t eight_tags __attribute__((__vector_size__(16)));
typedef uint32_t four_words __attribute__((__vector_size__(16)));

static inline uint64_t find_tag(const struct bucket *bucket, uint16_t tag)
{
	const eight_tags wanted = (eight_tags){ 0 } + (int16_t)tag;
	eight_tags first;
	uint32_t last;

	memcpy(&first, bucket->tag, sizeof(first));
	memcpy(&last, bucket->tag + 8, sizeof(last));
	return (unsigned)__builtin_ia32_pmovmskb128(__builtin_ia32_packsswb128(
		first == wanted, (eight_tags)(four_words){ last } == wanted));
}

static inline unsigned take_entry(uint64_t *found)
{
	unsigned entry = (unsigned)__builtin_ctz((unsigned)*found);

	*found &= *found - 1;
	return entry;
}
#else
static inline uint64_t find_tag(const struct bucket *bucket, uint16_t tag)
{
	return find_tag_in_words(bucket, tag);
}

static inline unsigned take_entry(uint64_t *found)
{
	return take_entry_in_words(found);
}
#endif

#endif

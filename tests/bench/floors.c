/* SPDX-License-Identifier: BSD-2-Clause */
#include "floors.h"

#include <string.h>

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* Each round of work() is about 25 instructions on x86-64, and about 50 more go
 * to each packet. */
#define WORK_ROUNDS 8

struct entry {
	uint64_t words[8];
};

/* A bucket; it names the entries of the two packets that lead to it. */
struct place {
	uint32_t names[16];
};

void floors_open(struct floors *floors, uint32_t entries)
{
	struct dice dice = { 4 };
	uint32_t i, j, swap;

	floors->entry_count = entries;
	floors->place_count = entries / 2;
	floors->entries = basics_memory(entries * sizeof(struct entry));
	floors->index =
		basics_memory(floors->place_count * sizeof(struct place));
	for (i = 0; i < entries; i++) {
		for (j = 0; j < 8; j++)
			floors->entries[i].words[j] = dice_roll(&dice);
		floors->index[i / 2].names[i % 2] = i;
	}
	/* Neighbours in the index are none among the entries. */
	for (i = entries - 1; i > 0; i--) {
		uint32_t *a = &floors->index[i / 2].names[i % 2];
		uint32_t other = dice_below(&dice, i + 1);
		uint32_t *b = &floors->index[other / 2].names[other % 2];

		swap = *a;
		*a = *b;
		*b = swap;
	}
}

void floors_close(struct floors *floors)
{
	basics_free(floors->entries);
	basics_free(floors->index);
}

/* RFC 1624, equation 3, on the source address. */
static inline void rewrite(uint8_t *packet, uint32_t address)
{
	uint8_t *source = packet + FRAME_SOURCE;
	uint8_t *checksum = packet + FRAME_IP_CHECKSUM;
	uint32_t s = (~(uint32_t)bench_get16(checksum) & 0xffff) +
		     (~(uint32_t)bench_get16(source) & 0xffff) +
		     (~(uint32_t)bench_get16(source + 2) & 0xffff) +
		     (address >> 16) + (address & 0xffff);

	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	bench_put32(source, address);
	bench_put16(checksum, ~s & 0xffff);
}

static uint32_t entry_of(const struct load *load, uint32_t i)
{
	return load->current[i].call;
}

/* A call for each packet: a library cannot do without. */
static BENCH_NOINLINE void rewrite_one(uint8_t *packet, uint32_t address)
{
	rewrite(packet, address);
}

BENCH_NOINLINE void floor_rewrite(const struct floors *floors,
				  struct load *load)
{
	uint32_t i;

	(void)floors;
	for (i = 0; i < LOAD_BURST; i++)
		rewrite_one(load->packets[i].data, 203U << 24 | 113U << 8 | 1);
}

BENCH_NOINLINE void floor_access(const struct floors *floors,
				 struct load *load)
{
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++)
		PREFETCH(&floors->entries[entry_of(load, i)]);
	for (i = 0; i < LOAD_BURST; i++) {
		const struct entry *e = &floors->entries[entry_of(load, i)];

		rewrite(load->packets[i].data, (uint32_t)e->words[0]);
	}
}

/* As much as a translation needs: four chains that depend on the entry. */
static inline uint32_t work(const struct entry *entry)
{
	uint64_t a = entry->words[0], b = entry->words[1];
	uint64_t c = entry->words[2], d = entry->words[3];
	unsigned i;

	for (i = 0; i < WORK_ROUNDS; i++) {
		a = (a ^ a >> 29) * 0xbf58476d1ce4e5b9U + b;
		b = (b ^ b >> 31) + (a << 7);
		c = (c ^ c >> 27) * 0x94d049bb133111ebU + d;
		d = (d ^ d >> 33) + (c << 9);
	}
	return (uint32_t)((a ^ b ^ c ^ d) >> 32);
}

static const struct place *place_of(const struct floors *floors,
				    const struct load *load, uint32_t i)
{
	return &floors->index[entry_of(load, i) / 2];
}

static const struct entry *named_by(const struct floors *floors,
				    const struct load *load, uint32_t i)
{
	uint32_t which = entry_of(load, i) % 2;

	return &floors->entries[place_of(floors, load, i)->names[which]];
}

static BENCH_NOINLINE void handle(const struct floors *floors,
				  struct load *load, uint32_t i)
{
	rewrite(load->packets[i].data, work(named_by(floors, load, i)));
}

BENCH_NOINLINE void floor_one(const struct floors *floors, struct load *load)
{
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++)
		handle(floors, load, i);
}

BENCH_NOINLINE void floor_batch(const struct floors *floors,
				struct load *load)
{
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++)
		PREFETCH(place_of(floors, load, i));
	for (i = 0; i < LOAD_BURST; i++)
		PREFETCH(named_by(floors, load, i));
	for (i = 0; i < LOAD_BURST; i++)
		handle(floors, load, i);
}

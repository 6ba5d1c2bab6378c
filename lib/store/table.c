/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundled store: its memory, and the units of its records.
 *
 * Units come in blocks of six, and a record takes one to three beside each
 * other in a block. Blocks are in lists by the longest record for which they
 * have room. A record goes where the least room is left over, and into a free
 * block only if no other has room: so room is found at once, and few free units
 * lie apart where no record fits. */
#include "table.h"

#include "index.h"

#define BLOCK_UNITS 6
#define BLOCK_MASK ((1U << BLOCK_UNITS) - 1)

/* Two keys for each unit, in buckets of ten filled to 95 in 100. */
#define KEYS_PER_BLOCK (BLOCK_UNITS * 2)

/* Below this a table stays in the caches and need not be fetched ahead: with
 * 700 kB it made nothing faster, with a megabyte it did. */
#define PREFETCH_BYTES 786432

/* Returns the units of a block at which that many free ones begin, as bits. */
static unsigned runs_of(const struct block *block, unsigned units)
{
	unsigned free = ~(unsigned)block->used & BLOCK_MASK, runs = free;

	while (--units > 0)
		runs &= free >> units;
	return runs;
}

/* Returns the list of a block; 0: none, for it is full. */
static unsigned room_of(const struct block *block)
{
	unsigned units = VPNALG_UNITS_MAX;

	if (block->used == 0)
		return ROOM_EMPTY;
	while (units > 0 && runs_of(block, units) == 0)
		units--;
	return units;
}

static void list_remove(struct vpnalg_table *table, uint32_t b)
{
	struct block *block = &table->blocks[b];
	unsigned room = room_of(block);

	if (room == 0)
		return;
	if (block->previous != NONE)
		table->blocks[block->previous].next = block->next;
	else
		table->with_room[room] = block->next;
	if (block->next != NONE)
		table->blocks[block->next].previous = block->previous;
}

static void list_add(struct vpnalg_table *table, uint32_t b)
{
	struct block *block = &table->blocks[b];
	unsigned room = room_of(block);

	if (room == 0)
		return;
	block->previous = NONE;
	block->next = table->with_room[room];
	if (block->next != NONE)
		table->blocks[block->next].previous = b;
	table->with_room[room] = b;
}

/* Returns a block with room for a record of that many units, or NONE. */
static uint32_t block_with_room(struct vpnalg_table *table, unsigned units)
{
	unsigned room;
	uint32_t b;

	for (room = units; room < ROOMS; room++)
		if (table->with_room[room] != NONE)
			return table->with_room[room];
	if (table->fresh == table->block_count)
		return NONE;
	b = table->fresh++;
	table->blocks[b].used = table->blocks[b].first = 0;
	list_add(table, b);
	return b;
}

/* Marks the units of a block that a record takes. */
static void mark(struct vpnalg_table *table, uint32_t b, unsigned units,
		 unsigned place)
{
	struct block *block = &table->blocks[b];

	list_remove(table, b);
	block->used ^= (uint8_t)(((1U << units) - 1) << place);
	block->first ^= (uint8_t)(1U << place);
	list_add(table, b);
}

static struct vpnalg_record *table_add(void *context, unsigned units)
{
	struct vpnalg_table *table = context;
	struct vpnalg_record *record;
	unsigned runs, place = 0;
	uint32_t b;

	if (units == 0 || units > VPNALG_UNITS_MAX)
		return NULL;
	b = block_with_room(table, units);
	if (b == NONE)
		return NULL;
	runs = runs_of(&table->blocks[b], units);
	while (!(runs & 1U << place))
		place++;
	mark(table, b, units, place);
	record = record_at(table, b * BLOCK_UNITS + place);
	memset(record, 0, (size_t)units * VPNALG_UNIT);
	record->units = (uint8_t)units;
	table->use.records++;
	table->use.units_used += units;
	return record;
}

static void table_remove(void *context, struct vpnalg_record *record)
{
	struct vpnalg_table *table = context;
	uint32_t unit = unit_of(reference_to(table, record, 0));

	table->use.records--;
	table->use.units_used -= record->units;
	mark(table, unit / BLOCK_UNITS, record->units, unit % BLOCK_UNITS);
}

/* The cursor counts units; a step looks at one block at most. */
static bool table_next(void *context, uint64_t *cursor,
		       struct vpnalg_record **record)
{
	const struct vpnalg_table *table = context;
	uint32_t unit = (uint32_t)*cursor;
	uint32_t b = unit / BLOCK_UNITS, end = (b + 1) * BLOCK_UNITS;

	*record = NULL;
	if (b >= table->fresh)
		return false;
	*cursor = end;
	for (; unit < end; unit++)
		if (table->blocks[b].first & 1U << unit % BLOCK_UNITS) {
			*record = record_at(table, unit);
			*cursor = unit + 1;
			break;
		}
	return true;
}

static uint8_t *align(uint8_t *p)
{
	return p + (-(uintptr_t)p & (VPNALG_UNIT - 1));
}

static uint32_t buckets_for(uint32_t blocks)
{
	uint64_t keys = (uint64_t)blocks * KEYS_PER_BLOCK;

	/* 2 / 19 without a division of 64 bits: 2 / 19 < 6900 / 65536. */
	return (uint32_t)(keys * 6900 >> 16) + 1;
}

static uint64_t bytes_for(uint32_t blocks)
{
	/* One unit more, since the memory may start at any address. */
	return VPNALG_UNIT +
	       ((sizeof(struct vpnalg_table) + VPNALG_UNIT - 1) &
		~(uint64_t)(VPNALG_UNIT - 1)) +
	       (uint64_t)blocks * BLOCK_UNITS * VPNALG_UNIT +
	       (uint64_t)buckets_for(blocks) * sizeof(struct bucket) +
	       (uint64_t)blocks * sizeof(struct block);
}

size_t vpnalg_table_size(uint32_t units)
{
	uint32_t blocks = units / BLOCK_UNITS + (units % BLOCK_UNITS != 0);
	uint64_t bytes = bytes_for(blocks);

	return bytes <= SIZE_MAX ? (size_t)bytes : 0;
}

/* The most blocks that fit; references hold 29 bits of unit. */
static uint32_t blocks_in(size_t size)
{
	uint32_t low = 0, high = (1U << 29) / BLOCK_UNITS;

	while (low < high) {
		uint32_t middle = low + (high - low + 1) / 2;

		if (bytes_for(middle) <= size)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static void set_operations(struct vpnalg_table *table,
			   struct vpnalg_store *store, bool prefetch)
{
	memset(store, 0, sizeof(*store));
	store->size = sizeof(*store);
	store->key_length = table->key_length;
	store->context = table;
	store->find = table->key_length == VPNALG_KEY_IPV4
			      ? vpnalg_table_find_ipv4
			      : vpnalg_table_find;
	store->add = table_add;
	store->remove = table_remove;
	store->link = vpnalg_table_link;
	store->unlink = vpnalg_table_unlink;
	store->relink = vpnalg_table_relink;
	store->next = table_next;
	store->prefetch = prefetch ? vpnalg_table_prefetch : NULL;
}

struct vpnalg_table *vpnalg_table_init(void *memory, size_t size,
				       size_t key_length,
				       struct vpnalg_store *store)
{
	uint32_t blocks = blocks_in(size), i;
	struct vpnalg_table *table;
	uint8_t *p;

	if (memory == NULL || blocks == 0 || key_length == 0 ||
	    key_length > VPNALG_KEY_MAX || key_length % 4 != 0)
		return NULL;
	p = align(memory);
	table = (struct vpnalg_table *)(void *)p;
	memset(table, 0, sizeof(*table));
	table->key_length = key_length;
	table->block_count = blocks;
	table->bucket_count = buckets_for(blocks);
	for (i = 0; i < ROOMS; i++)
		table->with_room[i] = NONE;
	p = align(p + sizeof(*table));
	table->buckets = (struct bucket *)(void *)p;
	p += table->bucket_count * sizeof(struct bucket);
	memset(table->buckets, 0, table->bucket_count * sizeof(struct bucket));
	table->units = p;
	p += (size_t)blocks * BLOCK_UNITS * VPNALG_UNIT;
	table->blocks = (struct block *)(void *)p;
	table->use.units = blocks * BLOCK_UNITS;
	set_operations(table, store, size > PREFETCH_BYTES);
	return table;
}

void vpnalg_table_use(const struct vpnalg_table *table,
		      struct vpnalg_table_use *use)
{
	*use = table->use;
}

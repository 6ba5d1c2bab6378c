/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundled store: an index of small tagged buckets and an array of units.
 *
 * A bucket is one cache line of ten entries. An entry is a tag, 16 bits of the
 * hash, and a reference, the number of a unit and of a key slot in it; so a
 * lookup touches one bucket and one record. A key that finds its bucket full
 * goes to one of the next, and each bucket on the way counts that; a lookup
 * goes on only where the count is not zero.
 *
 * Units come in blocks of six, and a block holds records of one size only: six
 * of one unit, three of two, or two of three. So room is found and given back
 * at once and never breaks into useless pieces. */
#include <vpnalg/store.h>

#include <string.h>

#define ENTRIES 10
#define BLOCK_UNITS 6
#define NONE UINT32_MAX

/* How far from its own bucket a key may stand. Far beyond what happens in a
 * table that is not full; it bounds every lookup. */
#define DISTANCE_MAX 24

/* Two keys for each unit, in buckets of ten filled to 95 in 100. */
#define KEYS_PER_BLOCK (BLOCK_UNITS * 2)
#define FILL_PER_BUCKET_X2 19

/* Below this a table stays in the caches and need not be fetched ahead. */
#define PREFETCH_BYTES 262144

struct bucket {
	uint32_t reference[ENTRIES]; /* unit << 2 | slot */
	uint16_t tag[ENTRIES];       /* 0: the entry is empty */
	uint16_t passed;             /* keys of this one or before, beyond it */
	uint16_t unused;
};

struct block {
	uint32_t previous, next; /* in the list of its size, with room */
	uint8_t units;           /* of each record in it; 0: free */
	uint8_t used;            /* bit n: the nth record is there */
};

struct vpnalg_table {
	struct bucket *buckets;
	struct block *blocks;
	uint8_t *units;
	size_t key_length;
	uint32_t bucket_count, block_count;
	uint32_t fresh; /* blocks from here on were never used */
	/* Blocks with room, by the units of their records; 0: free blocks. */
	uint32_t with_room[VPNALG_UNITS_MAX + 1];
	struct vpnalg_table_use use;
};

static uint8_t *align(uint8_t *p)
{
	return p + (-(uintptr_t)p & (VPNALG_UNIT - 1));
}

/* The index */

static uint16_t tag_of(uint64_t hash)
{
	uint16_t tag = (uint16_t)hash;

	return tag != 0 ? tag : 1;
}

static uint32_t home_of(const struct vpnalg_table *table, uint64_t hash)
{
	return (uint32_t)((hash >> 32) * table->bucket_count >> 32);
}

static uint32_t next_bucket(const struct vpnalg_table *table, uint32_t at)
{
	return at + 1 < table->bucket_count ? at + 1 : 0;
}

static uint32_t distance_max(const struct vpnalg_table *table)
{
	return table->bucket_count < DISTANCE_MAX ? table->bucket_count
						  : DISTANCE_MAX;
}

static struct vpnalg_record *record_at(const struct vpnalg_table *table,
				       uint32_t unit)
{
	return (struct vpnalg_record *)(void *)(
		table->units + (size_t)unit * VPNALG_UNIT);
}

static uint32_t reference_to(const struct vpnalg_table *table,
			     const struct vpnalg_record *record, unsigned slot)
{
	size_t bytes = (size_t)((const uint8_t *)record - table->units);

	return (uint32_t)(bytes / VPNALG_UNIT) << 2 | slot;
}

static struct vpnalg_record *find_in(const struct vpnalg_table *table,
				     const struct bucket *bucket, uint16_t tag,
				     const uint8_t *key, unsigned *slot)
{
	struct vpnalg_record *record;
	unsigned i;

	for (i = 0; i < ENTRIES; i++) {
		if (bucket->tag[i] != tag)
			continue;
		record = record_at(table, bucket->reference[i] >> 2);
		*slot = bucket->reference[i] & 3;
		if (memcmp(vpnalg_record_key(record, *slot, table->key_length),
			   key, table->key_length) == 0)
			return record;
	}
	return NULL;
}

static struct vpnalg_record *table_find(void *context, const uint8_t *key,
					uint64_t hash, unsigned *slot)
{
	const struct vpnalg_table *table = context;
	uint32_t at = home_of(table, hash);
	uint32_t left = distance_max(table);
	uint16_t tag = tag_of(hash);

	for (; left > 0; left--, at = next_bucket(table, at)) {
		struct vpnalg_record *record = find_in(
			table, &table->buckets[at], tag, key, slot);

		if (record != NULL || table->buckets[at].passed == 0)
			return record;
	}
	return NULL;
}

static int free_entry(const struct bucket *bucket)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		if (bucket->tag[i] == 0)
			return i;
	return -1;
}

static bool table_give(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	uint32_t home = home_of(table, hash), at = home;
	uint32_t left = distance_max(table);
	int entry = -1;

	for (; left > 0; left--, at = next_bucket(table, at)) {
		entry = free_entry(&table->buckets[at]);
		if (entry >= 0)
			break;
	}
	if (entry < 0)
		return false;
	table->buckets[at].tag[entry] = tag_of(hash);
	table->buckets[at].reference[entry] =
		reference_to(table, record, slot);
	for (; home != at; home = next_bucket(table, home))
		table->buckets[home].passed++;
	table->use.keys++;
	return true;
}

/* The entry of a key that is there, and the bucket it stands in. */
static struct bucket *locate(struct vpnalg_table *table, uint64_t hash,
			     uint32_t reference, uint32_t *at, int *entry)
{
	uint32_t left = distance_max(table);
	int i;

	*at = home_of(table, hash);
	for (; left > 0; left--, *at = next_bucket(table, *at))
		for (i = 0; i < ENTRIES; i++)
			if (table->buckets[*at].tag[i] == tag_of(hash) &&
			    table->buckets[*at].reference[i] == reference) {
				*entry = i;
				return &table->buckets[*at];
			}
	return NULL;
}

static void table_take(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	uint32_t home = home_of(table, hash), at;
	struct bucket *bucket;
	int entry;

	bucket = locate(table, hash, reference_to(table, record, slot), &at,
			&entry);
	if (bucket == NULL)
		return;
	bucket->tag[entry] = 0;
	for (; home != at; home = next_bucket(table, home))
		table->buckets[home].passed--;
	table->use.keys--;
}

static void table_point(void *context, struct vpnalg_record *from,
			unsigned from_slot, struct vpnalg_record *to,
			unsigned to_slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	struct bucket *bucket;
	uint32_t at;
	int entry;

	bucket = locate(table, hash, reference_to(table, from, from_slot), &at,
			&entry);
	if (bucket != NULL)
		bucket->reference[entry] = reference_to(table, to, to_slot);
}

/* The units */

static void list_remove(struct vpnalg_table *table, uint32_t b)
{
	struct block *block = &table->blocks[b];

	if (block->previous != NONE)
		table->blocks[block->previous].next = block->next;
	else
		table->with_room[block->units] = block->next;
	if (block->next != NONE)
		table->blocks[block->next].previous = block->previous;
}

static void list_add(struct vpnalg_table *table, uint32_t b)
{
	struct block *block = &table->blocks[b];
	uint32_t *head = &table->with_room[block->units];

	block->previous = NONE;
	block->next = *head;
	if (*head != NONE)
		table->blocks[*head].previous = b;
	*head = b;
}

static uint8_t full(unsigned units)
{
	static const uint8_t masks[] = { 0, 0x3f, 0x07, 0x03 };

	return masks[units];
}

/* A block with room for a record of so many units, or NONE. */
static uint32_t block_with_room(struct vpnalg_table *table, unsigned units)
{
	uint32_t b = table->with_room[units];

	if (b != NONE)
		return b;
	b = table->with_room[0];
	if (b != NONE)
		list_remove(table, b);
	else if (table->fresh < table->block_count)
		b = table->fresh++;
	else
		return NONE;
	table->blocks[b].units = (uint8_t)units;
	table->blocks[b].used = 0;
	list_add(table, b);
	return b;
}

static struct vpnalg_record *table_add(void *context, unsigned units)
{
	struct vpnalg_table *table = context;
	struct vpnalg_record *record;
	struct block *block;
	unsigned place = 0;
	uint32_t b;

	if (units == 0 || units > VPNALG_UNITS_MAX)
		return NULL;
	b = block_with_room(table, units);
	if (b == NONE)
		return NULL;
	block = &table->blocks[b];
	while (block->used & 1U << place)
		place++;
	block->used |= (uint8_t)(1U << place);
	if (block->used == full(units))
		list_remove(table, b);
	record = record_at(table, b * BLOCK_UNITS + place * units);
	memset(record, 0, (size_t)units * VPNALG_UNIT);
	record->units = (uint8_t)units;
	table->use.records++;
	table->use.units_used += units;
	return record;
}

static void table_remove(void *context, struct vpnalg_record *record)
{
	struct vpnalg_table *table = context;
	uint32_t unit = reference_to(table, record, 0) >> 2;
	uint32_t b = unit / BLOCK_UNITS;
	struct block *block = &table->blocks[b];
	unsigned place = (unsigned)(unit % BLOCK_UNITS) / block->units;

	table->use.records--;
	table->use.units_used -= block->units;
	if (block->used == full(block->units))
		list_add(table, b);
	block->used &= (uint8_t)~(1U << place);
	if (block->used == 0) {
		list_remove(table, b);
		block->units = 0;
		list_add(table, b);
	}
}

/* The cursor counts units; a step looks at one block at most. */
static bool table_next(void *context, uint64_t *cursor,
		       struct vpnalg_record **record)
{
	const struct vpnalg_table *table = context;
	uint32_t unit = (uint32_t)*cursor;
	uint32_t b = unit / BLOCK_UNITS, end = (b + 1) * BLOCK_UNITS;
	const struct block *block = &table->blocks[b];
	unsigned place = unit % BLOCK_UNITS;

	*record = NULL;
	if (b >= table->fresh)
		return false;
	*cursor = end;
	if (block->units == 0)
		return true;
	for (; place < BLOCK_UNITS; place++) {
		if (place % block->units != 0 ||
		    !(block->used & 1U << place / block->units))
			continue;
		*record = record_at(table, b * BLOCK_UNITS + place);
		*cursor = b * BLOCK_UNITS + place + 1;
		return true;
	}
	return true;
}

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

static void table_prefetch(void *context, uint64_t hash, unsigned step)
{
	const struct vpnalg_table *table = context;
	const struct bucket *bucket = &table->buckets[home_of(table, hash)];
	const uint8_t *record;
	unsigned i;

	if (step == 0) {
		PREFETCH(bucket);
		return;
	}
	for (i = 0; i < ENTRIES; i++) {
		if (bucket->tag[i] != tag_of(hash))
			continue;
		record = (const uint8_t *)record_at(
			table, bucket->reference[i] >> 2);
		PREFETCH(record);
		PREFETCH(record + VPNALG_UNIT);
	}
}

/* The beginning */

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

	return (size_t)bytes_for(blocks);
}

/* The most blocks that fit; references hold 30 bits of unit. */
static uint32_t blocks_in(size_t size)
{
	uint32_t low = 0, high = (1U << 30) / BLOCK_UNITS;

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
	store->find = table_find;
	store->add = table_add;
	store->remove = table_remove;
	store->give = table_give;
	store->take = table_take;
	store->point = table_point;
	store->next = table_next;
	store->prefetch = prefetch ? table_prefetch : NULL;
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
	for (i = 0; i <= VPNALG_UNITS_MAX; i++)
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

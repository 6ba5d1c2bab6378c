/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundled store: an index of small tagged buckets and an array of units.
 *
 * A bucket is one cache line of ten entries. An entry is a tag, 16 bits of the
 * hash, and a reference, the number of a unit and of a key slot in it; so a
 * lookup touches one bucket and one record. A key has a home bucket and, by its
 * tag, another one. It stands in the other only if its home was full, and a
 * bucket counts those of its keys that do; only then are they looked for there.
 * If both are full, a key there is moved to its own other bucket (cuckoo
 * hashing, two steps deep), so that the index can be filled to 95 in 100.
 *
 * Units come in blocks of six, and a block holds records of one size only: six
 * of one unit, three of two, or two of three. So room is found and given back
 * at once and never breaks into useless pieces. */
#include <vpnalg/store.h>

#include <string.h>

#define ENTRIES 10
#define BLOCK_UNITS 6
#define NONE UINT32_MAX

/* Two keys for each unit, in buckets of ten filled to 95 in 100. */
#define KEYS_PER_BLOCK (BLOCK_UNITS * 2)

/* Below this a table stays in the caches and need not be fetched ahead. */
#define PREFETCH_BYTES 262144

/* In a reference: the key is not in its home bucket. */
#define AWAY 0x80000000U

struct bucket {
	uint32_t reference[ENTRIES]; /* unit << 2 | slot, and AWAY */
	uint16_t tag[ENTRIES];       /* 0: the entry is empty */
	uint16_t away;               /* how many that belong here are away */
	uint16_t unused;             /* makes the tags three words of 64 bits */
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

/* The other bucket of a key that may stand in this one: the way back is the
 * same. A tag is spread over all buckets by a multiplication. */
static uint32_t other_of(const struct vpnalg_table *table, uint32_t at,
			 uint16_t tag)
{
	uint32_t spread = tag * 0x9e3779b1U;
	uint32_t sum = (uint32_t)((uint64_t)spread * table->bucket_count >> 32);

	return sum >= at ? sum - at : sum + table->bucket_count - at;
}

static struct vpnalg_record *record_at(const struct vpnalg_table *table,
				       uint32_t unit)
{
	return (struct vpnalg_record *)(void *)(
		table->units + (size_t)unit * VPNALG_UNIT);
}

static uint32_t unit_of(uint32_t reference)
{
	return (reference & ~AWAY) >> 2;
}

static uint32_t reference_to(const struct vpnalg_table *table,
			     const struct vpnalg_record *record, unsigned slot)
{
	size_t bytes = (size_t)((const uint8_t *)record - table->units);

	return (uint32_t)(bytes / VPNALG_UNIT) << 2 | slot;
}

/* Whether the 20 bytes of an IPv4 key are equal; longer ones by memcmp. */
static bool same_key(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint32_t v, w, difference = 0;
	size_t i;

	if (length != VPNALG_KEY_IPV4)
		return memcmp(a, b, length) == 0;
	for (i = 0; i < VPNALG_KEY_IPV4; i += sizeof(v)) {
		memcpy(&v, a + i, sizeof(v));
		memcpy(&w, b + i, sizeof(w));
		difference |= v ^ w;
	}
	return difference == 0;
}

/* Whether one of four entries may have the tag: says yes if one has, and seldom
 * if none has. The last of the three words of tags holds the count too. */
static inline bool may_hold(const struct bucket *bucket, unsigned entry, uint16_t tag)
{
	const uint8_t *tags = (const uint8_t *)bucket +
			      offsetof(struct bucket, tag);
	const uint64_t ones = 0x0001000100010001U;
	uint64_t word;

	memcpy(&word, tags + entry * sizeof(tag), sizeof(word));
	word ^= tag * ones;
	return ((word - ones) & ~word & ones << 15) != 0;
}

/* The first entry from i on that has the tag, or ENTRIES. */
static inline unsigned next_match(const struct bucket *bucket, uint16_t tag,
			   unsigned i)
{
	for (; i < ENTRIES; i++) {
		if (i % 4 == 0 && !may_hold(bucket, i, tag))
			i += 3;
		else if (bucket->tag[i] == tag)
			return i;
	}
	return ENTRIES;
}

static inline struct vpnalg_record *find_in(const struct vpnalg_table *table,
				     const struct bucket *bucket, uint16_t tag,
				     const uint8_t *key, unsigned *slot)
{
	struct vpnalg_record *record;
	unsigned i = next_match(bucket, tag, 0);

	for (; i < ENTRIES; i = next_match(bucket, tag, i + 1)) {
		record = record_at(table, unit_of(bucket->reference[i]));
		*slot = bucket->reference[i] & 3;
		if (same_key(vpnalg_record_key(record, *slot,
					       table->key_length),
			     key, table->key_length))
			return record;
	}
	return NULL;
}

static struct vpnalg_record *table_find(void *context, const uint8_t *key,
					uint64_t hash, unsigned *slot)
{
	const struct vpnalg_table *table = context;
	uint32_t home = home_of(table, hash);
	const struct bucket *bucket = &table->buckets[home];
	uint16_t tag = tag_of(hash);
	struct vpnalg_record *record;

	record = find_in(table, bucket, tag, key, slot);
	if (record != NULL || bucket->away == 0)
		return record;
	return find_in(table, &table->buckets[other_of(table, home, tag)], tag,
		       key, slot);
}

static int free_entry(const struct bucket *bucket)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		if (bucket->tag[i] == 0)
			return i;
	return -1;
}

/* Moves an entry to its other bucket, if there is room. */
static bool move_entry(struct vpnalg_table *table, uint32_t at, int entry)
{
	struct bucket *from = &table->buckets[at];
	uint16_t tag = from->tag[entry];
	struct bucket *to = &table->buckets[other_of(table, at, tag)];
	int room = free_entry(to);

	if (room < 0)
		return false;
	if (from->reference[entry] & AWAY)
		to->away--;
	else
		from->away++;
	to->tag[room] = tag;
	to->reference[room] = from->reference[entry] ^ AWAY;
	from->tag[entry] = 0;
	return true;
}

/* An empty entry of the bucket, made if need be; or -1. */
static int make_room(struct vpnalg_table *table, uint32_t at)
{
	int entry = free_entry(&table->buckets[at]);

	if (entry >= 0)
		return entry;
	for (entry = 0; entry < ENTRIES; entry++)
		if (move_entry(table, at, entry))
			return entry;
	return -1;
}

/* The same in a full bucket, two steps deep. */
static int make_more_room(struct vpnalg_table *table, uint32_t at)
{
	int entry;

	for (entry = 0; entry < ENTRIES; entry++) {
		uint16_t tag = table->buckets[at].tag[entry];

		if (make_room(table, other_of(table, at, tag)) >= 0 &&
		    move_entry(table, at, entry))
			return entry;
	}
	return -1;
}

/* Where a key with this hash may stand: the bucket, and an empty entry in it,
 * or -1. */
static int find_room(struct vpnalg_table *table, uint64_t hash, uint32_t *at)
{
	uint32_t home = home_of(table, hash);
	uint32_t other = other_of(table, home, tag_of(hash));
	int entry = free_entry(&table->buckets[home]);

	*at = home;
	if (entry >= 0)
		return entry;
	*at = other;
	entry = free_entry(&table->buckets[other]);
	if (entry >= 0)
		return entry;
	*at = home;
	entry = make_room(table, home);
	return entry >= 0 ? entry : make_more_room(table, home);
}

static bool table_give(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	uint32_t reference = reference_to(table, record, slot);
	uint32_t home = home_of(table, hash), at;
	int entry = find_room(table, hash, &at);

	if (entry < 0)
		return false;
	if (at != home) {
		reference |= AWAY;
		table->buckets[home].away++;
	}
	table->buckets[at].tag[entry] = tag_of(hash);
	table->buckets[at].reference[entry] = reference;
	table->use.keys++;
	return true;
}

/* The entry that has the reference, or -1. */
static int entry_of(const struct bucket *bucket, uint32_t reference)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		if (bucket->tag[i] != 0 && bucket->reference[i] == reference)
			return i;
	return -1;
}

/* The bucket and entry of a key that is there. */
static struct bucket *locate(struct vpnalg_table *table, uint64_t hash,
			     uint32_t reference, int *entry)
{
	uint32_t home = home_of(table, hash);
	struct bucket *bucket = &table->buckets[home];

	*entry = entry_of(bucket, reference);
	if (*entry >= 0)
		return bucket;
	bucket = &table->buckets[other_of(table, home, tag_of(hash))];
	*entry = entry_of(bucket, reference | AWAY);
	return *entry >= 0 ? bucket : NULL;
}

static void table_take(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	struct bucket *bucket;
	int entry;

	bucket = locate(table, hash, reference_to(table, record, slot),
			&entry);
	if (bucket == NULL)
		return;
	if (bucket->reference[entry] & AWAY)
		table->buckets[home_of(table, hash)].away--;
	bucket->tag[entry] = 0;
	table->use.keys--;
}

static void table_point(void *context, struct vpnalg_record *from,
			unsigned from_slot, struct vpnalg_record *to,
			unsigned to_slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	struct bucket *bucket;
	int entry;

	bucket = locate(table, hash, reference_to(table, from, from_slot),
			&entry);
	if (bucket != NULL)
		bucket->reference[entry] =
			reference_to(table, to, to_slot) |
			(bucket->reference[entry] & AWAY);
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
	uint32_t unit = unit_of(reference_to(table, record, 0));
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

static void prefetch_records(const struct vpnalg_table *table,
			     const struct bucket *bucket, uint16_t tag)
{
	unsigned i = next_match(bucket, tag, 0);
	const uint8_t *record;

	for (; i < ENTRIES; i = next_match(bucket, tag, i + 1)) {
		record = (const uint8_t *)record_at(
			table, unit_of(bucket->reference[i]));
		PREFETCH(record);
		PREFETCH(record + VPNALG_UNIT);
	}
}

static void table_prefetch(void *context, uint64_t hash, unsigned step)
{
	const struct vpnalg_table *table = context;
	const struct bucket *bucket = &table->buckets[home_of(table, hash)];

	if (step == 0)
		PREFETCH(bucket);
	else
		prefetch_records(table, bucket, tag_of(hash));
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

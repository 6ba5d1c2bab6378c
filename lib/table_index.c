/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of the bundled store.
 *
 * A bucket is one cache line of ten entries. An entry is a tag, 16 bits of the
 * hash, and a reference, the number of a unit and of a key slot in it; so a
 * lookup touches one bucket and one record. A key has a home bucket and, by its
 * tag, another one. It stands in the other only if its home was full, and a
 * bucket counts those of its keys that do; only then are they looked for there.
 * If both are full, a key there is moved to its own other bucket (cuckoo
 * hashing, two steps deep), so that the index can be filled to 95 in 100. */
#include "table.h"

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

/* Bits in which eight bytes differ, or four. */
static inline uint64_t difference_8(const uint8_t *a, const uint8_t *b)
{
	uint64_t v, w;

	memcpy(&v, a, sizeof(v));
	memcpy(&w, b, sizeof(w));
	return v ^ w;
}

static inline uint64_t difference_4(const uint8_t *a, const uint8_t *b)
{
	uint32_t v, w;

	memcpy(&v, a, sizeof(v));
	memcpy(&w, b, sizeof(w));
	return v ^ w;
}

/* Whether the 20 bytes of an IPv4 key are equal; longer ones by memcmp. */
static inline bool same_key(const uint8_t *a, const uint8_t *b, size_t length)
{
	if (length != VPNALG_KEY_IPV4)
		return memcmp(a, b, length) == 0;
	return (difference_8(a, b) | difference_8(a + 8, b + 8) |
		difference_4(a + 16, b + 16)) == 0;
}

/* Whether one of four entries may have the tag: says yes if one has, and seldom
 * if none has. The last of the three words of tags holds the count too. */
static inline bool may_hold(const struct bucket *bucket, unsigned entry,
			    uint16_t tag)
{
	const uint8_t *tags =
	    (const uint8_t *)bucket + offsetof(struct bucket, tag);
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
					    const struct bucket *bucket,
					    uint16_t tag, const uint8_t *key,
					    unsigned *slot)
{
	struct vpnalg_record *record;
	unsigned i = next_match(bucket, tag, 0);

	for (; i < ENTRIES; i = next_match(bucket, tag, i + 1)) {
		record = record_at(table, unit_of(bucket->reference[i]));
		*slot = bucket->reference[i] & 3;
		if (same_key(
			vpnalg_record_key(record, *slot, table->key_length),
			key, table->key_length))
			return record;
	}
	return NULL;
}

struct vpnalg_record *vpnalg_table_find(void *context, const uint8_t *key,
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

bool vpnalg_table_give(void *context, struct vpnalg_record *record,
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

void vpnalg_table_take(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	struct bucket *bucket;
	int entry;

	bucket = locate(table, hash, reference_to(table, record, slot), &entry);
	if (bucket == NULL)
		return;
	if (bucket->reference[entry] & AWAY)
		table->buckets[home_of(table, hash)].away--;
	bucket->tag[entry] = 0;
	table->use.keys--;
}

void vpnalg_table_point(void *context, struct vpnalg_record *from,
			unsigned from_slot, struct vpnalg_record *to,
			unsigned to_slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	struct bucket *bucket;
	int entry;

	bucket =
	    locate(table, hash, reference_to(table, from, from_slot), &entry);
	if (bucket != NULL)
		bucket->reference[entry] = reference_to(table, to, to_slot) |
					   (bucket->reference[entry] & AWAY);
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

void vpnalg_table_prefetch(void *context, uint64_t hash, unsigned step)
{
	const struct vpnalg_table *table = context;
	const struct bucket *bucket = &table->buckets[home_of(table, hash)];

	if (step == 0)
		PREFETCH(bucket);
	else
		prefetch_records(table, bucket, tag_of(hash));
}

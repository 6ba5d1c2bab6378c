/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of the bundled store.
 *
 * A bucket is one cache line of ten entries. An entry is a tag, 15 bits of the
 * hash, and a reference, the number of a unit and of a key slot in it; so a
 * lookup touches one bucket and one record. A key has a home bucket and, by its
 * tag, another one. It stands in the other only if its home was full, and a
 * bucket counts those of its keys that do; only then are they looked for there.
 * If both are full, a key there is moved to its own other bucket (cuckoo
 * hashing, two steps deep), so that the index can be filled to 95 in 100. */
#include "index.h"

#include "bucket.h"

static uint32_t home_of(const struct vpnalg_table *table, uint64_t hash)
{
	return (uint32_t)((hash >> 32) * table->bucket_count >> 32);
}

/* Returns the other bucket of a key that may stand in this one: computing it
 * twice leads back. A tag is spread over all buckets by a multiplication. */
static uint32_t other_of(const struct vpnalg_table *table, uint32_t at,
			 uint16_t tag)
{
	uint32_t spread = tag * 0x9e3779b1U;
	uint32_t sum = (uint32_t)((uint64_t)spread * table->bucket_count >> 32);

	return sum >= at ? sum - at : sum + table->bucket_count - at;
}

INLINE uintptr_t word(const uint8_t *p)
{
	uintptr_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Returns the difference of eight bytes: in one word of the machine's, or two.
 */
INLINE uintptr_t differ(const uint8_t *a, const uint8_t *b)
{
	const size_t last = 8 - sizeof(uintptr_t);

	return (word(a) ^ word(b)) | (word(a + last) ^ word(b + last));
}

/* Returns whether two keys are equal. Those with IPv4 addresses are five words.
 */
static inline bool same_key(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint32_t x, y;

	if (length != VPNALG_KEY_IPV4)
		return memcmp(a, b, length) == 0;
	memcpy(&x, a + 16, sizeof(x));
	memcpy(&y, b + 16, sizeof(y));
	return (differ(a, b) | differ(a + 8, b + 8) | (x ^ y)) == 0;
}

/* Returns whether a reference leads to a key, and to which record and slot. */
INLINE bool leads_to(const struct vpnalg_table *table, uint32_t reference,
		     const uint8_t *key, size_t key_length,
		     struct vpnalg_record **record, unsigned *slot)
{
	*record = record_of(table, reference);
	*slot = reference & 3;
	return same_key(vpnalg_record_key(*record, *slot, key_length), key,
			key_length);
}

/* Looks at all entries of the home bucket with the key's tag, then at those of
 * its other bucket, where it is if its home was full. */
struct vpnalg_record *vpnalg_table_find(void *context, const uint8_t *key,
					uint64_t hash, unsigned *slot)
{
	const struct vpnalg_table *table = context;
	uint16_t tag = tag_of(hash);
	uint32_t home = home_of(table, hash), at = home;
	struct vpnalg_record *record;
	const struct bucket *bucket;
	uint64_t found;

	do {
		bucket = &table->buckets[at];
		found = find_tag(bucket, tag);
		while (found != 0)
			if (leads_to(table,
				     bucket->reference[take_entry(&found)], key,
				     table->key_length, &record, slot))
				return record;
		at = other_of(table, at, tag);
	} while (at != home && table->buckets[home].away != 0);
	return NULL;
}

/* The same where the length is known while this is compiled, unless size counts
 * for more. The first entry with the tag is nearly always the key's. */
struct vpnalg_record *vpnalg_table_find_ipv4(void *context, const uint8_t *key,
					     uint64_t hash, unsigned *slot)
{
	const struct vpnalg_table *table = context;
	const struct bucket *home = &table->buckets[home_of(table, hash)];
	uint64_t found = find_tag(home, tag_of(hash));
	struct vpnalg_record *record;

	if (FOR_SIZE)
		return vpnalg_table_find(context, key, hash, slot);
	if (found == 0 && home->away == 0)
		return NULL;
	if (found != 0 && leads_to(table, home->reference[take_entry(&found)],
				   key, VPNALG_KEY_IPV4, &record, slot))
		return record;
	return vpnalg_table_find(context, key, hash, slot);
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

/* Returns an empty entry of the bucket, made if need be; or -1. */
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

/* Finds a place for a key with this hash: the bucket, and an empty entry in it,
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

bool vpnalg_table_link(void *context, struct vpnalg_record *record,
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

/* Returns the entry that has the reference, or -1. */
static int entry_of(const struct bucket *bucket, uint32_t reference)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		if (bucket->tag[i] != 0 && bucket->reference[i] == reference)
			return i;
	return -1;
}

/* Finds the bucket and entry of a key that is there. */
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

void vpnalg_table_unlink(void *context, struct vpnalg_record *record,
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

void vpnalg_table_relink(void *context, struct vpnalg_record *from,
			 unsigned from_slot, struct vpnalg_record *to,
			 unsigned to_slot, uint64_t hash)
{
	struct vpnalg_table *table = context;
	struct bucket *bucket;
	int entry;

	bucket = locate(table, hash, reference_to(table, from, from_slot),
			&entry);
	if (bucket != NULL)
		bucket->reference[entry] = reference_to(table, to, to_slot) |
					   (bucket->reference[entry] & AWAY);
}

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* The prefetching stands here and in no function of its own: a compiler may
 * take one that does nothing else for one that has no effect, and drop it. */
void vpnalg_table_prefetch(void *context, uint64_t hash, unsigned step)
{
	const struct vpnalg_table *table = context;
	const struct bucket *bucket = &table->buckets[home_of(table, hash)];
	const uint8_t *record;
	uint64_t found;

	if (step == 0) {
		PREFETCH(bucket);
		return;
	}
	found = find_tag(bucket, tag_of(hash));
	while (found != 0) {
		record = (const uint8_t *)record_at(
			table, unit_of(bucket->reference[take_entry(&found)]));
		PREFETCH(record);
		PREFETCH(record + VPNALG_UNIT);
	}
}

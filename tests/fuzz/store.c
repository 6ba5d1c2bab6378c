/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that watches: it counts, fails on request, moves its records, and
 * keeps a mirror of each record that must never be stale after a call. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "settings.h"

static size_t size_of(const struct vpnalg_record *record)
{
	return (size_t)record->units * VPNALG_UNIT;
}

static unsigned entry_of(const struct watched_store *s,
			 const struct vpnalg_record *record)
{
	unsigned i;

	for (i = s->high; i-- > 0;)
		if (s->entries[i].record == record)
			return i;
	broken("contract of the store", "no such record");
}

static unsigned bucket_of(uint64_t hash)
{
	return (unsigned)(hash ^ hash >> 32) % BUCKETS;
}

static struct store_key *key_at(struct watched_store *s, uint16_t *link)
{
	return *link == 0 ? NULL : &s->key[*link - 1];
}

/* --- The plain store, which moves. */

static struct vpnalg_record *plain_find(struct watched_store *s,
					const uint8_t *key, uint64_t hash,
					unsigned *slot)
{
	uint16_t *link = &s->bucket[bucket_of(hash)];
	struct store_key *k;

	for (; (k = key_at(s, link)) != NULL; link = &k->next) {
		struct vpnalg_record *record = s->entries[k->entry].record;

		if (k->hash != hash ||
		    memcmp(vpnalg_record_key(record, k->slot, VPNALG_KEY_IPV4),
			   key, VPNALG_KEY_IPV4) != 0)
			continue;
		*slot = k->slot;
		return record;
	}
	*slot = VPNALG_OUTSIDE_PEER; /* which nobody may believe */
	return NULL;
}

static bool plain_give(struct watched_store *s, unsigned entry, unsigned slot,
		       uint64_t hash)
{
	uint16_t *link = &s->bucket[bucket_of(hash)];
	unsigned i;

	for (i = 0; i < s->record_max * 2 && s->key[i].used; i++)
		;
	if (i == s->record_max * 2)
		return false;
	s->key[i] = (struct store_key){ .hash = hash,
					.entry = (uint16_t)entry,
					.next = *link,
					.slot = (uint8_t)slot,
					.used = true };
	*link = (uint16_t)(i + 1);
	return true;
}

static uint16_t *plain_link(struct watched_store *s, unsigned entry,
			    unsigned slot, uint64_t hash)
{
	uint16_t *link = &s->bucket[bucket_of(hash)];
	struct store_key *k;

	for (; (k = key_at(s, link)) != NULL; link = &k->next)
		if (k->entry == entry && k->slot == slot && k->hash == hash)
			return link;
	broken("contract of the store", "no such key");
}

void store_move(struct watched_store *s)
{
	unsigned i;

	for (i = 0; i < s->high && s->table == NULL; i++) {
		struct vpnalg_record *old = s->entries[i].record;

		if (old == NULL)
			continue;
		s->entries[i].record = malloc(size_of(old));
		memcpy(s->entries[i].record, old, size_of(old));
		free(old);
	}
}

/* --- What the translator sees. */

static struct vpnalg_record *find(void *context, const uint8_t *key,
				  uint64_t hash, unsigned *slot)
{
	struct watched_store *s = context;

	s->finds++;
	if (s->table == NULL)
		return plain_find(s, key, hash, slot);
	return s->inner.find(s->inner.context, key, hash, slot);
}

static bool fails(struct watched_store *s)
{
	if (s->fail_in == 0 || --s->fail_in > 0)
		return false;
	trace("  the store fails\n");
	s->failed = true;
	s->struck = true;
	return true;
}

static struct vpnalg_record *plain_add(const struct watched_store *s,
				       unsigned units)
{
	struct vpnalg_record *record;

	if (s->records >= (long)s->record_max)
		return NULL;
	record = calloc(units, VPNALG_UNIT);
	record->units = (uint8_t)units;
	return record;
}

static struct vpnalg_record *add(void *context, unsigned units)
{
	struct watched_store *s = context;
	struct vpnalg_record *record = NULL;
	unsigned i;

	if (!fails(s) && s->records < RECORDS_MAX)
		record = s->table == NULL
				 ? plain_add(s, units)
				 : s->inner.add(s->inner.context, units);
	if (record == NULL) {
		s->failed = true;
		return NULL;
	}
	for (i = 0; s->entries[i].record != NULL; i++)
		;
	if (i >= s->high)
		s->high = i + 1;
	s->entries[i].record = record;
	memcpy(s->entries[i].mirror, record, size_of(record));
	s->records++;
	s->added++;
	return record;
}

static void remove_record(void *context, struct vpnalg_record *record)
{
	struct watched_store *s = context;

	if (record->keys != 0)
		broken("contract of the store", "removed with keys");
	s->entries[entry_of(s, record)].record = NULL;
	s->records--;
	if (s->table == NULL)
		free(record);
	else
		s->inner.remove(s->inner.context, record);
}

static bool store_link(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash)
{
	struct watched_store *s = context;
	unsigned held;
	bool given = false;

	if (find(s, vpnalg_record_key(record, slot, VPNALG_KEY_IPV4), hash,
		 &held) != NULL)
		broken("contract of the store",
		       "the key leads somewhere already");
	if (!fails(s))
		given = s->table == NULL
				? plain_give(s, entry_of(s, record), slot, hash)
				: s->inner.link(s->inner.context, record, slot,
						hash);
	if (!given)
		s->failed = true;
	s->keys += given;
	return given;
}

static void store_unlink(void *context, struct vpnalg_record *record,
			 unsigned slot, uint64_t hash)
{
	struct watched_store *s = context;
	struct store_key *key;
	uint16_t *link;

	s->keys--;
	if (s->table != NULL) {
		s->inner.unlink(s->inner.context, record, slot, hash);
		return;
	}
	link = plain_link(s, entry_of(s, record), slot, hash);
	key = key_at(s, link);
	*link = key->next;
	key->used = false;
}

static void store_relink(void *context, struct vpnalg_record *from,
		  unsigned from_slot, struct vpnalg_record *to,
		  unsigned to_slot, uint64_t hash)
{
	struct watched_store *s = context;
	struct store_key *key;

	if (s->table != NULL) {
		s->inner.relink(s->inner.context, from, from_slot, to, to_slot,
			       hash);
		return;
	}
	key = key_at(s, plain_link(s, entry_of(s, from), from_slot, hash));
	key->entry = (uint16_t)entry_of(s, to);
	key->slot = (uint8_t)to_slot;
}

static bool next(void *context, uint64_t *cursor,
		 struct vpnalg_record **record)
{
	struct watched_store *s = context;

	if (s->table != NULL)
		return s->inner.next(s->inner.context, cursor, record);
	if (*cursor >= s->high)
		return false;
	*record = s->entries[(*cursor)++].record;
	return true;
}

static void prefetch(void *context, uint64_t hash, unsigned step)
{
	struct watched_store *s = context;

	if (s->inner.prefetch != NULL)
		s->inner.prefetch(s->inner.context, hash, step);
}

static void changed(void *context, struct vpnalg_record *record)
{
	struct watched_store *s = context;

	memcpy(s->entries[entry_of(s, record)].mirror, record,
	       size_of(record));
}

void store_begin(struct watched_store *s, const struct settings *settings)
{
	size_t size = vpnalg_table_size(settings->record_max * 2);

	memset(s, 0, sizeof(*s));
	s->settings = settings;
	s->record_max = settings->record_max;
	s->outer = (struct vpnalg_store){ .size = sizeof(s->outer),
					  .key_length = VPNALG_KEY_IPV4,
					  .context = s,
					  .find = find,
					  .add = add,
					  .remove = remove_record,
					  .link = store_link,
					  .unlink = store_unlink,
					  .relink = store_relink,
					  .next = next,
					  .prefetch = prefetch,
					  .changed = changed };
	if (!settings->bundled)
		return;
	/* Aligned, so that two of them have the same room. */
	size = (size + VPNALG_UNIT - 1) / VPNALG_UNIT * VPNALG_UNIT;
	s->table = aligned_alloc(VPNALG_UNIT, size);
	vpnalg_table_init(s->table, size, VPNALG_KEY_IPV4, &s->inner);
}

void store_end(struct watched_store *s)
{
	unsigned i;

	for (i = 0; i < s->high && s->table == NULL; i++)
		free(s->entries[i].record);
	free(s->table);
}

static const char *kind_of(const struct watched_store *s,
			   const struct vpnalg_record *record)
{
	if (record->handler >= s->settings->protocol_count)
		return "count of the engine";
	return s->settings->protocols[record->handler]
		.handler()
		->kinds[record->kind]
		.name;
}

void store_check(const struct watched_store *s)
{
	unsigned i, at;

	for (i = 0; i < s->high; i++) {
		const struct store_entry *e = &s->entries[i];
		const uint8_t *bytes = (const uint8_t *)e->record;

		if (e->record == NULL ||
		    memcmp(bytes, e->mirror, size_of(e->record)) == 0)
			continue;
		for (at = 0; bytes[at] == e->mirror[at]; at++)
			;
		broken("changed", "%s: byte %u, or %u of its body",
		       kind_of(s, e->record), at,
		       at - 16U - e->record->slots * VPNALG_KEY_IPV4);
	}
}

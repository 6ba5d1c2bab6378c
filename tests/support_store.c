/* SPDX-License-Identifier: BSD-2-Clause */
/* The stores under test: the bundled one, and one that is as simple as can be
 * and moves every record between calls. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define MOVING_MAX 4096

struct moving_key {
	uint64_t hash;
	unsigned index, slot; /* of its record */
};

struct moving {
	struct vpnalg_record *records[MOVING_MAX];
	struct moving_key keys[MOVING_MAX * 2];
	uint32_t record_max, key_max, key_count;
};

static unsigned index_of(struct moving *m, struct vpnalg_record *record)
{
	unsigned i = 0;

	/* An assertion that holds takes a system call, too. */
	while (i < m->record_max && m->records[i] != record)
		i++;
	ck_assert_msg(i < m->record_max, "no such record");
	return i;
}

static struct moving_key *key_of(struct moving *m,
				 struct vpnalg_record *record, unsigned slot,
				 uint64_t hash)
{
	unsigned index = index_of(m, record), i;

	for (i = 0; i < m->key_count; i++)
		if (m->keys[i].index == index && m->keys[i].slot == slot &&
		    m->keys[i].hash == hash)
			return &m->keys[i];
	ck_abort_msg("no such key");
	return NULL;
}

static struct vpnalg_record *moving_find(void *context, const uint8_t *key,
					 uint64_t hash, unsigned *slot)
{
	struct moving *m = context;
	unsigned i;

	for (i = 0; i < m->key_count; i++) {
		struct moving_key *k = &m->keys[i];
		struct vpnalg_record *record = m->records[k->index];

		if (k->hash != hash ||
		    memcmp(vpnalg_record_key(record, k->slot, VPNALG_KEY_IPV4),
			   key, VPNALG_KEY_IPV4) != 0)
			continue;
		*slot = k->slot;
		return record;
	}
	return NULL;
}

static struct vpnalg_record *moving_add(void *context, unsigned units)
{
	struct moving *m = context;
	unsigned i;

	for (i = 0; i < m->record_max; i++) {
		if (m->records[i] != NULL)
			continue;
		m->records[i] = calloc(units, VPNALG_UNIT);
		m->records[i]->units = (uint8_t)units;
		return m->records[i];
	}
	return NULL;
}

static void moving_remove(void *context, struct vpnalg_record *record)
{
	struct moving *m = context;
	unsigned index = index_of(m, record), i;

	for (i = 0; i < m->key_count && m->keys[i].index != index; i++)
		;
	ck_assert_msg(i == m->key_count, "removed with a key");
	m->records[index] = NULL;
	free(record);
}

static bool moving_link(void *context, struct vpnalg_record *record,
			unsigned slot, uint64_t hash)
{
	struct moving *m = context;
	unsigned held;

	ck_assert_msg(moving_find(m,
				  vpnalg_record_key(record, slot,
						    VPNALG_KEY_IPV4),
				  hash, &held) == NULL,
		      "the key leads somewhere already");
	if (m->key_count == m->key_max)
		return false;
	m->keys[m->key_count++] =
		(struct moving_key){ hash, index_of(m, record), slot };
	return true;
}

static void moving_unlink(void *context, struct vpnalg_record *record,
			unsigned slot, uint64_t hash)
{
	struct moving *m = context;
	struct moving_key *key = key_of(m, record, slot, hash);

	*key = m->keys[--m->key_count];
}

static void moving_relink(void *context, struct vpnalg_record *from,
			 unsigned from_slot, struct vpnalg_record *to,
			 unsigned to_slot, uint64_t hash)
{
	struct moving *m = context;
	struct moving_key *key = key_of(m, from, from_slot, hash);

	key->index = index_of(m, to);
	key->slot = to_slot;
}

static bool moving_next(void *context, uint64_t *cursor,
			struct vpnalg_record **record)
{
	struct moving *m = context;

	if (*cursor >= m->record_max)
		return false;
	*record = m->records[(*cursor)++];
	return true;
}

/* Every record goes elsewhere, and what stood there is overwritten, so that an
 * address kept from one call to the next is found out. */
static void move_all(struct moving *m)
{
	unsigned i;

	for (i = 0; i < m->record_max; i++) {
		struct vpnalg_record *old = m->records[i];
		size_t size;

		if (old == NULL)
			continue;
		size = (size_t)old->units * VPNALG_UNIT;
		m->records[i] = malloc(size);
		memcpy(m->records[i], old, size);
		memset(old, 0xa5, size);
		free(old);
	}
}

static bool wants_moving(void)
{
	const char *name = getenv("VPNALG_TEST_STORE");

	return name != NULL && strcmp(name, "moving") == 0;
}

static void *make_moving(struct vpnalg_store *store, uint32_t units)
{
	struct moving *m = calloc(1, sizeof(*m));

	m->record_max = units / 2 < MOVING_MAX ? units / 2 : MOVING_MAX;
	m->key_max = m->record_max * 2;
	*store = (struct vpnalg_store){ .size = sizeof(*store),
					.key_length = VPNALG_KEY_IPV4,
					.context = m,
					.find = moving_find,
					.add = moving_add,
					.remove = moving_remove,
					.link = moving_link,
					.unlink = moving_unlink,
					.relink = moving_relink,
					.next = moving_next };
	return m;
}

void *test_store(struct vpnalg_store *store, uint32_t units)
{
	size_t size = vpnalg_table_size(units);
	void *memory;

	if (wants_moving())
		return make_moving(store, units);
	memory = malloc(size);
	ck_assert(vpnalg_table_init(memory, size, VPNALG_KEY_IPV4, store) !=
		  NULL);
	return memory;
}

void test_store_between_calls(struct vpnalg_store *store, void *memory)
{
	if (store->add == moving_add)
		move_all(memory);
}

void test_store_free(struct vpnalg_store *store, void *memory)
{
	struct moving *m = memory;
	unsigned i;

	if (store->add == moving_add)
		for (i = 0; i < m->record_max; i++)
			free(m->records[i]);
	free(memory);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests that compare a store with a plain model. */
#ifndef TESTS_TABLE_MODEL_H
#define TESTS_TABLE_MODEL_H

#include "toy.h"
#include "cases.h"

#include <stdlib.h>
#include <string.h>

enum { KEY = VPNALG_KEY_IPV4, RECORDS = 400, SLOTS = 4 };

/* A record as it should be. Its key in a slot is a number; 0: none. */
struct entry {
	struct vpnalg_record *record; /* NULL: no such */
	uint32_t keys[SLOTS];
	unsigned units, mark, met;
};

struct model {
	struct vpnalg_store store;
	void *memory;
	struct entry entries[RECORDS];
	uint32_t seed, last_key;
	uint32_t busy; /* how many of the entries come and go */
	uint64_t hash_mask; /* what of the hashes is not zero */
};

static inline uint64_t hash_of(const struct model *m, uint32_t key)
{
	return key * 0x9e3779b97f4a7c15U & m->hash_mask;
}

static inline void key_bytes(uint32_t key, uint8_t *bytes)
{
	memset(bytes, 0, KEY);
	put32(bytes + 8, key);
}

/* One unit has room for two keys, more for four. */
static inline unsigned slots_of(const struct entry *e)
{
	return e->units == 1 ? 2 : SLOTS;
}

static inline uint8_t *body_of(struct entry *e)
{
	return vpnalg_record_key(e->record, slots_of(e), KEY);
}

static inline void model_begin(struct model *m, uint32_t units, uint64_t mask)
{
	memset(m, 0, sizeof(*m));
	m->memory = test_store(&m->store, units);
	m->hash_mask = mask;
	m->busy = units < RECORDS ? units : RECORDS;
}

static inline bool is_blank(const struct vpnalg_record *record, unsigned units)
{
	const uint8_t *bytes = (const uint8_t *)record;
	size_t i;

	for (i = 0; i < (size_t)units * VPNALG_UNIT; i++)
		if (bytes[i] != 0 && i != offsetof(struct vpnalg_record, units))
			return false;
	return record->units == units;
}

static inline bool add(struct model *m, struct entry *e)
{
	unsigned units = 1 + chance(&m->seed, VPNALG_UNITS_MAX);
	struct vpnalg_record *record = m->store.add(m->store.context, units);

	if (record == NULL)
		return false;
	ck_assert(is_blank(record, units));
	ck_assert_uint_eq((uintptr_t)record % 8, 0);
	memset(e, 0, sizeof(*e));
	e->record = record;
	e->units = units;
	e->mark = 1 + chance(&m->seed, 255);
	memset((uint8_t *)record + 16, 0xee, units * VPNALG_UNIT - 16);
	*body_of(e) = (uint8_t)e->mark;
	return true;
}

static inline void take(struct model *m, struct entry *e, unsigned slot)
{
	uint8_t bytes[KEY];
	unsigned found;

	if (e->keys[slot] == 0)
		return;
	m->store.unlink(m->store.context, e->record, slot,
			hash_of(m, e->keys[slot]));
	key_bytes(e->keys[slot], bytes);
	ck_assert_ptr_null(m->store.find(m->store.context, bytes,
					 hash_of(m, e->keys[slot]), &found));
	e->keys[slot] = 0;
}

static inline void drop(struct model *m, struct entry *e)
{
	unsigned slot;

	for (slot = 0; slot < SLOTS; slot++)
		take(m, e, slot);
	m->store.remove(m->store.context, e->record);
	memset(e, 0, sizeof(*e));
}

static inline void model_end(struct model *m)
{
	uint64_t cursor = 0;
	struct vpnalg_record *record;
	unsigned i;

	for (i = 0; i < RECORDS; i++)
		if (m->entries[i].record != NULL)
			drop(m, &m->entries[i]);
	while (m->store.next(m->store.context, &cursor, &record))
		ck_assert_ptr_null(record);
	test_store_free(&m->store, m->memory);
}

#endif

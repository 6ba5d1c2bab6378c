/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract of a store, held against a model as plain as can be. It runs on
 * whatever test_store() gives. */
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

static uint64_t hash_of(const struct model *m, uint32_t key)
{
	return key * 0x9e3779b97f4a7c15U & m->hash_mask;
}

static void key_bytes(uint32_t key, uint8_t *bytes)
{
	memset(bytes, 0, KEY);
	put32(bytes + 8, key);
}

/* One unit has room for two keys, more for four. */
static unsigned slots_of(const struct entry *e)
{
	return e->units == 1 ? 2 : SLOTS;
}

static uint8_t *body_of(struct entry *e)
{
	return vpnalg_record_key(e->record, slots_of(e), KEY);
}

static void model_begin(struct model *m, uint32_t units, uint64_t mask)
{
	memset(m, 0, sizeof(*m));
	m->memory = test_store(&m->store, units);
	m->hash_mask = mask;
	m->busy = units < RECORDS ? units : RECORDS;
}

/* Every record is whole and every key leads where it should. */
static void check_entry(struct model *m, struct entry *e)
{
	unsigned slot, found = 99;
	uint8_t bytes[KEY];

	ck_assert_uint_eq(e->record->units, e->units);
	ck_assert_uint_eq(*body_of(e), (uint8_t)e->mark);
	for (slot = 0; slot < SLOTS; slot++) {
		if (e->keys[slot] == 0)
			continue;
		key_bytes(e->keys[slot], bytes);
		ck_assert_ptr_eq(m->store.find(m->store.context, bytes,
					       hash_of(m, e->keys[slot]),
					       &found),
				 e->record);
		ck_assert_uint_eq(found, slot);
	}
}

static void check_all(struct model *m)
{
	unsigned i;

	for (i = 0; i < RECORDS; i++)
		if (m->entries[i].record != NULL)
			check_entry(m, &m->entries[i]);
}

static bool is_blank(const struct vpnalg_record *record, unsigned units)
{
	const uint8_t *bytes = (const uint8_t *)record;
	size_t i;

	for (i = 0; i < (size_t)units * VPNALG_UNIT; i++)
		if (bytes[i] != 0 &&
		    i != offsetof(struct vpnalg_record, units))
			return false;
	return record->units == units;
}

static bool add(struct model *m, struct entry *e)
{
	unsigned units = 1 + chance(&m->seed, VPNALG_UNITS_MAX);
	struct vpnalg_record *record =
		m->store.add(m->store.context, units);

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

static bool give(struct model *m, struct entry *e, unsigned slot)
{
	uint32_t key = m->last_key + 1;
	unsigned found;

	if (e->keys[slot] != 0)
		return true;
	key_bytes(key, vpnalg_record_key(e->record, slot, KEY));
	ck_assert_ptr_null(m->store.find(
		m->store.context, vpnalg_record_key(e->record, slot, KEY),
		hash_of(m, key), &found));
	if (!m->store.link(m->store.context, e->record, slot,
			   hash_of(m, key)))
		return false;
	e->keys[slot] = m->last_key = key;
	return true;
}

static void take(struct model *m, struct entry *e, unsigned slot)
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

static void point(struct model *m, struct entry *from, unsigned from_slot,
		  struct entry *to, unsigned to_slot)
{
	uint32_t key = from->keys[from_slot];

	if (key == 0 || to->keys[to_slot] != 0)
		return;
	key_bytes(key, vpnalg_record_key(to->record, to_slot, KEY));
	m->store.relink(m->store.context, from->record, from_slot, to->record,
		       to_slot, hash_of(m, key));
	from->keys[from_slot] = 0;
	to->keys[to_slot] = key;
}

static void drop(struct model *m, struct entry *e)
{
	unsigned slot;

	for (slot = 0; slot < SLOTS; slot++)
		take(m, e, slot);
	m->store.remove(m->store.context, e->record);
	memset(e, 0, sizeof(*e));
}

static void model_end(struct model *m)
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

/* One thing happens to one record. */
static void disturb(struct model *m)
{
	struct entry *e = &m->entries[chance(&m->seed, m->busy)];
	struct entry *other = &m->entries[chance(&m->seed, m->busy)];

	if (e->record == NULL) {
		add(m, e);
		return;
	}
	switch (chance(&m->seed, 6)) {
	case 0:
		drop(m, e);
		break;
	case 1:
		take(m, e, chance(&m->seed, slots_of(e)));
		break;
	case 2:
		if (other->record != NULL)
			point(m, e, chance(&m->seed, slots_of(e)), other,
			      chance(&m->seed, slots_of(other)));
		break;
	default:
		give(m, e, chance(&m->seed, slots_of(e)));
		break;
	}
}

static const struct model_row {
	const char *name;
	uint32_t units;
	uint64_t mask;
} model_rows[] = {
	{ "room for all", 1600, UINT64_MAX },
	{ "often full", 300, UINT64_MAX },
	{ "one block", 6, UINT64_MAX },
	{ "all keys in one bucket", 60, 0xffffffff },
	{ "all keys with one tag", 300, 0xffffffff00000000U },
	{ "all hashes equal", 60, 0 },
};

START_TEST(a_store_does_what_a_plain_model_does)
{
	const struct model_row *row = &model_rows[_i];
	struct model m;
	unsigned i;

	model_begin(&m, row->units, row->mask);
	for (i = 0; i < 6000; i++) {
		disturb(&m);
		if (i % 50 == 0)
			check_all(&m);
	}
	model_end(&m);
}
END_TEST

/* Full and empty again, many times: no room is lost. */
START_TEST(a_store_that_was_full_has_as_much_room_again)
{
	unsigned round, i, count, first = 0;
	struct model m;

	model_begin(&m, 240, UINT64_MAX);
	for (round = 0; round < 20; round++) {
		m.seed = 77; /* the same sizes in each round */
		for (count = 0; count < RECORDS; count++)
			if (!add(&m, &m.entries[count]))
				break;
		if (round == 0)
			first = count;
		ck_assert_uint_ge(count, 60);
		ck_assert_uint_eq(count, first);
		check_all(&m);
		for (i = 0; i < count; i++)
			drop(&m, &m.entries[(i + round * 13) % count]);
	}
	model_end(&m);
}
END_TEST

/* The sweep: whoever stays is met once in a round, whoever comes or goes
 * meanwhile at most once. */
static void meet(struct model *m, const struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < RECORDS; i++) {
		if (m->entries[i].record != record)
			continue;
		m->entries[i].met++;
		return;
	}
	ck_abort_msg("met what is not there");
}

/* The first half stays, in the second one comes or goes. */
static void come_and_go(struct model *m)
{
	struct entry *e =
		&m->entries[RECORDS / 2 + chance(&m->seed, RECORDS / 2)];

	if (e->record == NULL)
		add(m, e);
	else
		drop(m, e);
}

static void one_round(struct model *m)
{
	struct vpnalg_record *record = NULL;
	unsigned i, steps = 0;
	uint64_t cursor = 0;

	for (i = 0; i < RECORDS; i++)
		m->entries[i].met = 0;
	while (m->store.next(m->store.context, &cursor, &record)) {
		if (record != NULL)
			meet(m, record);
		if (chance(&m->seed, 2))
			come_and_go(m);
		record = NULL;
		ck_assert_uint_lt(steps++, 1600 + RECORDS);
	}
	for (i = 0; i < RECORDS / 2; i++)
		ck_assert_uint_eq(m->entries[i].met, 1);
	for (; i < RECORDS; i++)
		ck_assert_uint_le(m->entries[i].met, 1);
}

START_TEST(a_sweep_meets_everybody_once_while_others_come_and_go)
{
	struct model m;
	unsigned i;

	model_begin(&m, 1600, UINT64_MAX);
	for (i = 0; i < RECORDS; i++)
		ck_assert(add(&m, &m.entries[i]));
	for (i = 0; i < 30; i++)
		one_round(&m);
	model_end(&m);
}
END_TEST

START_TEST(an_empty_store_has_an_end)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;
	unsigned steps = 0;
	struct model m;

	model_begin(&m, 60, UINT64_MAX);
	while (m.store.next(m.store.context, &cursor, &record)) {
		ck_assert_ptr_null(record);
		ck_assert_uint_lt(steps++, 60);
	}
	model_end(&m);
}
END_TEST

TCase *table_model_case(void)
{
	TCase *model = tcase_create("contract");

	tcase_set_timeout(model, 60);
	tcase_add_loop_test(model, a_store_does_what_a_plain_model_does, 0,
			    ROWS(model_rows));
	tcase_add_test(model, a_store_that_was_full_has_as_much_room_again);
	tcase_add_test(
		model,
		a_sweep_meets_everybody_once_while_others_come_and_go);
	tcase_add_test(model, an_empty_store_has_an_end);
	return model;
}

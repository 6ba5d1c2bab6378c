/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract of a store, held against a model as plain as can be. It runs on
 * whatever test_store() gives. */
#include "table_model.h"

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

TCase *table_model_case(void)
{
	TCase *model = tcase_create("contract");

	tcase_set_timeout(model, 60);
	tcase_add_loop_test(model, a_store_does_what_a_plain_model_does, 0,
			    ROWS(model_rows));
	tcase_add_test(model, a_store_that_was_full_has_as_much_room_again);
	return model;
}

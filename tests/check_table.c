/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundled store: its memory, its index and its figures. What every store
 * must do is in check_table_model.c. */
#include "tables.h"

/* As many units as there should be, with two keys each. */
static void fill(struct table *t, uint32_t units, unsigned record_units)
{
	unsigned keys = record_units == 1 ? 2 : 4, slot;
	struct vpnalg_record *record;
	uint32_t used = 0;

	while (used + record_units <= units) {
		record = t->store.add(t->store.context, record_units);
		ck_assert_msg(record != NULL, "%u of %u units", used, units);
		used += record_units;
		for (slot = 0; slot < keys; slot++) {
			uint64_t hash = hash_of(t->last_key);

			ck_assert_msg(give(t, record, slot, hash),
				      "key %u", t->last_key);
			ck_assert(leads_to(t, record, slot, hash));
		}
	}
	ck_assert_uint_eq(use_of(t).units_used, used);
	ck_assert_uint_eq(use_of(t).records, used / record_units);
	ck_assert_uint_eq(use_of(t).keys, used / record_units * keys);
}

static const uint32_t sizes[] = { 1, 5, 6, 7, 60, 599, 600, 5000, 60000 };

START_TEST(a_table_holds_what_was_asked_for_with_two_keys_a_unit)
{
	uint32_t units = sizes[_i];
	unsigned record_units, off;
	struct table t;

	for (record_units = 1; record_units <= 3; record_units++) {
		off = record_units * 21 + 4; /* 25, 46, 67 */
		table_begin(&t, vpnalg_table_size(units), off);
		ck_assert_ptr_nonnull(t.table);
		ck_assert_uint_ge(use_of(&t).units, units);
		fill(&t, units, record_units);
		free(t.memory);
	}
}
END_TEST

START_TEST(a_table_takes_memory_at_any_address)
{
	unsigned off;
	struct table t;

	for (off = 0; off < 64; off++) {
		table_begin(&t, vpnalg_table_size(60), off);
		ck_assert_ptr_nonnull(t.table);
		fill(&t, 60, 1 + off % 3);
		free(t.memory);
	}
}
END_TEST

/* Records of mixed sizes: how many units of 48 they fill. */
static const struct mixed_row {
	const char *what;
	unsigned units[4]; /* again and again; 0: the end */
	uint32_t filled;
} mixed_rows[] = {
	{ "one unit", { 1 }, 48 },
	{ "two", { 2 }, 48 },
	{ "three", { 3 }, 48 },
	{ "one and two", { 1, 2 }, 48 },
	{ "one and three", { 1, 3 }, 48 },
	{ "one PPTP call and its host", { 2, 2, 1 }, 47 },
	{ "PPTP calls of one host", { 2, 2, 2, 2 }, 48 },
	{ "two and three", { 2, 3 }, 40 },
	{ "all", { 1, 2, 3 }, 48 },
};

START_TEST(records_of_mixed_sizes_fill_a_table)
{
	const struct mixed_row *row = &mixed_rows[_i];
	unsigned i = 0, units;
	struct table t;

	table_begin(&t, vpnalg_table_size(48), 0);
	for (;;) {
		units = row->units[i++ % 4];
		if (units == 0) {
			i = 0;
			continue;
		}
		if (use_of(&t).units_used + units > 48 ||
		    t.store.add(t.store.context, units) == NULL)
			break;
	}
	ck_assert_msg(use_of(&t).units_used >= row->filled, "%s: %u",
		      row->what, use_of(&t).units_used);
	free(t.memory);
}
END_TEST

/* A record goes where it leaves the least room over: one unit between two
 * others is used before three beside each other are broken. */
START_TEST(a_small_record_breaks_no_large_room)
{
	struct vpnalg_record *records[6];
	struct table t;
	unsigned i;

	table_begin(&t, vpnalg_table_size(12), 0);
	for (i = 0; i < 6; i++)
		records[i] = t.store.add(t.store.context, 1);
	t.store.remove(t.store.context, records[2]);
	ck_assert_ptr_nonnull(t.store.add(t.store.context, 3));
	ck_assert_ptr_eq(t.store.add(t.store.context, 1), records[2]);
	ck_assert_ptr_nonnull(t.store.add(t.store.context, 3));
	ck_assert_uint_eq(use_of(&t).units_used, 12);
	free(t.memory);
}
END_TEST

START_TEST(compile_time_bounds_hold_and_are_near)
{
	uint32_t units;
	size_t size;

	for (units = 0; units < 100000; units += units < 700 ? 1 : 997) {
		size = vpnalg_table_size(units);
		ck_assert_uint_ge(VPNALG_TABLE_BYTES(units), size);
		ck_assert_uint_le(VPNALG_TABLE_BYTES(units),
				  size + size / 100 + 600);
	}
}
END_TEST

/* Every size, be it odd: what does not fit is refused, nothing is written
 * behind the end. */
START_TEST(a_table_stays_within_its_memory)
{
	size_t size, least = vpnalg_table_size(1);
	struct table t;

	for (size = 0; size < 3000; size++) {
		table_begin(&t, size, (unsigned)size % 64);
		ck_assert_int_eq(t.table != NULL, size >= least);
		if (t.table != NULL)
			fill(&t, use_of(&t).units, 1);
		free(t.memory);
	}
}
END_TEST

START_TEST(a_table_costs_about_eighty_bytes_a_unit)
{
	ck_assert_uint_le(vpnalg_table_size(1000000), 84000000);
	ck_assert_uint_le(vpnalg_table_size(600), 600 * 84 + 1024);
	ck_assert_uint_ge(vpnalg_table_size(1000000), 64000000);
}
END_TEST

static const struct key_row {
	size_t length;
	bool taken;
} key_rows[] = {
	{ 20, true }, { 44, true },  { 32, true },  { 4, true },
	{ 0, false }, { 48, false }, { 21, false }, { 1, false },
};

START_TEST(a_table_takes_keys_of_whole_words_only)
{
	size_t size = vpnalg_table_size(60);
	void *memory = malloc(size);
	struct vpnalg_store store;

	ck_assert_int_eq(vpnalg_table_init(memory, size, key_rows[_i].length,
					   &store) != NULL,
			 key_rows[_i].taken);
	if (key_rows[_i].taken) {
		ck_assert_uint_eq(store.key_length, key_rows[_i].length);
		ck_assert_uint_eq(store.size, sizeof(store));
	}
	ck_assert_ptr_null(vpnalg_table_init(NULL, size, KEY, &store));
	free(memory);
}
END_TEST

START_TEST(a_record_of_no_or_too_many_units_is_refused)
{
	struct table t;

	table_begin(&t, vpnalg_table_size(60), 0);
	ck_assert_ptr_null(t.store.add(t.store.context, 0));
	ck_assert_ptr_null(t.store.add(t.store.context, 4));
	ck_assert_uint_eq(use_of(&t).units_used, 0);
	free(t.memory);
}
END_TEST

START_TEST(the_figures_follow_what_happens)
{
	struct vpnalg_record *a, *b;
	struct table t;

	table_begin(&t, vpnalg_table_size(60), 0);
	ck_assert_uint_eq(use_of(&t).units, 60);
	a = t.store.add(t.store.context, 3);
	b = t.store.add(t.store.context, 1);
	ck_assert_uint_eq(use_of(&t).units_used, 4);
	ck_assert_uint_eq(use_of(&t).records, 2);
	ck_assert(give(&t, a, 2, 5));
	ck_assert_uint_eq(use_of(&t).keys, 1);
	memcpy(vpnalg_record_key(b, 0, KEY), vpnalg_record_key(a, 2, KEY),
	       KEY);
	t.store.relink(t.store.context, a, 2, b, 0, 5);
	ck_assert_uint_eq(use_of(&t).keys, 1);
	t.store.remove(t.store.context, a);
	ck_assert_uint_eq(use_of(&t).units_used, 1);
	t.store.unlink(t.store.context, b, 0, 5);
	t.store.remove(t.store.context, b);
	ck_assert_uint_eq(use_of(&t).units_used, 0);
	ck_assert_uint_eq(use_of(&t).records, 0);
	ck_assert_uint_eq(use_of(&t).keys, 0);
	free(t.memory);
}
END_TEST

/* Room that records of one size have left serves those of another. */
START_TEST(room_does_not_break_into_useless_pieces)
{
	struct vpnalg_record *records[60];
	unsigned units, i, count;
	struct table t;

	table_begin(&t, vpnalg_table_size(60), 0);
	for (units = 1; units <= 3; units++) {
		count = 60 / units;
		for (i = 0; i < count; i++) {
			records[i] = t.store.add(t.store.context, units);
			ck_assert_ptr_nonnull(records[i]);
		}
		ck_assert_ptr_null(t.store.add(t.store.context, 1));
		for (i = 0; i < count; i++)
			t.store.remove(t.store.context,
				       records[(i * 7) % count]);
	}
	free(t.memory);
}
END_TEST

/* Fetching ahead changes nothing, whatever is asked for. */
START_TEST(a_large_table_is_fetched_ahead_and_a_small_one_is_not)
{
	struct table small, large;
	uint32_t i;

	table_begin(&small, 750000, 0);
	table_begin(&large, 850000, 0);
	ck_assert(small.store.prefetch == NULL);
	ck_assert(large.store.prefetch != NULL);
	fill(&large, use_of(&large).units / 2, 2);
	for (i = 0; i < 20000; i++) {
		large.store.prefetch(large.store.context, hash_of(i), 0);
		large.store.prefetch(large.store.context, hash_of(i), 1);
	}
	free(small.memory);
	free(large.memory);
}
END_TEST

Suite *table_suite(void)
{
	Suite *suite = suite_create("table");
	TCase *memory = tcase_create("memory");

	tcase_set_timeout(memory, 60);
	tcase_add_loop_test(
		memory, a_table_holds_what_was_asked_for_with_two_keys_a_unit,
		0, ROWS(sizes));
	tcase_add_test(memory, a_table_takes_memory_at_any_address);
	tcase_add_test(memory, a_table_stays_within_its_memory);
	tcase_add_test(memory, a_table_costs_about_eighty_bytes_a_unit);
	tcase_add_loop_test(memory, a_table_takes_keys_of_whole_words_only, 0,
			    ROWS(key_rows));
	tcase_add_test(memory, a_record_of_no_or_too_many_units_is_refused);
	tcase_add_loop_test(memory, records_of_mixed_sizes_fill_a_table, 0,
			    ROWS(mixed_rows));
	tcase_add_test(memory, a_small_record_breaks_no_large_room);
	tcase_add_test(memory, compile_time_bounds_hold_and_are_near);
	tcase_add_test(memory, the_figures_follow_what_happens);
	tcase_add_test(memory, room_does_not_break_into_useless_pieces);
	tcase_add_test(memory,
		       a_large_table_is_fetched_ahead_and_a_small_one_is_not);
	suite_add_tcase(suite, memory);
	suite_add_tcase(suite, table_model_case());
	suite_add_tcase(suite, table_sweep_case());
	suite_add_tcase(suite, units_case());
	suite_add_tcase(suite, table_index_case());
	return suite;
}

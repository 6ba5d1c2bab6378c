/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of the bundled store: keys that overflow, and keys of any length.
 */
#include "tables.h"

#include "store/bucket.h"

/* All keys in one place of the index: it fills up long before the units do.
 * That costs the key at hand only. */
START_TEST(an_index_that_is_full_refuses_and_recovers)
{
	enum { LAST = 999 };
	struct vpnalg_record *records[LAST + 1];
	unsigned given = 0, i;
	struct table t;

	table_begin(&t, vpnalg_table_size(2000), 0);
	for (i = 0; i <= LAST; i++) {
		records[i] = t.store.add(t.store.context, 1);
		while (given == i * 2 && give(&t, records[i], 0, 42) &&
		       give(&t, records[i], 1, 42))
			given += 2;
	}
	ck_assert_uint_eq(given, 20); /* two buckets of ten */
	ck_assert_uint_eq(use_of(&t).keys, given);
	ck_assert(!give(&t, records[LAST], 0, 42));
	ck_assert(give(&t, records[LAST], 0, ~(uint64_t)42));
	for (i = 0; i < given; i++)
		ck_assert(leads_to(&t, records[i / 2], i % 2, 42));
	/* One goes, one may come. */
	t.store.unlink(t.store.context, records[3], 1, 42);
	ck_assert(give(&t, records[LAST - 1], 0, 42));
	ck_assert(leads_to(&t, records[LAST - 1], 0, 42));
	ck_assert(!give(&t, records[LAST - 1], 1, 42));
	free(t.memory);
}
END_TEST

/* What overflows and goes again, in any order, leaves the index as it was. */
START_TEST(an_index_recovers_from_overflow_many_times)
{
	struct vpnalg_record *records[50];
	struct table t;
	unsigned i, round;

	table_begin(&t, vpnalg_table_size(2000), 0);
	for (i = 0; i < 50; i++)
		records[i] = t.store.add(t.store.context, 1);
	for (round = 0; round < 50; round++) {
		for (i = 0; i < 20; i++)
			ck_assert(give(&t, records[i / 2], i % 2, 42));
		for (i = 0; i < 20; i++) {
			unsigned n = (i * 7 + round) % 20;

			t.store.unlink(t.store.context, records[n / 2], n % 2,
				     42);
		}
	}
	ck_assert_uint_eq(use_of(&t).keys, 0);
	for (i = 0; i < 20; i++)
		ck_assert(give(&t, records[i / 2], i % 2, 42));
	for (i = 0; i < 20; i++)
		ck_assert(leads_to(&t, records[i / 2], i % 2, 42));
	free(t.memory);
}
END_TEST

/* The eleventh key of a bucket stands elsewhere; more often than a count of 16
 * bits can tell. */
START_TEST(a_key_that_overflows_is_found_however_often_it_comes)
{
	struct vpnalg_record *records[6];
	struct table t;
	unsigned i;

	table_begin(&t, vpnalg_table_size(2000), 0);
	for (i = 0; i < 6; i++)
		records[i] = t.store.add(t.store.context, 1);
	for (i = 0; i < 10; i++)
		ck_assert(give(&t, records[i / 2], i % 2, 42));
	for (i = 0; i < 70000; i++) {
		ck_assert(give(&t, records[5], 0, 42));
		ck_assert(leads_to(&t, records[5], 0, 42));
		t.store.unlink(t.store.context, records[5], 0, 42);
	}
	for (i = 0; i < 10; i++)
		ck_assert(leads_to(&t, records[i / 2], i % 2, 42));
	free(t.memory);
}
END_TEST

/* Keys come and go where almost every place is taken: none is lost, and a new
 * one hardly ever finds no place. */
START_TEST(an_index_that_is_almost_full_stays_whole)
{
	enum { KEYS = 1200 };
	static struct vpnalg_record *records[KEYS / 2];
	static uint64_t hashes[KEYS];
	uint32_t seed = 8, i, n, refused = 0;
	struct table t;

	table_begin(&t, vpnalg_table_size(KEYS / 2), 0);
	for (i = 0; i < KEYS; i++) {
		if (i % 2 == 0)
			records[i / 2] = t.store.add(t.store.context, 1);
		hashes[i] = hash_of(t.last_key);
		ck_assert(give(&t, records[i / 2], i % 2, hashes[i]));
	}
	for (n = 0; n < 100000; n++) {
		i = chance(&seed, KEYS);
		t.store.unlink(t.store.context, records[i / 2], i % 2,
			     hashes[i]);
		hashes[i] = hash_of(t.last_key);
		while (!give(&t, records[i / 2], i % 2, hashes[i])) {
			hashes[i] = hash_of(t.last_key);
			refused++;
		}
		if (n % 1000 == 0)
			for (i = 0; i < KEYS; i++)
				ck_assert(leads_to(&t, records[i / 2], i % 2,
						   hashes[i]));
	}
	ck_assert_uint_le(refused, 100);
	ck_assert_uint_eq(use_of(&t).keys, KEYS);
	free(t.memory);
}
END_TEST

/* The table, with keys of other lengths than that of IPv4. */
static const size_t key_lengths[] = { 4, 20, 24, 32, 44 };

START_TEST(a_table_finds_keys_of_any_length_by_all_their_bytes)
{
	size_t size = vpnalg_table_size(60), length = key_lengths[_i], i;
	uint8_t *memory = malloc(size), *key, wrong[VPNALG_KEY_MAX];
	struct vpnalg_record *record;
	struct vpnalg_store store;
	unsigned slot = 9;

	ck_assert_ptr_nonnull(
		vpnalg_table_init(memory, size, length, &store));
	record = store.add(store.context, 2);
	key = vpnalg_record_key(record, 1, length);
	memset(key, 0x5a, length);
	ck_assert(store.link(store.context, record, 1, 42));
	ck_assert(store.find(store.context, key, 42, &slot) == record);
	ck_assert_uint_eq(slot, 1);
	for (i = 0; i < length; i++) {
		memcpy(wrong, key, length);
		wrong[i] ^= 1;
		ck_assert_ptr_null(
			store.find(store.context, wrong, 42, &slot));
	}
	free(memory);
}
END_TEST

/* Whatever a bucket counts of its keys that stand elsewhere, it counts right:
 * a key too many or too few would show once the count has run over. */
START_TEST(a_table_that_overflows_again_and_again_finds_every_key)
{
	enum { KEYS = 13, ROUNDS = 12000 };
	struct vpnalg_record *records[KEYS];
	size_t size = vpnalg_table_size(600);
	uint8_t *memory = malloc(size);
	struct vpnalg_store store;
	unsigned i, n, slot;

	vpnalg_table_init(memory, size, KEY, &store);
	for (i = 0; i < KEYS; i++) {
		records[i] = store.add(store.context, 1);
		put32(vpnalg_record_key(records[i], 0, KEY), i);
	}
	for (n = 0; n < ROUNDS; n++) {
		for (i = 0; i < KEYS; i++)
			store.link(store.context, records[i], 0, 42);
		/* The last three stand elsewhere. */
		for (i = KEYS; i-- > 0;) {
			uint8_t *key = vpnalg_record_key(records[i], 0, KEY);

			ck_assert(store.find(store.context, key, 42, &slot) ==
				  records[i]);
			store.unlink(store.context, records[i], 0, 42);
		}
	}
	free(memory);
}
END_TEST

/* Returns a bit for each entry that has the tag. */
static unsigned entries_with(const struct bucket *bucket, uint16_t tag)
{
	unsigned entries = 0, i;

	for (i = 0; i < ENTRIES; i++)
		entries |= (unsigned)(bucket->tag[i] == tag) << i;
	return entries;
}

/* Takes all entries that were found: the first of the two ways, or the other.
 */
static unsigned taken(const struct bucket *bucket, uint16_t tag, bool in_words)
{
	uint64_t found = in_words ? find_tag_in_words(bucket, tag)
				  : find_tag(bucket, tag);
	unsigned entries = 0;

	while (found != 0)
		entries |= 1U << (in_words ? take_entry_in_words(&found)
					   : take_entry(&found));
	return entries;
}

/* With any tags, and whatever stands behind them, both ways find what a loop
 * finds. Tags of few values are often equal. */
START_TEST(tags_are_found_in_words_and_eight_at_once)
{
	static const uint16_t tags[] = { 0, 1, 2, 0x7f, 0x80, 0x100, 0x7fff };
	struct bucket bucket;
	uint32_t dice = 1;
	unsigned n, i, t;

	for (n = 0; n < 2000; n++) {
		memset(&bucket, (int)n, sizeof(bucket));
		for (i = 0; i < ENTRIES; i++) {
			dice = dice * 1664525 + 1013904223;
			bucket.tag[i] = tags[(dice >> 16) % ROWS(tags)];
		}
		bucket.away = tags[n % ROWS(tags)];
		for (t = 1; t < ROWS(tags); t++) {
			i = entries_with(&bucket, tags[t]);
			ck_assert_uint_eq(taken(&bucket, tags[t], true), i);
			ck_assert_uint_eq(taken(&bucket, tags[t], false), i);
		}
	}
}
END_TEST

TCase *table_index_case(void)
{
	TCase *t = tcase_create("index");

	tcase_add_test(t, an_index_that_is_full_refuses_and_recovers);
	tcase_add_test(t, an_index_recovers_from_overflow_many_times);
	tcase_add_test(t, a_key_that_overflows_is_found_however_often_it_comes);
	tcase_add_test(t, an_index_that_is_almost_full_stays_whole);
	tcase_add_loop_test(t,
			    a_table_finds_keys_of_any_length_by_all_their_bytes,
			    0, ROWS(key_lengths));
	tcase_add_test(t,
		       a_table_that_overflows_again_and_again_finds_every_key);
	tcase_add_test(t, tags_are_found_in_words_and_eight_at_once);
	return t;
}

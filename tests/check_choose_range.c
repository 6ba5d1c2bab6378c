/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs from the ranges of a handler. */
#include "toy.h"
#include "cases.h"

#include <string.h>

/* IDs of a handler's choice, from its ranges. */

static unsigned open_id(struct world *w, uint32_t host, uint32_t id, bool keep,
			struct vpnalg_range first, struct vpnalg_range second)
{
	static const uint8_t remote[] = { 198, 51, 100, 1 };
	uint8_t inside[4];
	struct vpnalg_opening opening = { .kind = TOY_DATA,
					  .space = TOY_SPACE,
					  .inside = inside,
					  .remote = remote,
					  .id = id,
					  .keep = keep,
					  .ranges = { first, second },
					  .lifetime = 1000 };
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;
	unsigned result;

	put32(inside, host);
	result = vpnalg_session_open(&step, &opening, &record);
	if (result != VPNALG_TRANSLATED)
		return UINT32_MAX;
	vpnalg_session_tuple(w->alg, record, VPNALG_OUTSIDE_OWN, &tuple);
	return tuple.id;
}

/* As long as one is found in a few tries; in the end all of the first are
 * used. */
START_TEST(the_first_range_is_used_before_the_second)
{
	struct vpnalg_range near = { 0x1200, 1, 256 }, all = { 0, 1, 65536 };
	unsigned i, id, others = 0;
	struct world w;

	toy_world(&w, (struct world_options){ .units = 1800 });
	ck_assert_uint_eq(open_id(&w, 1, 0x1234, true, near, all), 0x1234);
	for (i = 1; i < 256 + others; i++) {
		id = open_id(&w, 1 + i, 0x1234, true, near, all);
		ck_assert_uint_lt(id, 65536);
		others += id >> 8 != 0x12;
		ck_assert(others == 0 || i > 128);
		ck_assert_uint_le(others, 128);
	}
	id = open_id(&w, 1 + i, 0x1234, true, near, all);
	ck_assert_uint_ne(id >> 8, 0x12);
	world_end(&w);
}
END_TEST

/* A range of 64 that is full: that is found out, and then known. */
static const struct vpnalg_range some = { 0x1000, 1, 64 }, none_else = { 0 };

static void find_full(struct world *w)
{
	unsigned i, opened = 0, calls = 0;

	while (opened < 64)
		opened += open_id(w, 1 + opened, 7, false, some, none_else) !=
			  UINT32_MAX;
	for (i = 0; i < 64 / 5 + 2 && calls < 3; i++) {
		w->finds = 0;
		ck_assert_uint_eq(open_id(w, 100, 7, false, some, none_else),
				  UINT32_MAX);
		calls = w->finds == 0 ? calls + 1 : 0;
	}
	ck_assert_uint_eq(calls, 3);
}

static void close_id(struct world *w, uint32_t outside)
{
	static const uint8_t address[] = { 203, 0, 113, 1 };
	static const uint8_t remote[] = { 198, 51, 100, 1 };
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = TOY_SPACE, .id = outside,
				      .local = address, .remote = remote };
	struct vpnalg_record *record = vpnalg_session_peek(w->alg, &tuple);

	ck_assert_ptr_nonnull(record);
	vpnalg_session_close(w->alg, record);
}

START_TEST(what_is_given_back_to_a_full_range_is_the_next_to_be_taken)
{
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	for (i = 0; i < 64; i += 7) {
		close_id(&w, 0x1000 + i);
		ck_assert_uint_eq(open_id(&w, 200 + i, 7, false, some,
					  none_else), 0x1000 + i);
		ck_assert_uint_eq(open_id(&w, 300 + i, 7, false, some,
					  none_else), UINT32_MAX);
	}
	/* More than are noted are found by looking. */
	for (i = 0; i < 32; i++)
		close_id(&w, 0x1000 + 2 * i);
	for (i = 0; i < 200 && w.records < 64; i++)
		open_id(&w, 400 + i, 7, false, some, none_else);
	ck_assert_int_eq(w.records, 64);
	world_end(&w);
}
END_TEST

/* Dead sessions that nobody sweeps give nothing back; but time passes. */
START_TEST(a_full_range_is_looked_through_again_after_ten_seconds)
{
	struct world w;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	w.now += 9999;
	ck_assert_uint_eq(open_id(&w, 1000, 7, false, some, none_else),
			  UINT32_MAX);
	w.now += 1;
	ck_assert_uint_ne(open_id(&w, 1000, 7, false, some, none_else),
			  UINT32_MAX);
	world_end(&w);
}
END_TEST

/* One ID of a crowded range comes and goes: it is always found, though nobody
 * says that it has gone. */
START_TEST(a_range_in_which_one_is_found_is_not_full)
{
	unsigned i, refusals = 0;
	struct world w;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	for (i = 0; i < 62; i++) {
		struct vpnalg_tuple tuple = {
			.role = VPNALG_OUTSIDE_OWN, .space = TOY_SPACE,
			.id = 0x1000 + i,
			.local = (const uint8_t *)"\xcb\x00\x71\x01",
			.remote = (const uint8_t *)"\xc6\x33\x64\x01"
		};
		struct vpnalg_record *record =
			vpnalg_session_peek(w.alg, &tuple);

		record->deadline = 100000000; /* only two die */
	}
	w.now += 10000;
	for (i = 0; i < 200; i++) {
		refusals += open_id(&w, 1000 + i, 7, false, some,
				    none_else) == UINT32_MAX;
		w.now += 1000;
	}
	ck_assert_uint_le(refusals, 10); /* until it is found first */
	w.now = 100000000;
	world_end(&w);
}
END_TEST

/* Only what is full is left alone. */
START_TEST(a_full_range_keeps_nobody_from_another)
{
	struct vpnalg_range other = { 0x2000, 1, 64 };
	struct world w;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	ck_assert_uint_eq(open_id(&w, 1000, 7, false, other, none_else) >> 8,
			  0x20);
	ck_assert_uint_eq(open_id(&w, 1001, 7, false, some, other) >> 8,
			  0x20);
	world_end(&w);
}
END_TEST

START_TEST(an_id_that_may_not_be_kept_is_not_chosen)
{
	struct vpnalg_range near = { 7, 1, 2 }, none = { 0, 0, 0 };
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ 0 });
	for (i = 0; i < 20; i++) {
		ck_assert_uint_eq(open_id(&w, 1, 7, false, near, none), 8);
		ck_assert_uint_eq(open_id(&w, 2, 7, false, near, none),
				  UINT32_MAX);
		world_wait(&w, 1000);
	}
	world_end(&w);
}
END_TEST

/* RFC 6056: what follows must not be guessed from what was. */
START_TEST(other_ids_are_random)
{
	struct vpnalg_range all = { 0, 1, 65536 }, none = { 0, 0, 0 };
	unsigned i, id, last = 0, near = 0, high[256] = { 0 }, distinct = 0;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	for (i = 0; i < 200; i++) {
		id = open_id(&w, 1 + i, 7, true, all, none);
		near += id - last + 8 <= 16;
		last = id;
		distinct += high[id >> 8]++ == 0;
	}
	ck_assert_uint_le(near, 2);
	ck_assert_uint_ge(distinct, 100); /* 139 on average */
	world_end(&w);
}
END_TEST

TCase *choose_range_case(void)
{
	TCase *t = tcase_create("ranges");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, the_first_range_is_used_before_the_second);
	tcase_add_test(
		t, what_is_given_back_to_a_full_range_is_the_next_to_be_taken);
	tcase_add_test(t,
		       a_full_range_is_looked_through_again_after_ten_seconds);
	tcase_add_test(t, a_range_in_which_one_is_found_is_not_full);
	tcase_add_test(t, a_full_range_keeps_nobody_from_another);
	tcase_add_test(t, an_id_that_may_not_be_kept_is_not_chosen);
	tcase_add_test(t, other_ids_are_random);
	return t;
}

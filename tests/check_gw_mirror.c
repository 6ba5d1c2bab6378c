/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/mirror.c: what has changed is taken in its order, and all
 * sessions are gone round in steps, while others change. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/gw/mirror.h"

#define SESSIONS 20000

/* A step of a round notes no more, and a batch of the test takes so many. */
#define STEP_MAX 1024
#define BATCH 900

static struct nat nat;
static uint8_t memory[SESSIONS][VPNALG_UNIT];
static bool there[SESSIONS];
static unsigned taken[SESSIONS];
static unsigned removals;

static bool next(void *context, uint64_t *cursor, struct vpnalg_record **record)
{
	(void)context;
	*record = NULL;
	if (*cursor == SESSIONS)
		return false;
	if (there[*cursor])
		*record = (void *)memory[*cursor];
	++*cursor;
	return true;
}

static void remove_one(void *context, struct vpnalg_record *record)
{
	(void)context;
	(void)record;
	removals++;
}

static void begin(void)
{
	memset(there, true, sizeof(there));
	memset(taken, 0, sizeof(taken));
	removals = 0;
	nat.memory[1] = memory;
	nat.table_size = sizeof(memory);
	nat.store.next = next;
	nat.store.remove = remove_one;
	ck_assert(mirror_begin(&nat));
}

static void change(unsigned place)
{
	nat.store.changed(NULL, (void *)memory[place]);
}

/* The next change is of this place; of a session that is there, or was. */
static void takes(unsigned place, bool is_there)
{
	struct vpnalg_record *record;
	uint32_t id;

	ck_assert(mirror_next(&record, &id));
	ck_assert_uint_eq(id, place);
	ck_assert_ptr_eq(record, is_there ? (void *)memory[place] : NULL);
}

static unsigned take(unsigned most)
{
	struct vpnalg_record *record;
	uint32_t id;
	unsigned count = 0;

	while (count < most && mirror_next(&record, &id)) {
		taken[id]++;
		count++;
	}
	return count;
}

/* The place 0 changes each time, and twice. */
START_TEST(changes_are_taken_once_and_the_oldest_first)
{
	ck_assert(!mirror_has_more());
	for (unsigned i = 1; i + 1 < SESSIONS; i++) {
		change(0);
		change(i);
		change(0);
		nat.store.remove(NULL, (void *)memory[i + 1]);
		ck_assert(mirror_has_more());
		takes(0, true);
		takes(i, true);
		takes(i + 1, false);
		ck_assert(!mirror_has_more());
	}
	ck_assert_uint_eq(removals, SESSIONS - 2);
}
END_TEST

/* All of them change before any is taken. */
START_TEST(there_is_room_for_each_once)
{
	for (unsigned i = 0; i < 2 * SESSIONS; i++)
		change(i % SESSIONS);
	ck_assert_uint_eq(take(2 * SESSIONS), SESSIONS);
	for (unsigned i = 0; i < SESSIONS; i++)
		ck_assert_uint_eq(taken[i], 1);
}
END_TEST

START_TEST(a_round_is_made_in_steps_and_has_all)
{
	unsigned steps = 0;

	for (unsigned i = 0; i < SESSIONS; i += 2)
		there[i] = false;
	mirror_begin_round();
	do {
		mirror_go_round(&nat);
		ck_assert_uint_le(take(SESSIONS), STEP_MAX);
		steps++;
	} while (!mirror_round_is_over());
	ck_assert_uint_ge(steps, SESSIONS / 2 / STEP_MAX);
	ck_assert_uint_le(steps, SESSIONS / 2 / STEP_MAX + 3);
	for (unsigned i = 0; i < SESSIONS; i++)
		ck_assert_uint_eq(taken[i], i % 2);
	mirror_go_round(&nat);
	ck_assert(!mirror_has_more());
}
END_TEST

/* Where it never ends that sessions change, the round ends nevertheless. */
START_TEST(a_round_ends_while_sessions_change)
{
	unsigned batches = 0;

	mirror_begin_round();
	do {
		mirror_go_round(&nat);
		for (unsigned i = 0; i < BATCH / 2; i++)
			change((batches * 131 + i * 37) % SESSIONS);
		take(BATCH);
		batches++;
		ck_assert_uint_le(batches, 3 * SESSIONS / BATCH);
	} while (!mirror_round_is_over());
	for (unsigned i = 0; i < SESSIONS; i++)
		ck_assert_uint_ge(taken[i], 1);
	ck_assert(mirror_has_more());
}
END_TEST

/* What was sent so far has failed: all is sent anew. */
START_TEST(a_round_that_begins_anew_has_all)
{
	mirror_begin_round();
	for (unsigned i = 0; i < 5; i++) {
		mirror_go_round(&nat);
		take(BATCH);
	}
	ck_assert(!mirror_round_is_over());
	memset(taken, 0, sizeof(taken));
	mirror_begin_round();
	do {
		mirror_go_round(&nat);
		take(BATCH);
	} while (!mirror_round_is_over());
	for (unsigned i = 0; i < SESSIONS; i++)
		ck_assert_uint_ge(taken[i], 1);
}
END_TEST

Suite *gw_mirror_suite(void)
{
	Suite *suite = suite_create("gw_mirror");
	TCase *tcase = tcase_create("changes");

	tcase_add_checked_fixture(tcase, begin, NULL);
	tcase_add_test(tcase, changes_are_taken_once_and_the_oldest_first);
	tcase_add_test(tcase, there_is_room_for_each_once);
	tcase_add_test(tcase, a_round_is_made_in_steps_and_has_all);
	tcase_add_test(tcase, a_round_ends_while_sessions_change);
	tcase_add_test(tcase, a_round_that_begins_anew_has_all);
	suite_add_tcase(suite, tcase);
	return suite;
}

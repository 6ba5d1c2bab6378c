/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/held.c: the first and the last session of each pair. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/gw/held.h"

static struct held held;

static const uint8_t remote[4] = { 198, 51, 100, 7 };
static const uint8_t outside[4] = { 203, 0, 113, 1 };

static void begin(void)
{
	memset(&held, 0, sizeof(held));
}

static void end(void)
{
	held_close(&held);
	for (size_t i = 0; i < HELD_CHAINS; i++)
		ck_assert(held.chains[i] == NULL);
}

static bool add_is_first(const uint8_t *a, const uint8_t *b)
{
	bool first;

	ck_assert(held_add(&held, a, b, &first));
	return first;
}

START_TEST(only_the_first_is_first_and_only_the_last_is_last)
{
	ck_assert(add_is_first(remote, outside));
	ck_assert(!add_is_first(remote, outside));
	ck_assert(!held_remove(&held, remote, outside));
	ck_assert(held_remove(&held, remote, outside));
	ck_assert(add_is_first(remote, outside));
	ck_assert(held_remove(&held, remote, outside));
}
END_TEST

START_TEST(a_pair_the_other_way_round_is_another_one)
{
	ck_assert(add_is_first(remote, outside));
	ck_assert(add_is_first(outside, remote));
	ck_assert(held_remove(&held, remote, outside));
	ck_assert(held_remove(&held, outside, remote));
}
END_TEST

START_TEST(what_is_not_there_is_not_the_last)
{
	ck_assert(!held_remove(&held, remote, outside));
}
END_TEST

/* More than there are chains. */
START_TEST(many_pairs_do_not_get_mixed_up)
{
	uint8_t one[4] = { 198, 51, 0, 0 };

	for (int round = 0; round < 2; round++)
		for (unsigned i = 0; i < 10000; i++) {
			one[2] = (uint8_t)(i >> 8);
			one[3] = (uint8_t)i;
			ck_assert_int_eq(add_is_first(one, outside), !round);
		}
	for (unsigned i = 0; i < 10000; i += 2) {
		one[2] = (uint8_t)(i >> 8);
		one[3] = (uint8_t)i;
		ck_assert(!held_remove(&held, one, outside));
		ck_assert(held_remove(&held, one, outside));
	}
	one[2] = one[3] = 1;
	ck_assert(!held_remove(&held, one, outside));
	ck_assert(held_remove(&held, one, outside));
}
END_TEST

Suite *gw_held_suite(void)
{
	Suite *suite = suite_create("gw_held");
	TCase *tcase = tcase_create("pairs");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase,
		       only_the_first_is_first_and_only_the_last_is_last);
	tcase_add_test(tcase, a_pair_the_other_way_round_is_another_one);
	tcase_add_test(tcase, what_is_not_there_is_not_the_last);
	tcase_add_test(tcase, many_pairs_do_not_get_mixed_up);
	suite_add_tcase(suite, tcase);
	return suite;
}

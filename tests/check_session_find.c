/* SPDX-License-Identifier: BSD-2-Clause */
/* Free IDs, deadlines, and what handlers read of a translator. */
#include "sessions.h"

/* A session of 1000 ms, so many ms later. */
static const struct alive_row {
	const char *name;
	vpnalg_time after;
	uint16_t children;
	uint8_t flags;
	bool alive;
} alive_rows[] = {
	{ "at birth", 0, 0, 0, true },
	{ "just before its deadline", 999, 0, 0, true },
	{ "at its deadline", 1000, 0, 0, false },
	{ "much later", 1000000000000, 0, 0, false },
	{ "with a child", 1000, 1, 0, true },
	{ "with 65535 children", 1000, 65535, 0, true },
	{ "ended, with a child", 1000, 1, VPNALG_SESSION_ENDED, false },
	{ "ended", 999, 0, VPNALG_SESSION_ENDED, true },
	{ "shared", 1000, 0, VPNALG_SESSION_SHARED, false },
};

START_TEST(a_session_lives_until_its_deadline_or_as_its_children)
{
	const struct alive_row *row = &alive_rows[_i];
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_one(&w, TOY_CONTROL, host_a, 1);
	r->children = row->children;
	r->flags |= row->flags;
	pass(&w, row->after);
	ck_assert_msg(vpnalg_session_is_alive(w.alg, r) == row->alive, "%s",
		      row->name);
	ck_assert_ptr_eq(peek(&w, VPNALG_INSIDE_OWN, 1), r);
	ck_assert_int_eq(find(&w, VPNALG_INSIDE_OWN, 1) != NULL, row->alive);
	/* A find that meets a dead one closes it; a peek does not. */
	ck_assert_int_eq(toy_log.closed, !row->alive);
	if (row->alive)
		r->children = 0;
	world_end(&w);
}
END_TEST

/* The last moments of the clock. */
static const struct live_row {
	vpnalg_time now;
	uint32_t lifetime;
	vpnalg_time deadline;
} live_rows[] = {
	{ 0, 1, 1 },
	{ 0, UINT32_MAX, UINT32_MAX },
	{ UINT32_MAX, 1, 4294967296 },
	{ VPNALG_NEVER - 1000, 999, VPNALG_NEVER - 1 },
	{ VPNALG_NEVER - 1000, 1000, VPNALG_NEVER },
	{ VPNALG_NEVER - 1000, 1001, VPNALG_NEVER },
	{ VPNALG_NEVER - 1, UINT32_MAX, VPNALG_NEVER },
	{ VPNALG_NEVER, 0, VPNALG_NEVER },
	{ VPNALG_NEVER, UINT32_MAX, VPNALG_NEVER },
};

START_TEST(a_deadline_never_runs_over)
{
	const struct live_row *row = &live_rows[_i];
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ .now = row->now,
					      .from_zero = true });
	r = open_one(&w, TOY_CONTROL, host_a, 1);
	vpnalg_session_set_lifetime(w.alg, r, row->lifetime);
	ck_assert(r->deadline == row->deadline);
	ck_assert(vpnalg_session_is_alive(w.alg, r));
	ck_assert(vpnalg_session_now(w.alg) == row->now);
	vpnalg_session_close(w.alg, r);
	world_end(&w);
}
END_TEST

/* Free IDs: 10 and 12 are taken. */
static const struct free_row {
	const char *name;
	struct vpnalg_range ranges[2];
	bool found;
	uint32_t id;
} free_rows[] = {
	{ "the only one", { { 11, 1, 1 } }, true, 11 },
	{ "one of three", { { 10, 1, 3 } }, true, 11 },
	{ "none", { { 10, 2, 2 } }, false, 0 },
	{ "no range", { { 0, 0, 0 } }, false, 0 },
	{ "the second range", { { 10, 2, 2 }, { 99, 1, 1 } }, true, 99 },
	{ "the first range first", { { 98, 1, 1 }, { 99, 1, 1 } }, true, 98 },
	{ "in steps", { { 12, 100, 2 } }, true, 112 },
	{ "the greatest", { { UINT32_MAX, 1, 1 } }, true, UINT32_MAX },
};

START_TEST(a_free_id_is_found_where_there_is_one)
{
	const struct free_row *row = &free_rows[_i];
	struct vpnalg_tuple t = tuple_of(VPNALG_OUTSIDE_OWN, 0);
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ 0 });
	open_one(&w, TOY_DATA, host_a, 10);
	open_one(&w, TOY_DATA, host_b, 12);
	for (i = 0; i < 20; i++) {
		ck_assert_msg(vpnalg_session_free_id(w.alg, &t, row->ranges,
						     2) == row->found,
			      "%s", row->name);
		if (row->found)
			ck_assert_uint_eq(t.id, row->id);
	}
	ck_assert_int_eq(w.records, 3);
	world_end(&w);
}
END_TEST

/* A range is searched whole, some of it at each call: 512 low ports of one
 * parity, at least 8 of them each time. Then it is known where the free one
 * is. */
START_TEST(the_last_free_id_of_a_range_is_found_step_by_step)
{
	struct vpnalg_range small = { .first = 0, .step = 1, .count = 512 };
	struct vpnalg_tuple t = tuple_of(VPNALG_OUTSIDE_OWN, 0);
	unsigned calls = 1;
	struct world w;
	uint32_t id;

	toy_world(&w, (struct world_options){ .units = 1200 });
	for (id = 0; id < 512; id++)
		if (id != 100)
			open_one(&w, TOY_DATA, host_a, id);
	while (!vpnalg_session_free_id(w.alg, &t, &small, 1))
		calls++;
	ck_assert_uint_le(calls, 64);
	for (id = 0; id < 60; id++) {
		ck_assert(vpnalg_session_free_id(w.alg, &t, &small, 1));
		ck_assert_uint_eq(t.id, 100);
	}
	world_end(&w);
}
END_TEST

START_TEST(the_search_for_a_free_id_is_bounded)
{
	struct vpnalg_range all = { .first = 0, .step = 1, .count = 600 };
	struct vpnalg_tuple t = tuple_of(VPNALG_OUTSIDE_OWN, 0);
	struct world w;
	uint32_t id;

	toy_world(&w, (struct world_options){ .units = 1300 });
	for (id = 0; id < 600; id++)
		open_one(&w, TOY_DATA, host_a, id);
	w.finds = 0;
	ck_assert(!vpnalg_session_free_id(w.alg, &t, &all, 1));
	ck_assert_int_le(w.finds, 13);
	world_end(&w);
}
END_TEST

/* To ask takes nothing. */
START_TEST(whether_a_session_may_be_opened_can_be_asked)
{
	struct vpnalg_opening opening = opening_of(TOY_DATA, host_b, 7);
	struct vpnalg_step step;
	struct world w;
	uint32_t id = 0;

	toy_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	step = toy_step(&w);
	opening.ranges[0].count = 0;
	ck_assert(vpnalg_session_may_open(&step, &opening, &id));
	ck_assert_uint_eq(id, 7);
	ck_assert_int_eq(w.bindings, 0);
	ck_assert_int_eq(w.records, 0);
	open_one(&w, TOY_DATA, host_a, 7);
	ck_assert(!vpnalg_session_may_open(&step, &opening, &id));
	opening.keep = false;
	opening.ranges[0] = (struct vpnalg_range){ 8, 1, 1 };
	ck_assert(vpnalg_session_may_open(&step, &opening, &id));
	w.options.choosing = CHOOSE_REFUSE;
	ck_assert(!vpnalg_session_may_open(&step, &opening, &id));
	ck_assert_int_eq(w.bindings, 1);
	ck_assert_uint_eq(opened(&w, TOY_DATA), 1);
	world_end(&w);
}
END_TEST

START_TEST(timers_and_counts_are_the_handlers_to_use)
{
	struct world_options options = { .timers = { .linger = 7 } };
	struct vpnalg_kind_counters counters;
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, options);
	ck_assert_uint_eq(vpnalg_session_timers(w.alg)->linger, 7);
	ck_assert_uint_eq(vpnalg_session_timers(w.alg)->tcp_established,
			  7440000);
	ck_assert_uint_eq(vpnalg_session_timers(w.alg)->tcp_transitory,
			  240000);
	ck_assert_uint_eq(vpnalg_session_timers(w.alg)->call_unanswered,
			  60000);
	ck_assert_uint_eq(vpnalg_session_timers(w.alg)->call_idle, 7440000);
	ck_assert_uint_ne(vpnalg_session_random(w.alg),
			  vpnalg_session_random(w.alg));
	r = open_one(&w, TOY_DATA, host_a, 1);
	vpnalg_session_count_unparsed(w.alg, r);
	ck_assert(vpnalg_kind_counters(w.alg, TOY_DATA, &counters,
				       sizeof(counters)));
	ck_assert_uint_eq(counters.unparsed, 1);
	ck_assert(vpnalg_kind_counters(w.alg, TOY_CONTROL, &counters,
				       sizeof(counters)));
	ck_assert_uint_eq(counters.unparsed, 0);
	world_end(&w);
}
END_TEST

TCase *session_deadline_case(void)
{
	TCase *t = tcase_create("deadlines");

	tcase_add_loop_test(
		t, a_session_lives_until_its_deadline_or_as_its_children, 0,
		ROWS(alive_rows));
	tcase_add_loop_test(t, a_deadline_never_runs_over, 0, ROWS(live_rows));
	tcase_add_test(t, timers_and_counts_are_the_handlers_to_use);
	return t;
}

TCase *session_find_case(void)
{
	TCase *t = tcase_create("IDs");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_free_id_is_found_where_there_is_one, 0,
			    ROWS(free_rows));
	tcase_add_test(t, whether_a_session_may_be_opened_can_be_asked);
	tcase_add_test(t, the_last_free_id_of_a_range_is_found_step_by_step);
	tcase_add_test(t, the_search_for_a_free_id_is_bounded);
	return t;
}

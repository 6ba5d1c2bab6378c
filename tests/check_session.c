/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions, as a handler opens, finds, changes and closes them. */
#include "toy.h"
#include "cases.h"

#include <string.h>

static const uint8_t host_a[] = { 192, 168, 77, 11 };
static const uint8_t host_b[] = { 192, 168, 77, 12 };
static const uint8_t server[] = { 198, 51, 100, 1 };
static const uint8_t outside[] = { 203, 0, 113, 1 };

static struct vpnalg_opening opening_of(unsigned kind, const uint8_t *host,
					uint32_t id)
{
	return (struct vpnalg_opening){
		.kind = (uint8_t)kind,
		.space = TOY_SPACE,
		.inside = host,
		.remote = server,
		.id = id,
		.keep = true,
		.ranges = { { .first = 0, .step = 1, .count = 65536 } },
		.lifetime = 1000,
	};
}

static struct vpnalg_record *open_one(struct world *w, unsigned kind,
				      const uint8_t *host, uint32_t id)
{
	struct vpnalg_opening opening = opening_of(kind, host, id);
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record = NULL;

	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &record),
			  VPNALG_TRANSLATED);
	return record;
}

static struct vpnalg_tuple tuple_of(unsigned role, uint32_t id)
{
	bool inside = role == VPNALG_INSIDE_OWN || role == VPNALG_INSIDE_PEER;

	return (struct vpnalg_tuple){ .role = (uint8_t)role,
				      .space = TOY_SPACE,
				      .id = id,
				      .local = inside ? host_a : outside,
				      .remote = server };
}

static struct vpnalg_record *find(struct world *w, unsigned role, uint32_t id)
{
	struct vpnalg_tuple tuple = tuple_of(role, id);

	return vpnalg_session_find(w->alg, &tuple);
}

static struct vpnalg_record *peek(struct world *w, unsigned role, uint32_t id)
{
	struct vpnalg_tuple tuple = tuple_of(role, id);

	return vpnalg_session_peek(w->alg, &tuple);
}

static bool give(struct world *w, struct vpnalg_record *record, unsigned role,
		 uint32_t id)
{
	struct vpnalg_tuple tuple = tuple_of(role, id);

	return vpnalg_session_link(w->alg, record, &tuple);
}

static void pass(struct world *w, vpnalg_time ms)
{
	w->now += ms;
	vpnalg_expire(w->alg, w->now, 0);
}

START_TEST(an_opened_session_is_found_by_its_two_own_keys)
{
	const uint8_t *body;
	struct vpnalg_record *r;
	struct vpnalg_tuple t;
	struct world w;

	toy_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	r = open_one(&w, TOY_CONTROL, host_a, 77);
	ck_assert_ptr_eq(find(&w, VPNALG_INSIDE_OWN, 77), r);
	ck_assert_ptr_eq(find(&w, VPNALG_OUTSIDE_OWN, 77), r);
	ck_assert_ptr_null(find(&w, VPNALG_INSIDE_PEER, 77));
	ck_assert_ptr_null(find(&w, VPNALG_OUTSIDE_PEER, 77));
	vpnalg_session_tuple(w.alg, r, VPNALG_OUTSIDE_OWN, &t);
	ck_assert_uint_eq(t.role, VPNALG_OUTSIDE_OWN);
	ck_assert_uint_eq(t.space, TOY_SPACE);
	ck_assert_uint_eq(t.id, 77);
	ck_assert_mem_eq(t.local, outside, 4);
	ck_assert_mem_eq(t.remote, server, 4);
	body = vpnalg_session_body(w.alg, r);
	ck_assert_uint_eq((uintptr_t)body % 4, 0);
	ck_assert_mem_eq(body, "\0\0\0\0\0\0\0\0", 8);
	ck_assert_uint_eq(r->units, 1); /* 16 + 2 x 20 + 8 bytes */
	ck_assert_uint_eq(r->kind, TOY_CONTROL);
	ck_assert(r->deadline == BEGINNING + 1000);
	ck_assert_uint_eq(opened(&w, TOY_CONTROL), 1);
	world_end(&w);
}
END_TEST

START_TEST(closing_gives_everything_back_at_once)
{
	struct vpnalg_record *a, *b;
	struct world w;

	toy_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	a = open_one(&w, TOY_DATA, host_a, 1);
	b = open_one(&w, TOY_DATA, host_b, 1);
	ck_assert(give(&w, a, VPNALG_INSIDE_PEER, 5));
	ck_assert_int_eq(w.bindings, 2);
	ck_assert_int_eq(w.records, 3); /* and one that guards the remote */
	vpnalg_session_close(w.alg, a);
	ck_assert_int_eq(w.bindings, 1);
	ck_assert_int_eq(w.records, 2);
	vpnalg_session_close(w.alg, b);
	ck_assert_int_eq(w.bindings, 0);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(toy_log.closed, 2);
	ck_assert_uint_eq(closed(&w, TOY_DATA), 2);
	ck_assert_ptr_null(peek(&w, VPNALG_INSIDE_OWN, 1));
	ck_assert_ptr_null(peek(&w, VPNALG_INSIDE_PEER, 5));
	world_end(&w);
}
END_TEST

START_TEST(a_session_gets_two_more_keys_later_and_loses_them)
{
	struct vpnalg_record *r;
	struct world w;
	unsigned round;

	toy_world(&w, (struct world_options){ 0 });
	r = open_one(&w, TOY_DATA, host_a, 1);
	ck_assert_uint_eq(r->units, 2); /* 16 + 4 x 20 + 4 bytes */
	for (round = 0; round < 3; round++) {
		ck_assert_uint_eq(r->keys, 0x3);
		ck_assert(give(&w, r, VPNALG_OUTSIDE_PEER, 50 + round));
		ck_assert_uint_eq(r->keys, 0xb);
		ck_assert(give(&w, r, VPNALG_INSIDE_PEER, 60 + round));
		ck_assert_uint_eq(r->keys, 0xf);
		ck_assert_ptr_eq(find(&w, VPNALG_OUTSIDE_PEER, 50 + round), r);
		ck_assert_ptr_eq(find(&w, VPNALG_INSIDE_PEER, 60 + round), r);
		ck_assert_ptr_eq(find(&w, VPNALG_INSIDE_OWN, 1), r);
		vpnalg_session_unlink(w.alg, r, VPNALG_OUTSIDE_PEER);
		vpnalg_session_unlink(w.alg, r, VPNALG_INSIDE_PEER);
		vpnalg_session_unlink(w.alg, r, VPNALG_INSIDE_PEER);
		ck_assert_ptr_null(find(&w, VPNALG_OUTSIDE_PEER, 50 + round));
		ck_assert_ptr_null(find(&w, VPNALG_INSIDE_PEER, 60 + round));
	}
	ck_assert_uint_eq(r->flags & VPNALG_SESSION_SHARED, 0);
	world_end(&w);
}
END_TEST

/* Who asks for an inside ID that a living session has gets nothing, and that
 * session loses nothing. */
START_TEST(own_keys_are_never_shared)
{
	struct vpnalg_opening opening = opening_of(TOY_DATA, host_a, 1);
	struct vpnalg_record *r, *other;
	struct vpnalg_step step;
	struct world w;

	toy_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	r = open_one(&w, TOY_DATA, host_a, 1);
	step = toy_step(&w);
	ck_assert_uint_ge(vpnalg_session_open(&step, &opening, &other),
			  VPNALG_DROP_FIRST);
	ck_assert_ptr_eq(find(&w, VPNALG_INSIDE_OWN, 1), r);
	ck_assert_uint_eq(r->flags & VPNALG_SESSION_SHARED, 0);
	ck_assert_int_eq(w.bindings, 1);
	ck_assert_int_eq(w.records, 2);
	/* A dead one gives way. */
	pass(&w, 1000);
	step = toy_step(&w);
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &other),
			  VPNALG_TRANSLATED);
	ck_assert_ptr_eq(find(&w, VPNALG_INSIDE_OWN, 1), other);
	ck_assert_int_eq(w.bindings, 1);
	world_end(&w);
}
END_TEST

/* Two hold the same key: the newest has it, and both are marked. */
struct sharing {
	struct world w;
	struct vpnalg_record *older, *newer;
};

static void share(struct sharing *s)
{
	toy_world(&s->w, (struct world_options){ 0 });
	s->older = open_one(&s->w, TOY_DATA, host_a, 1);
	s->newer = open_one(&s->w, TOY_DATA, host_b, 2);
	ck_assert(give(&s->w, s->older, VPNALG_OUTSIDE_PEER, 5));
	ck_assert_uint_eq(s->older->flags & VPNALG_SESSION_SHARED, 0);
	ck_assert(give(&s->w, s->newer, VPNALG_OUTSIDE_PEER, 5));
	ck_assert(s->older->flags & VPNALG_SESSION_SHARED);
	ck_assert(s->newer->flags & VPNALG_SESSION_SHARED);
	ck_assert_uint_eq(s->older->keys, 0x3);
	ck_assert_uint_eq(s->newer->keys, 0xb);
	ck_assert_ptr_eq(find(&s->w, VPNALG_OUTSIDE_PEER, 5), s->newer);
}

START_TEST(the_newest_holder_of_a_key_has_it)
{
	struct sharing s;

	share(&s);
	/* What the older has not got it cannot lose. */
	vpnalg_session_unlink(s.w.alg, s.older, VPNALG_OUTSIDE_PEER);
	ck_assert_ptr_eq(find(&s.w, VPNALG_OUTSIDE_PEER, 5), s.newer);
	vpnalg_session_close(s.w.alg, s.older);
	ck_assert_ptr_eq(find(&s.w, VPNALG_OUTSIDE_PEER, 5), s.newer);
	vpnalg_session_close(s.w.alg, s.newer);
	ck_assert_ptr_null(find(&s.w, VPNALG_OUTSIDE_PEER, 5));
	world_end(&s.w);
}
END_TEST

START_TEST(a_key_of_the_newest_goes_with_it)
{
	struct vpnalg_tuple t;
	struct sharing s;

	share(&s);
	vpnalg_session_close(s.w.alg, s.newer);
	ck_assert_ptr_null(find(&s.w, VPNALG_OUTSIDE_PEER, 5));
	ck_assert_ptr_eq(find(&s.w, VPNALG_INSIDE_OWN, 1), s.older);
	/* It still says what it was, and may be given again. */
	vpnalg_session_tuple(s.w.alg, s.older, VPNALG_OUTSIDE_PEER, &t);
	ck_assert_uint_eq(t.id, 5);
	ck_assert(vpnalg_session_link(s.w.alg, s.older, &t));
	ck_assert_ptr_eq(find(&s.w, VPNALG_OUTSIDE_PEER, 5), s.older);
	ck_assert(s.older->flags & VPNALG_SESSION_SHARED);
	world_end(&s.w);
}
END_TEST

START_TEST(three_may_want_the_same_key_one_after_another)
{
	struct vpnalg_record *third;
	struct sharing s;

	share(&s);
	third = open_one(&s.w, TOY_DATA, host_a, 3);
	ck_assert(give(&s.w, third, VPNALG_OUTSIDE_PEER, 5));
	ck_assert_ptr_eq(find(&s.w, VPNALG_OUTSIDE_PEER, 5), third);
	vpnalg_session_unlink(s.w.alg, third, VPNALG_OUTSIDE_PEER);
	ck_assert_ptr_null(find(&s.w, VPNALG_OUTSIDE_PEER, 5));
	ck_assert(give(&s.w, s.older, VPNALG_OUTSIDE_PEER, 5));
	ck_assert(give(&s.w, s.newer, VPNALG_OUTSIDE_PEER, 5));
	ck_assert_ptr_eq(find(&s.w, VPNALG_OUTSIDE_PEER, 5), s.newer);
	world_end(&s.w);
}
END_TEST

START_TEST(the_key_of_a_dead_session_is_free)
{
	struct vpnalg_record *dead, *next;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	dead = open_one(&w, TOY_DATA, host_a, 1);
	ck_assert(give(&w, dead, VPNALG_OUTSIDE_PEER, 5));
	pass(&w, 1000);
	next = open_one(&w, TOY_DATA, host_b, 2);
	ck_assert(give(&w, next, VPNALG_OUTSIDE_PEER, 5));
	ck_assert_uint_eq(next->flags & VPNALG_SESSION_SHARED, 0);
	ck_assert_int_eq(toy_log.closed, 1);
	world_end(&w);
}
END_TEST

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

Suite *session_suite(void)
{
	Suite *suite = suite_create("session");
	TCase *keys = tcase_create("keys"), *life = tcase_create("life");
	TCase *ids = tcase_create("IDs");

	tcase_add_test(keys, an_opened_session_is_found_by_its_two_own_keys);
	tcase_add_test(keys, closing_gives_everything_back_at_once);
	tcase_add_test(keys, a_session_gets_two_more_keys_later_and_loses_them);
	tcase_add_test(keys, own_keys_are_never_shared);
	tcase_add_test(keys, the_newest_holder_of_a_key_has_it);
	tcase_add_test(keys, a_key_of_the_newest_goes_with_it);
	tcase_add_test(keys, three_may_want_the_same_key_one_after_another);
	tcase_add_test(keys, the_key_of_a_dead_session_is_free);
	tcase_add_loop_test(
		life, a_session_lives_until_its_deadline_or_as_its_children, 0,
		ROWS(alive_rows));
	tcase_add_loop_test(life, a_deadline_never_runs_over, 0,
			    ROWS(live_rows));
	tcase_add_test(life, timers_and_counts_are_the_handlers_to_use);
	tcase_set_timeout(ids, 60);
	tcase_add_loop_test(ids, a_free_id_is_found_where_there_is_one, 0,
			    ROWS(free_rows));
	tcase_add_test(ids, whether_a_session_may_be_opened_can_be_asked);
	tcase_add_test(ids, the_last_free_id_of_a_range_is_found_step_by_step);
	tcase_add_test(ids, the_search_for_a_free_id_is_bounded);
	suite_add_tcase(suite, keys);
	suite_add_tcase(suite, life);
	suite_add_tcase(suite, ids);
	suite_add_tcase(suite, session_zone_case());
	suite_add_tcase(suite, session_life_case());
	suite_add_tcase(suite, session_fail_case());
	return suite;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions, as a handler opens, finds, changes and closes them. */
#include "sessions.h"

static bool give(struct world *w, struct vpnalg_record *record, unsigned role,
		 uint32_t id)
{
	struct vpnalg_tuple tuple = tuple_of(role, id);

	return vpnalg_session_link(w->alg, record, &tuple);
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

Suite *session_suite(void)
{
	Suite *suite = suite_create("session");
	TCase *keys = tcase_create("keys");

	tcase_add_test(keys, an_opened_session_is_found_by_its_two_own_keys);
	tcase_add_test(keys, closing_gives_everything_back_at_once);
	tcase_add_test(keys, a_session_gets_two_more_keys_later_and_loses_them);
	tcase_add_test(keys, own_keys_are_never_shared);
	tcase_add_test(keys, the_newest_holder_of_a_key_has_it);
	tcase_add_test(keys, a_key_of_the_newest_goes_with_it);
	tcase_add_test(keys, three_may_want_the_same_key_one_after_another);
	tcase_add_test(keys, the_key_of_a_dead_session_is_free);
	suite_add_tcase(suite, keys);
	suite_add_tcase(suite, session_zone_case());
	suite_add_tcase(suite, session_life_case());
	suite_add_tcase(suite, session_fail_case());
	suite_add_tcase(suite, session_mirror_case());
	suite_add_tcase(suite, session_mirror_vpn_case());
	suite_add_tcase(suite, session_deadline_case());
	suite_add_tcase(suite, session_find_case());
	return suite;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of sessions: by the clock, in small steps, at the clock's edges. */
#include "expire.h"

/* Counts the steps of a sweep. */
static bool (*real_next)(void *, uint64_t *, struct vpnalg_record **);
static unsigned steps;

static bool count_next(void *context, uint64_t *cursor,
		       struct vpnalg_record **record)
{
	steps++;
	return real_next(context, cursor, record);
}

static void count_steps(struct world *w)
{
	real_next = w->store.next;
	w->store.next = count_next;
	steps = 0;
}

START_TEST(an_empty_store_never_needs_a_sweep)
{
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	ck_assert(sweep(&w) == VPNALG_NEVER);
	ck_assert(sweep(&w) == VPNALG_NEVER);
	world_end(&w);
}
END_TEST

/* Called when it says, it removes what is due then and nothing before. */
START_TEST(a_sweep_says_when_the_next_session_ends)
{
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ .now = 500 });
	for (i = 0; i < 3; i++, w.now += 1000)
		hello(&w, CLIENT_A + i);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(toy_log.closed, i);
		w.now = sweep(&w);
		ck_assert(w.now == 500 + 1000 * i + TOY_CONTROL_LIFE);
		vpnalg_expire(w.alg, w.now - 1, 100000);
		ck_assert_int_eq(toy_log.closed, i);
		sweep(&w);
		ck_assert_int_eq(toy_log.closed, i + 1);
	}
	ck_assert(sweep(&w) == VPNALG_NEVER);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

static const unsigned budgets[] = { 0, 1, 2, 7, 64, 1000 };

START_TEST(a_sweep_keeps_to_its_budget_and_meets_everybody_once)
{
	unsigned budget = budgets[_i], calls = 0, i;
	vpnalg_time again;
	struct world w;

	toy_world(&w, (struct world_options){ .now = 9 });
	for (i = 0; i < 100; i++)
		hello(&w, CLIENT_A + i);
	count_steps(&w);
	do {
		steps = 0;
		again = vpnalg_expire(w.alg, w.now, budget);
		ck_assert_uint_le(steps, budget);
		if (again == w.now)
			ck_assert_uint_eq(steps, budget);
	} while (again == w.now && calls++ < 5000 && budget > 0);
	if (budget == 0) {
		ck_assert(again == w.now);
	} else {
		ck_assert(again == 9 + TOY_CONTROL_LIFE);
		ck_assert_int_eq(toy_log.swept, 100);
	}
	world_end(&w);
}
END_TEST

/* What is dead is not found, whether or not it was swept. */
/* The cost of closing is counted, not only the number of records visited: a
 * call with its connection takes more than a session alone. */
START_TEST(a_sweep_that_closes_much_ends_sooner)
{
	long operations, most = 0;
	struct world w;
	unsigned i, calls = 0;

	toy_world(&w, (struct world_options){ .units = 1200,
					      .no_undo = true });
	for (i = 0; i < 100; i++)
		toy_call(&w, 0x0a000000 + i, 5000, SERVER + i, 7, 9);
	w.now += 10000000;
	do {
		operations = w.finds - w.keys - w.records;
		vpnalg_expire(w.alg, w.now, 64);
		operations = w.finds - w.keys - w.records - operations;
		most = operations > most ? operations : most;
		calls++;
	} while (w.records > 0 && calls < 1000);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_le(most, 64);
	ck_assert_uint_ge(calls, 300 * 6 / 64);
	world_end(&w);
}
END_TEST

/* One that dies among many that live on is not put off for ever, wherever it
 * stands and however small the budget is. */
START_TEST(a_sweep_of_any_budget_closes_what_is_dead)
{
	struct world w;
	unsigned budget, calls, i;

	for (budget = 1; budget < 80; budget++) {
		toy_world(&w, (struct world_options){ .no_undo = true });
		for (i = 0; i < 60; i++) {
			if (i == 50)
				w.now += 1000;
			hello(&w, 0x0a000000 + i);
		}
		w.now += TOY_CONTROL_LIFE - 1000; /* the first 50 are dead */
		for (calls = 0; toy_log.closed < 50 && calls < 2000; calls++)
			vpnalg_expire(w.alg, w.now, budget);
		ck_assert_msg(toy_log.closed == 50, "budget %u: %ld", budget,
			      toy_log.closed);
		world_end(&w);
	}
}
END_TEST

START_TEST(a_dead_session_is_dead_before_any_sweep)
{
	struct bytes out = toy_data(CLIENT_A, SERVER, 9);
	struct bytes in = toy_data(SERVER, OUTSIDE, 7);
	struct world w;

	toy_world(&w, (struct world_options){ .no_undo = true });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	w.now += TOY_DATA_LIFE - 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in),
			  VPNALG_DROP_GUARDED);
	ck_assert_int_eq(toy_log.closed, 1);
	/* Its ID is free again, for another host. */
	ck_assert_uint_eq(toy_call(&w, CLIENT_B, 5000, SERVER, 7, 9), 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	world_end(&w);
}
END_TEST

/* A sweep may take as long as it likes, sessions come and go meanwhile. */
START_TEST(a_round_in_small_steps_forgets_nobody)
{
	unsigned i;
	struct world w;

	toy_world(&w, (struct world_options){ .no_undo = true });
	for (i = 0; i < 2000; i++) {
		hello(&w, 0x0a000000 + i * 77);
		w.now += TOY_CONTROL_LIFE / 50;
		while (vpnalg_expire(w.alg, w.now, 3) == w.now)
			world_between_calls(&w);
		/* 50 live at a time, and one guard. */
		ck_assert_int_le(w.records, 52);
	}
	ck_assert_int_ge(toy_log.closed, 1900);
	world_end(&w);
}
END_TEST

/* What was still alive when the round met it may be dead when the round ends:
 * then the next call is due at once, not in the past. */
START_TEST(a_sweep_never_asks_to_be_called_in_the_past)
{
	struct world w;
	vpnalg_time when;

	toy_world(&w, (struct world_options){ .now = 500 });
	hello(&w, CLIENT_A);
	do {
		w.now += TOY_CONTROL_LIFE / 2;
		when = vpnalg_expire(w.alg, w.now, 1);
		ck_assert(when >= w.now);
	} while (w.records > 0);
	world_end(&w);
}
END_TEST

Suite *expire_suite(void)
{
	Suite *suite = suite_create("expire");
	TCase *steps_case = tcase_create("steps"), *life;

	tcase_add_test(steps_case, an_empty_store_never_needs_a_sweep);
	tcase_add_test(steps_case, a_sweep_says_when_the_next_session_ends);
	tcase_add_loop_test(
		steps_case,
		a_sweep_keeps_to_its_budget_and_meets_everybody_once, 0,
		ROWS(budgets));
	tcase_add_test(steps_case, a_round_in_small_steps_forgets_nobody);
	tcase_add_test(steps_case, a_sweep_never_asks_to_be_called_in_the_past);
	life = tcase_create("life");
	tcase_add_test(life, a_sweep_that_closes_much_ends_sooner);
	tcase_add_test(life, a_sweep_of_any_budget_closes_what_is_dead);
	tcase_add_test(life, a_dead_session_is_dead_before_any_sweep);
	suite_add_tcase(suite, steps_case);
	suite_add_tcase(suite, life);
	suite_add_tcase(suite, timers_case());
	suite_add_tcase(suite, expire_time_case());
	return suite;
}

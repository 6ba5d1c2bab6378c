/* SPDX-License-Identifier: BSD-2-Clause */
/* Sweeps at the edges of the clock, and parents with children. */
#include "expire.h"

/* A control session with data sessions outlives its own deadline. */
static struct vpnalg_record *control_of(struct world *w)
{
	struct vpnalg_tuple tuple = {
		.role = VPNALG_OUTSIDE_OWN, .space = UDP, .id = 5000,
		.local = (const uint8_t *)"\xcb\x00\x71\x01",
		.remote = (const uint8_t *)"\xc6\x33\x64\x01"
	};

	return vpnalg_session_peek(w->alg, &tuple);
}

START_TEST(a_parent_lives_as_long_as_its_children)
{
	struct bytes out = toy_data(CLIENT_A, SERVER, 9);
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ .no_undo = true });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	for (i = 0; i < 20; i++) {
		w.now += TOY_DATA_LIFE - 1;
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
				  VPNALG_TRANSLATED);
		/* It is not due, but looked after. */
		ck_assert(sweep(&w) <= w.now + TOY_DATA_LIFE);
		ck_assert_ptr_nonnull(control_of(&w));
	}
	ck_assert(control_of(&w)->deadline < w.now);
	ck_assert_uint_eq(control_of(&w)->children, 1);
	ck_assert_int_eq(toy_log.closed, 0);
	/* The child ends, and then nothing keeps the parent. */
	w.now += TOY_DATA_LIFE;
	sweep(&w);
	sweep(&w);
	ck_assert_int_eq(toy_log.closed, 2);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

START_TEST(children_do_not_keep_a_parent_whose_end_was_announced)
{
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	control_of(&w)->flags |= VPNALG_SESSION_ENDED;
	vpnalg_session_set_lifetime(w.alg, control_of(&w), 10);
	w.now += 10;
	ck_assert(sweep(&w) == BEGINNING + TOY_DATA_LIFE);
	ck_assert_ptr_null(control_of(&w));
	ck_assert_int_eq(toy_log.closed, 1);
	world_end(&w);
}
END_TEST

/* Clocks begin anywhere. */
static const vpnalg_time beginnings[] = {
	0, 1, UINT32_MAX - TOY_DATA_LIFE, UINT32_MAX, 4294967296,
	(vpnalg_time)1 << 63, VPNALG_NEVER - 3 * TOY_CONTROL_LIFE,
	VPNALG_NEVER - TOY_CONTROL_LIFE - 1
};

START_TEST(a_session_lives_as_long_at_any_time)
{
	struct bytes out = toy_data(CLIENT_A, SERVER, 9);
	vpnalg_time begin = beginnings[_i];
	struct world w;

	toy_world(&w, (struct world_options){ .now = begin,
					      .from_zero = true,
					      .no_undo = true });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	ck_assert(sweep(&w) == begin + TOY_DATA_LIFE);
	w.now = begin + TOY_DATA_LIFE - 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	w.now += TOY_DATA_LIFE;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_DROP_NO_SESSION);
	w.now = begin + TOY_CONTROL_LIFE - 1;
	ck_assert(sweep(&w) == begin + TOY_CONTROL_LIFE);
	ck_assert_int_eq(toy_log.closed, 1);
	w.now++;
	ck_assert(sweep(&w) == VPNALG_NEVER);
	ck_assert_int_eq(toy_log.closed, 2);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

static void close_all(struct world *w)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	while (w->store.next(w->store.context, &cursor, &record))
		if (record != NULL && record->slots > 1) /* not the engine's */
			vpnalg_session_close(w->alg, record);
}

/* At the very end deadlines would run over: sessions live on. */
static const vpnalg_time endings[] = { VPNALG_NEVER - TOY_DATA_LIFE,
				       VPNALG_NEVER - 1000, VPNALG_NEVER - 1,
				       VPNALG_NEVER };

START_TEST(at_the_end_of_time_sessions_live_on)
{
	struct bytes out = toy_data(CLIENT_A, SERVER, 9);
	struct world w;

	toy_world(&w, (struct world_options){ .now = endings[_i] });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	ck_assert(sweep(&w) >= w.now);
	w.now = VPNALG_NEVER;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	ck_assert(sweep(&w) == VPNALG_NEVER);
	ck_assert_int_eq(toy_log.closed, 0);
	close_all(&w);
	world_end(&w);
}
END_TEST

/* Parents with children, mappings, dead and living ones; in small steps. */
START_TEST(sweeps_a_day_apart_end_everything)
{
	struct connection c = { 0 };
	struct world w;
	unsigned calls;

	general_and_vpn_world(&w, (struct world_options){
					  .choosing = CHOOSE_TAKE });
	hello(&w, CLIENT_A);
	hello(&w, CLIENT_B);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	client_says(&w, &c, 7, 0x1234, 1, 0);
	server_says(&w, &c, 8, 0x4321, 0x1234, 1);
	udp_open(&w, CLIENT_A, 4000, SERVER, 53);
	ck_assert_int_gt(w.records, 6);
	ck_assert_int_gt(w.bindings, 4);
	for (calls = 0; calls < 1000 && w.records > 0; calls++)
		vpnalg_expire(w.alg, w.now += 86400000, 1);
	ck_assert_uint_lt(calls, 1000);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
	world_forget(&w);
}
END_TEST

START_TEST(a_sweep_does_not_let_time_run_back)
{
	struct world w;

	toy_world(&w, (struct world_options){ .now = 1000 });
	hello(&w, CLIENT_A);
	ck_assert(vpnalg_expire(w.alg, 1000 + TOY_CONTROL_LIFE - 1, 100000) ==
		  1000 + TOY_CONTROL_LIFE);
	/* "Now" is the last time that was, while a round is unfinished too. */
	ck_assert(vpnalg_expire(w.alg, 0, 1) == 1000 + TOY_CONTROL_LIFE - 1);
	ck_assert(vpnalg_session_now(w.alg) == 1000 + TOY_CONTROL_LIFE - 1);
	ck_assert_int_eq(toy_log.closed, 0);
	world_end(&w);
}
END_TEST

TCase *expire_time_case(void)
{
	TCase *t = tcase_create("time");

	tcase_add_test(t, a_parent_lives_as_long_as_its_children);
	tcase_add_test(t,
		       children_do_not_keep_a_parent_whose_end_was_announced);
	tcase_add_loop_test(t, a_session_lives_as_long_at_any_time, 0,
			    ROWS(beginnings));
	tcase_add_loop_test(t, at_the_end_of_time_sessions_live_on, 0,
			    ROWS(endings));
	tcase_add_test(t, sweeps_a_day_apart_end_everything);
	tcase_add_test(t, a_sweep_does_not_let_time_run_back);
	return t;
}

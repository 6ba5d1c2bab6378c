/* SPDX-License-Identifier: BSD-2-Clause */
/* The ends and the life of PPTP calls. */
#include "pptp_call.h"

/* When a call is gone. Its control connection stays. */
enum act { IN_13, OUT_13, OUT_12, REFUSED, GRE_OUT, GRE_IN, WAIT_3, WAIT_50,
	   WAIT_101, REQUEST, STOP };

static const struct {
	const char *story;
	bool answered;
	enum act acts[6];
	bool lives;
} end_rows[] = {
	{ "an unanswered call lives a minute", false, { WAIT_101, STOP },
	  false },
	{ "and not less", false, { WAIT_50, STOP }, true },
	{ "an answered one lives on", true, { WAIT_101, STOP }, true },
	{ "GRE from outside answers it", false,
	  { WAIT_50, GRE_IN, WAIT_101, STOP }, true },
	{ "a refused call ends", false, { REFUSED, WAIT_101, STOP }, false },
	{ "but not at once", false, { REFUSED, WAIT_50, STOP }, true },
	{ "Call-Disconnect-Notify from outside ends it", true,
	  { IN_13, WAIT_101, STOP }, false },
	{ "after a linger", true, { IN_13, WAIT_50, STOP }, true },
	{ "what was on its way lets it", true,
	  { IN_13, GRE_OUT, WAIT_101, STOP }, false },
	{ "what comes later takes the end back", true,
	  { IN_13, WAIT_3, GRE_OUT, WAIT_101, STOP }, true },
	{ "not if it comes from outside", true,
	  { IN_13, WAIT_3, GRE_IN, WAIT_101, STOP }, false },
	{ "Call-Clear-Request alone ends it when it is silent", true,
	  { OUT_12, WAIT_101, WAIT_50, STOP }, false },
	{ "and not while it is in use", true,
	  { OUT_12, WAIT_50, GRE_OUT, WAIT_50, GRE_OUT, STOP }, true },
	{ "a PAC inside ends its call", true, { OUT_13, WAIT_101, STOP },
	  false },
	{ "asked for again, it lives", true, { IN_13, REQUEST, WAIT_50, STOP },
	  true },
	{ "as an unanswered one", true, { IN_13, REQUEST, WAIT_101, STOP },
	  false },
};

static void act(enum act what)
{
	switch (what) {
	case IN_13:
		in(13, PEER, 1, 0);
		break;
	case OUT_13:
		out(13, OWN, 1, 0);
		break;
	case OUT_12:
		out(12, OWN, 0, 0);
		break;
	case REFUSED:
		in(8, PEER, OWN, 2);
		/* The reply answers; a linger runs all the same. */
		break;
	case GRE_OUT:
		ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
		break;
	case GRE_IN:
		ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
		break;
	case WAIT_3:
		world_wait(&w, 3001);
		break;
	case WAIT_50:
		world_wait(&w, 50000);
		break;
	case WAIT_101:
		world_wait(&w, 100001);
		break;
	case REQUEST:
		out(7, OWN, 1, 0);
		break;
	case STOP:
		break;
	}
}

START_TEST(a_call_ends)
{
	const enum act *acts = end_rows[_i].acts;

	out(7, OWN, 1, 0);
	if (end_rows[_i].answered)
		in(8, PEER, OWN, 1);
	for (; *acts != STOP; acts++) {
		act(*acts);
		keep_control();
	}
	ck_assert_msg((closed(&w, CALL) == 0) == end_rows[_i].lives, "%s",
		      end_rows[_i].story);
}
END_TEST

/* pptpd says no Call-Disconnect-Notify: it closes the control connection. */
START_TEST(calls_end_with_their_control_connection)
{
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	client_segment(&w, &c, c.client_seq, FIN | ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
	world_wait(&w, 100001);
	ck_assert_uint_eq(closed(&w, CALL), 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	world_wait(&w, 240001);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

START_TEST(a_forged_reset_costs_no_call)
{
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	server_segment(&w, &c, c.server_seq, RST, NULL, 0);
	world_wait(&w, 60000);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	out(5, 1, 1, 0); /* the client's keepalive */
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	world_wait(&w, 300000);
	ck_assert_uint_eq(closed(&w, CALL), 0);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
}
END_TEST

/* RFC 2637 does not ask for keepalives: traffic in the call keeps the control
 * connection. */
/* The end that was forged is taken back by the host, and that of the call with
 * it, though the host sends nothing in the call. */
START_TEST(a_call_goes_on_with_its_connection_after_a_forged_reset)
{
	struct bytes echo = message(5, 0, 0, 0);

	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	server_segment(&w, &c, c.server_seq, RST, NULL, 0);
	world_wait(&w, 1);
	world_wait(&w, 4000);
	ck_assert_uint_eq(client_sends(&w, &c, echo.data, echo.length),
			  VPNALG_TRANSLATED);
	world_wait(&w, 1);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, CALL), 0);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
}
END_TEST

/* Idle for so long after the last packet out, and not a moment less. */
START_TEST(a_call_lives_two_hours_and_four_minutes_after_its_last_packet)
{
	unsigned i;

	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	for (i = 0; i < 4; i++) {
		ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
		world_wait(&w, i < 3 ? 7000000 : 7439999);
		ck_assert_uint_eq(closed(&w, CALL), 0);
	}
	/* A sixteenth of that it may be late. */
	world_wait(&w, 1 + 7440000 / 16);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

START_TEST(a_control_connection_lives_as_long_as_its_calls)
{
	int i;

	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	for (i = 0; i < 5; i++) {
		world_wait(&w, 5000000);
		ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	out(12, OWN, 0, 0);
	world_wait(&w, 300000);
	ck_assert_uint_eq(closed(&w, CALL), 1);
	world_wait(&w, 7440001);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

/* Ends and new beginnings */

static void begin_anew(struct world_options options)
{
	world_end(&w);
	world_begin(&w, &options);
	c = (struct connection){ 0 };
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

START_TEST(one_late_packet_gives_an_ended_call_its_life_back)
{
	uint8_t flags;

	begin_anew((struct world_options){ .no_undo = true });
	call_out(&w, &c, OWN, PEER);
	flags = inside_record(&w, CLIENT_A, GRE, OWN, 0)->flags;
	in(13, PEER, 1, 0);
	world_wait(&w, 3001);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(inside_record(&w, CLIENT_A, GRE, OWN, 0)->flags,
			  flags);
	world_wait(&w, 7000000);
	ck_assert_uint_eq(closed(&w, CALL), 0);
}
END_TEST

START_TEST(a_request_in_the_linger_gives_a_call_a_whole_minute)
{
	begin_anew((struct world_options){ .no_undo = true });
	call_out(&w, &c, OWN, PEER);
	in(13, PEER, 1, 0);
	world_wait(&w, 99000);
	out(7, OWN, 1, 0);
	world_wait(&w, 59999);
	ck_assert_uint_eq(closed(&w, CALL), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

/* The connection is gone and forgotten before its call: the next one on the
 * same ports is not the call's. */
START_TEST(a_call_that_outlives_its_connection_is_not_the_next_ones)
{
	begin_anew((struct world_options){
		.no_undo = true, .timers = { .tcp_transitory = 10000 } });
	call_out(&w, &c, OWN, PEER);
	client_segment(&w, &c, c.client_seq, FIN | ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	world_wait(&w, 1);
	world_wait(&w, 20000);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
	ck_assert_uint_eq(closed(&w, CALL), 0);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	world_wait(&w, 1);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, CALL), 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

/* A call whose end was taken back can end again. */
START_TEST(a_call_that_came_back_to_life_ends_like_any_other)
{
	uint16_t id;

	begin_anew((struct world_options){ .no_undo = true });
	id = call_out(&w, &c, OWN, PEER);
	in(13, PEER, 0, 1);
	w.now += 5000; /* the end was forged: the host goes on */
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(gre_in(id), VPNALG_TRANSLATED);
	in(13, PEER, 0, 1);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

TCase *pptp_call_end_case(void)
{
	TCase *t = tcase_create("ends of calls");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_call_ends, 0,
			    sizeof(end_rows) / sizeof(end_rows[0]));
	tcase_add_test(t, calls_end_with_their_control_connection);
	tcase_add_test(t, a_forged_reset_costs_no_call);
	tcase_add_test(t, a_control_connection_lives_as_long_as_its_calls);
	tcase_add_test(t,
		       a_call_goes_on_with_its_connection_after_a_forged_reset);
	tcase_add_test(
		t,
		a_call_lives_two_hours_and_four_minutes_after_its_last_packet);
	tcase_add_test(t, one_late_packet_gives_an_ended_call_its_life_back);
	tcase_add_test(t, a_request_in_the_linger_gives_a_call_a_whole_minute);
	tcase_add_test(
		t, a_call_that_outlives_its_connection_is_not_the_next_ones);
	tcase_add_test(t, a_call_that_came_back_to_life_ends_like_any_other);
	return t;
}

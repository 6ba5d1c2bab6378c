/* SPDX-License-Identifier: BSD-2-Clause */
/* The ends of sessions and control connections of L2TPv3. */
#include "l2tp_v3.h"

static struct bytes disconnect(const struct tunnel *t, bool out)
{
	struct bytes m = l2tp_control(3, out ? t->peer : t->outside_own, 5,
				      CDN);

	l2tp_avp(&m, 63, 4, out ? t->session : t->peer_session);
	l2tp_avp(&m, 64, 4, out ? t->peer_session : t->outside_session);
	return m;
}

START_TEST(a_session_ends_alone)
{
	struct tunnel t = a_tunnel(0);
	struct bytes m;

	begin_session(&t);
	m = disconnect(&t, _i == 0);
	ck_assert_uint_eq(_i == 0 ? tunnel_says(&w, &t, &m)
				  : tunnel_hears(&w, &t, &m),
			  VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, KIND_SESSION), 1);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 0);
	tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
}
END_TEST

START_TEST(a_tunnel_that_ends_takes_its_sessions_along)
{
	struct tunnel t = a_tunnel(0);

	begin_session(&t);
	ck_assert_uint_eq(_i == 0 ? client_tells(&w, &t, STOPCCN)
				  : server_tells(&w, &t, STOPCCN),
			  VPNALG_TRANSLATED);
	world_wait(&w, 1);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, KIND_SESSION), 1);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
}
END_TEST

START_TEST(an_end_that_the_host_ignores_is_taken_back_with_its_sessions)
{
	struct tunnel t = a_tunnel(0);

	begin_session(&t);
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	world_wait(&w, 1);
	world_wait(&w, 5000);
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
	world_wait(&w, 200000);
	tunnel_carries(&w, &t, 2);
}
END_TEST

/* A forged end must not end it: data is all that the host may have to send. The
 * sweep may have met the session, or not. */
START_TEST(data_takes_the_end_of_its_tunnel_back)
{
	struct tunnel t = a_tunnel(0);
	unsigned i;

	begin_session(&t);
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	for (i = 0; i < 30; i++) {
		if (_i == 0)
			world_wait(&w, 10000);
		else
			w.now += 10000;
		tunnel_carries(&w, &t, i);
	}
	world_wait(&w, 1);
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 0);
}
END_TEST

static const struct {
	const char *what;
	/* In seconds: how long there was nothing but data before the end; and
	 * behind it, when the sweep comes, and when the host goes on. */
	unsigned before, swept, goes_on;
} ended_rows[] = {
	{ "at once", 0, 4, 4 },
	{ "the control connection's own time is nearly over", 290, 50, 50 },
	{ "and it is over: its session has kept it", 310, 50, 50 },
	{ "the sweep has just met the session", 0, 59, 60 },
	{ "and late", 0, 98, 99 },
};

/* An end from outside lingers as long whatever the control connection's age,
 * and whenever the sweep meets its session. */
START_TEST(data_takes_an_end_back_as_long_as_it_lingers)
{
	struct tunnel t = a_tunnel(0);
	unsigned row = (unsigned)_i, i;

	begin_session(&t);
	for (i = 0; i < ended_rows[row].before; i += 10) {
		world_wait(&w, 10000);
		tunnel_carries(&w, &t, i);
	}
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	world_wait(&w, ended_rows[row].swept * 1000);
	w.now += (ended_rows[row].goes_on - ended_rows[row].swept) * 1000;
	for (i = 0; i < 4; i++) {
		tunnel_carries(&w, &t, i);
		world_wait(&w, 60000);
	}
	ck_assert_msg(server_tells(&w, &t, HELLO) == VPNALG_TRANSLATED &&
			      closed(&w, KIND_TUNNEL) == 0,
		      "%s: %s", ended_rows[row].what,
		      vpnalg_result_text(w.last.result));
}
END_TEST

/* Data alone, of a session whose control connection is silent. */
START_TEST(a_session_keeps_its_tunnel_alive)
{
	struct tunnel t = a_tunnel(0);
	unsigned i;

	begin_session(&t);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 200000);
		tunnel_carries(&w, &t, i);
	}
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
}
END_TEST

/* A control connection that its sessions keep is still there before the sweep,
 * and is found, though its flow is gone. It belongs to no host: not to another
 * one, nor to the same host's next flow. */
START_TEST(a_control_connection_that_is_left_over_is_nobodys)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1), next;

	begin_session(&a);
	begin_session(&b);
	ck_assert_uint_ne(b.outside_own, b.own);
	w.now += _i & 1 ? 600000U : 300165U;
	next = a_tunnel(_i < 2 ? 1 : 2);
	next.own = _i < 2 ? b.own : b.outside_own;
	next.peer = 0x77;
	next.hides = true;
	ck_assert_uint_eq(tunnel_requests(&w, &next), VPNALG_TRANSLATED);
	ck_assert_uint_eq(server_tells(&w, &b, HELLO), VPNALG_DROP_GUARDED);
	tunnel_begin(&w, &next);
	ck_assert_uint_eq(client_tells(&w, &next, HELLO), VPNALG_TRANSLATED);
}
END_TEST

TCase *l2tp_v3_end_case(void)
{
	TCase *t = tcase_create("version 3 ends");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_session_ends_alone, 0, 2);
	tcase_add_loop_test(t, a_tunnel_that_ends_takes_its_sessions_along, 0,
			    2);
	tcase_add_test(
		t,
		an_end_that_the_host_ignores_is_taken_back_with_its_sessions);
	tcase_add_loop_test(t, data_takes_the_end_of_its_tunnel_back, 0, 2);
	tcase_add_loop_test(t, data_takes_an_end_back_as_long_as_it_lingers, 0,
			    ROWS(ended_rows));
	tcase_add_loop_test(
		t, a_control_connection_that_is_left_over_is_nobodys, 0, 4);
	tcase_add_test(t, a_session_keeps_its_tunnel_alive);
	return t;
}

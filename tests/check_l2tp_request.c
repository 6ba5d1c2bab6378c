/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs: who is held back and for how long, servers that are silent, and what
 * becomes of messages that name no tunnel. */
#include "l2tp_shared.h"

/* Waiting */

enum { NEIGHBOURS = 11 };

static const struct {
	const char *what;
	bool hides;
	uint16_t port; /* of all */
	uint8_t version;
} crowds[] = {
	{ "all from port 1701", false, L2TP, 2 },
	{ "all from another port", false, 40000, 2 },
	{ "hidden IDs", true, L2TP, 2 },
	{ "hidden IDs over IP", true, 0, 3 },
};

/* Each sends its SCCRQ until it is answered, and none is. */
START_TEST(nobody_is_held_back_for_more_than_three_packets_and_three_seconds)
{
	struct { struct tunnel t; vpnalg_time next, first; unsigned held; }
		host[NEIGHBOURS];
	unsigned i, result, through = 0;

	for (i = 0; i < NEIGHBOURS; i++) {
		memset(&host[i], 0, sizeof(host[i]));
		host[i].t = a_tunnel(i);
		host[i].t.port = crowds[_i].port;
		host[i].t.hides = crowds[_i].hides;
		host[i].t.version = crowds[_i].version;
		host[i].next = w.now + 1 + 300 * i;
	}
	for (; w.now < BEGINNING + 120000; w.now += 100)
		for (i = 0; i < NEIGHBOURS; i++) {
			if (w.now < host[i].next)
				continue;
			host[i].next = w.now + 900 + 37 * i;
			result = tunnel_requests(&w, &host[i].t);
			if (result != VPNALG_DROP_HELD) {
				ck_assert_uint_eq(result, VPNALG_TRANSLATED);
				through++;
				continue;
			}
			if (host[i].held++ == 0)
				host[i].first = w.now;
			ck_assert_msg(host[i].held <= 3 &&
					      w.now - host[i].first < 3000,
				      "%s: %u", crowds[_i].what, i);
		}
	ck_assert_uint_gt(through, 10 * NEIGHBOURS);
	ck_assert_uint_gt(dropped(&w, VPNALG_DROP_HELD), 0);
}
END_TEST

START_TEST(an_answered_host_may_be_held_back_once_more)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);

	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_DROP_HELD);
}
END_TEST

START_TEST(nobody_is_held_back_where_nobody_may_wait)
{
	struct tunnel t;
	unsigned i;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .passive = true });
	for (i = 0; i < 5; i++) {
		t = a_tunnel(i);
		t.hides = _i == 1;
		ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	}
}
END_TEST

/* A server that is silent */

/* It answers to nobody but port 1701. */
START_TEST(a_server_that_is_silent_to_other_ports_gets_requests_from_1701)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1), c = a_tunnel(2);
	unsigned i;

	a.fixed_port = b.fixed_port = c.fixed_port = true;
	a.port = _i == 0 ? L2TP : 40000;
	if (_i == 0)
		tunnel_begin(&w, &a);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
		ck_assert_uint_eq(b.outside_port == L2TP, _i == 1);
		w.now += 1000U << i;
	}
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, L2TP);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), b.client);
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_TRANSLATED);
	tunnel_carries(&w, &b, 1);
	if (_i == 1)
		return;
	/* And no SCCRQ stays unanswered any more. */
	ck_assert_uint_eq(tunnel_requests(&w, &c), VPNALG_TRANSLATED);
	ck_assert_uint_eq(c.outside_port, L2TP);
	tunnel_begin(&w, &c);
	ck_assert_uint_eq(c.outside_port, L2TP);
	tunnel_carries(&w, &a, 2);
	tunnel_carries(&w, &c, 3);
}
END_TEST

/* The server was down, and answers to every port. */
START_TEST(a_host_without_an_answer_is_answered_at_1701_by_any_server)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);
	unsigned i;

	tunnel_begin(&w, &a);
	for (i = 0; i < 4; i++) {
		ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
		w.now += 1000;
	}
	ck_assert_uint_eq(b.outside_port, L2TP);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_TRANSLATED);
	tunnel_carries(&w, &b, 1);
	tunnel_carries(&w, &a, 2);
}
END_TEST

/* A packet to the port that was given up belongs to no host. */
START_TEST(an_answer_to_a_port_that_was_given_up_is_none)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1), old;
	unsigned i;

	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	old = b;
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &old), VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
}
END_TEST

/* A store that fails in the SCCRQ of a living flow costs that packet: the
 * SCCRQ before is answered, and the tunnels go on. */
START_TEST(a_request_that_fails_leaves_the_flow_as_it_was)
{
	static const struct tunnel rows[] = {
		{ .port = 40000, .version = 2, .own = 7, .peer = 100 },
		{ .port = L2TP, .version = 2, .own = 7, .peer = 100 },
		{ .port = L2TP, .version = 2, .own = 7, .peer = 100,
		  .fixed_port = true },
		{ .version = 3, .own = 7, .peer = 100, .session = 70000,
		  .peer_session = 80000 },
	};
	unsigned result = VPNALG_DROP_STORE;
	struct tunnel t, more;
	long n, records;

	for (n = 1; result == VPNALG_DROP_STORE; n++) {
		world_end(&w);
		l2tp_world(&w, (struct world_options){
				       .l2tp = { .any_address = true } });
		t = rows[_i];
		t.client = CLIENT_A;
		t.server = SERVER;
		ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
		more = t;
		more.own = 8;
		records = w.records;
		w.fail_in = n;
		result = tunnel_requests(&w, &more);
		w.fail_in = 0;
		if (result != VPNALG_DROP_STORE)
			break;
		ck_assert_int_eq(w.records, records);
		ck_assert_uint_eq(tunnel_is_answered(&w, &t),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
		if (t.version == 3)
			tunnel_calls(&w, &t);
		tunnel_carries(&w, &t, 1);
	}
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
	ck_assert_int_ge(n, 2);
}
END_TEST

/* IDs that mean something else in the other form */

/* The inside ID of a tunnel or session, that has another outside. */
START_TEST(an_inside_id_means_nothing_outside)
{
	struct tunnel t[2];
	struct bytes m;
	unsigned i;

	for (i = 0; i < 2; i++) {
		t[i] = (struct tunnel){ .client = CLIENT_A + i,
					.server = SERVER, .version = 3,
					.port = _i ? L2TP : 0, .own = 7,
					.fixed_port = true,
					.peer = 100 + i, .session = 70000,
					.peer_session = 80000 + i };
		tunnel_begin(&w, &t[i]);
		tunnel_calls(&w, &t[i]);
	}
	ck_assert_uint_ne(t[1].outside_session, 70000);
	ck_assert_uint_eq(client_tells(&w, &t[0], STOPCCN), VPNALG_TRANSLATED);
	for (i = 0; i < 4; i++) { /* the first one's IDs are nobody's then */
		world_wait(&w, 60000);
		tunnel_carries(&w, &t[1], i);
	}
	m = l2tp_data3(t[1].port != 0, 70000, 1, 2);
	ck_assert_uint_ne(tunnel_hears(&w, &t[1], &m), VPNALG_TRANSLATED);
	m = l2tp_control(3, 7, 3, HELLO);
	ck_assert_uint_ne(tunnel_hears(&w, &t[1], &m), VPNALG_TRANSLATED);
	m = l2tp_control(3, t[1].outside_own, 3, CDN);
	l2tp_avp(&m, 63, 4, 1);
	l2tp_avp(&m, 64, 4, 70000);
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &t[1], 3);
}
END_TEST

/* A client that hides now the ID that it has shown before, and that is another
 * one outside. */
START_TEST(a_hidden_id_that_is_the_flows_other_one_is_ambiguous)
{
	struct tunnel t[2];
	struct bytes m;
	unsigned i;

	for (i = 0; i < 2; i++) {
		t[i] = (struct tunnel){ .client = CLIENT_A + i,
					.server = SERVER, .version = 3,
					.own = 7, .peer = 100 + i };
		tunnel_begin(&w, &t[i]);
	}
	ck_assert_uint_eq(client_tells(&w, &t[0], STOPCCN), VPNALG_TRANSLATED);
	world_wait(&w, 100000); /* so that 7 is free outside */
	ck_assert_uint_eq(client_tells(&w, &t[1], HELLO), VPNALG_TRANSLATED);
	t[1].hides = true;
	ck_assert_uint_eq(tunnel_requests(&w, &t[1]), VPNALG_TRANSLATED);
	m = l2tp_control(3, 7, 0, SCCRP);
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_DROP_AMBIGUOUS);
}
END_TEST

/* Two tunnels of one flow, answered from two ports: each has its own. */
START_TEST(two_tunnels_of_a_flow_may_be_answered_from_two_ports)
{
	struct tunnel a = a_tunnel(0), b;
	struct bytes m;

	a.answer_port = 5000;
	tunnel_begin(&w, &a);
	b = a;
	b.own = 8;
	b.peer = 101;
	b.answer_port = 5001;
	tunnel_begin(&w, &b);
	tunnel_carries(&w, &b, 1);
	m = l2tp_data2((uint16_t)a.outside_own, 5, 2);
	ck_assert_uint_eq(tunnel_hears(&w, &a, &m), VPNALG_TRANSLATED);
	tunnel_carries(&w, &a, 3);
}
END_TEST

TCase *l2tp_request_case(void)
{
	TCase *t = tcase_create("requests");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t,
		nobody_is_held_back_for_more_than_three_packets_and_three_seconds,
		0, ROWS(crowds));
	tcase_add_test(t, an_answered_host_may_be_held_back_once_more);
	tcase_add_loop_test(t, nobody_is_held_back_where_nobody_may_wait, 0,
			    2);
	tcase_add_loop_test(
		t,
		a_server_that_is_silent_to_other_ports_gets_requests_from_1701,
		0, 2);
	tcase_add_test(
		t, a_host_without_an_answer_is_answered_at_1701_by_any_server);
	tcase_add_test(t, an_answer_to_a_port_that_was_given_up_is_none);
	tcase_add_loop_test(t, a_request_that_fails_leaves_the_flow_as_it_was,
			    0, 4);
	tcase_add_loop_test(t, an_inside_id_means_nothing_outside, 0, 2);
	tcase_add_test(t,
		       a_hidden_id_that_is_the_flows_other_one_is_ambiguous);
	tcase_add_test(t,
		       two_tunnels_of_a_flow_may_be_answered_from_two_ports);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs that another address may answer: for how long, and undo. */
#include "l2tp_any_address.h"

START_TEST(a_request_is_open_for_a_minute)
{
	struct tunnel t = requested(0);

	w.now += 59999;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	w.now += 60000;
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_UNTOUCHED);
	t.server = SERVER;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	w.now += 59999;
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
}
END_TEST

/* Another server gets an SCCRQ with the same ID: the record is of that one. */
START_TEST(the_last_server_of_a_request_may_answer_from_elsewhere)
{
	struct tunnel t = requested(0);

	t.server = THIRD;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
	ck_assert_uint_eq(opened(&w, KIND_QUESTION), 2);
}
END_TEST

START_TEST(a_request_for_another_id_is_another_one)
{
	struct tunnel t = requested(0), first;

	t.own = 8;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	first = t;
	first.outside_own = 7;
	ck_assert_uint_eq(answer_from(&first, ELSEWHERE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
}
END_TEST

/* The server answers to port 1701 only: the host sends from there now, where
 * its ID is another's. The SCCRQ from the old port is void. */
START_TEST(a_port_without_a_pending_request_gets_no_answer)
{
	struct tunnel b = requested(0), a = carriers[1], old = b;

	b.fixed_port = a.fixed_port = true;
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_DROP_AMBIGUOUS);
	a.client = CLIENT_B;
	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, L2TP);
	ck_assert_uint_ne(b.outside_own, 7);
	ck_assert_uint_eq(answer_from(&old, ELSEWHERE), VPNALG_UNTOUCHED);
	tunnel_carries(&w, &a, 1);
}
END_TEST

/* It is found with whom the host has a flow already. */
START_TEST(the_answer_to_a_pending_request_is_undone)
{
	struct tunnel t = requested(_i);
	struct bytes m = l2tp_control(t.version, t.own, 0, SCCRP), p;

	l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4, t.peer);
	p = l2tp_packet(SERVER, L2TP, CLIENT_A, t.port, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 1);
}
END_TEST

/* A LAN capture shows this. */
START_TEST(an_answer_from_another_address_is_undone_too)
{
	struct tunnel t = requested(_i);
	struct bytes m = l2tp_control(t.version, t.own, 0, SCCRP), p;
	uint16_t from = t.answer_port ? t.answer_port : L2TP;

	l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4, t.peer);
	p = l2tp_packet(ELSEWHERE, from, CLIENT_A, t.port, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(get16(l4(&w) + 2), t.outside_port);
	t.server = ELSEWHERE;
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
}
END_TEST

/* This much of the answer is in memory, or in the packet. */
START_TEST(an_answer_of_any_length_does_no_harm)
{
	struct tunnel t = requested(_i);
	struct bytes m = l2tp_control(t.version, t.own, 0, SCCRP), p;
	uint32_t n;

	l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4, t.peer);
	p = l2tp_packet(ELSEWHERE, L2TP, OUTSIDE, t.outside_port, &m);
	for (n = 28; n < 48; n++)
		ck_assert_uint_ne(send_captured(&w, VPNALG_IN, &p, n),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 1);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, p.length),
			  VPNALG_TRANSLATED);
}
END_TEST

TCase *l2tp_any_request_case(void)
{
	TCase *t = tcase_create("requests to any address");
	int all = ROWS(carriers);

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_request_is_open_for_a_minute);
	tcase_add_test(t,
		       the_last_server_of_a_request_may_answer_from_elsewhere);
	tcase_add_test(t, a_request_for_another_id_is_another_one);
	tcase_add_test(t,
		       a_port_without_a_pending_request_gets_no_answer);
	tcase_add_loop_test(t, the_answer_to_a_pending_request_is_undone, 0,
			    all);
	tcase_add_loop_test(t, an_answer_from_another_address_is_undone_too, 0,
			    all);
	tcase_add_loop_test(t, an_answer_of_any_length_does_no_harm, 0, 4);
	return t;
}

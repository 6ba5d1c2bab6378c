/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP by ports alone, as most servers translate well (RFC 2661 8.1). */
#include "l2tp.h"

START_TEST(ten_clients_of_one_port_and_tunnel_id_have_ten_ports)
{
	struct tunnel t[10];
	unsigned i, j;

	for (i = 0; i < 10; i++) {
		t[i] = a_tunnel();
		t[i].client = CLIENT_A + i;
		t[i].peer = 100 + i;
		tunnel_begin(&w, &t[i]);
		for (j = 0; j < i; j++)
			ck_assert_uint_ne(t[i].outside_port,
					  t[j].outside_port);
	}
	ck_assert_uint_eq(t[0].outside_port, L2TP);
	for (i = 0; i < 10; i++)
		tunnel_carries(&w, &t[i], 0x1000 + i);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 10);
	ck_assert_uint_eq(opened(&w, KIND_TUNNEL), 1);
}
END_TEST

/* No host waits any more for a server that has answered to another port. */
START_TEST(a_symmetric_server_may_have_many_pending_requests)
{
	struct tunnel t[4];
	unsigned i;

	for (i = 0; i < 4; i++) {
		t[i] = a_tunnel();
		t[i].client = CLIENT_A + i;
	}
	tunnel_begin(&w, &t[0]);
	tunnel_begin(&w, &t[1]);
	ck_assert_uint_eq(tunnel_requests(&w, &t[2]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &t[3]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &t[3]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), t[3].client);
	ck_assert_uint_eq(tunnel_is_answered(&w, &t[2]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), t[2].client);
}
END_TEST

START_TEST(an_answer_from_another_port_is_accepted_once_and_fixed)
{
	struct tunnel t = a_tunnel(), other;
	struct bytes m;

	t.port = 40000;
	t.answer_port = 5000;
	tunnel_begin(&w, &t);
	tunnel_carries(&w, &t, 1);
	other = t;
	other.answer_port = 5001;
	ck_assert_uint_eq(tunnel_is_answered(&w, &other),
			  VPNALG_DROP_PORT_HELD);
	m = l2tp_data2(7, 5, 2);
	ck_assert_uint_eq(tunnel_hears(&w, &other, &m), VPNALG_DROP_PORT_HELD);
	tunnel_carries(&w, &t, 3);
}
END_TEST

START_TEST(an_answer_from_another_port_must_be_one)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_data2(7, 5, 2);

	t.port = 40000;
	t.answer_port = 5000;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_hears(&w, &t, &m), VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_DROP_PORT_HELD);
	t.outside_own = 8;
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_DROP_PORT_HELD);
	t.outside_own = 7;
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_TRANSLATED);
}
END_TEST

/* It requests once more from its port, and the server chooses another port:
 * that one is the one from then on. */
START_TEST(each_request_may_be_answered_from_another_port)
{
	struct tunnel t = a_tunnel();

	t.answer_port = 5000;
	tunnel_begin(&w, &t);
	t.answer_port = 5001;
	tunnel_begin(&w, &t);
	tunnel_carries(&w, &t, 1);
	t.answer_port = 0;
	tunnel_begin(&w, &t);
	tunnel_carries(&w, &t, 2);
}
END_TEST

/* A LAN capture shows this. */
START_TEST(an_answer_from_another_port_is_undone_too)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_control(2, 7, 0, SCCRP), p;

	t.port = 40000;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	l2tp_avp(&m, 9, 2, 100);
	p = l2tp_packet(SERVER, 5000, CLIENT_A, 40000, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	t.answer_port = 5000;
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(other_udp_is_left_alone)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 53, "question",
				    8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = udp_packet(CLIENT_A, 40000, SERVER, 5000, "\0\2\0\1\0\1", 6);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = udp_packet(SERVER, 53, OUTSIDE, 40000, "answer", 6);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = udp_packet(SERVER, L2TP, OUTSIDE, L2TP, "\0\2\0\1\0\1", 6);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* The router's own tunnel, beside those of its hosts. */
START_TEST(port_1701_that_no_host_has_is_the_routers)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_data2(9, 5, 2), p;

	t.port = 40000;
	tunnel_begin(&w, &t);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* A message that only ends or acknowledges opens nothing. */
static const struct {
	const char *what;
	unsigned type, result;
} opening_rows[] = {
	{ "SCCRQ", SCCRQ, VPNALG_TRANSLATED },
	{ "HELLO", HELLO, VPNALG_TRANSLATED },
	{ "StopCCN", STOPCCN, VPNALG_DROP_NO_SESSION },
	{ "ZLB", 0, VPNALG_DROP_NO_SESSION },
	{ "ACK", 20, VPNALG_DROP_NO_SESSION },
};

START_TEST(a_flow_is_opened_by_who_goes_on)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_control(2, 0, 0, opening_rows[_i].type);

	l2tp_avp(&m, 9, 2, 7);
	if (opening_rows[_i].type == 0)
		m = l2tp_control(2, 100, 0, 0);
	ck_assert_msg(tunnel_says(&w, &t, &m) == opening_rows[_i].result,
		      "%s: %u", opening_rows[_i].what, w.last.result);
	ck_assert_uint_eq(opened(&w, KIND_FLOW),
			  opening_rows[_i].result == VPNALG_TRANSLATED);
}
END_TEST

START_TEST(nothing_from_outside_opens)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ), p;

	l2tp_avp(&m, 9, 2, 7);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = l2tp_packet(SERVER, L2TP, CLIENT_A, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = l2tp_packet(OUTSIDE, L2TP, SERVER, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(a_checksum_of_zero_stays_zero)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_data2(7, 5, 2), p;

	tunnel_begin(&w, &t);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, t.outside_port, &m);
	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0);
	p = l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0);
}
END_TEST

/* An LNS inside gets an SCCRQ back: it answers with its own ID. */
START_TEST(either_end_may_be_the_lac)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ);

	t.port = 40000;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	t.outside = source(&w);
	t.outside_port = get16(l4(&w));
	l2tp_avp(&m, 9, 2, 100);
	ck_assert_uint_eq(tunnel_hears(&w, &t, &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_tells(&w, &t, SCCRP), VPNALG_TRANSLATED);
	t.outside_own = 7;
	ck_assert_uint_eq(server_tells(&w, &t, SCCCN), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
}
END_TEST

START_TEST(fragments_are_not_let_through)
{
	struct tunnel t = a_tunnel();
	struct bytes m = l2tp_data2(100, 5, 2), p;

	tunnel_begin(&w, &t);
	p = l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
	set_fragment(&p, 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
}
END_TEST

START_TEST(two_zones_with_equal_tunnels_never_meet)
{
	struct bytes m = l2tp_data2(100, 5, 2), p;
	uint16_t a, b;

	p = l2tp_packet(CLIENT_A, 40000, SERVER, L2TP, &m);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 0),
			  VPNALG_TRANSLATED);
	a = get16(l4(&w));
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 9),
			  VPNALG_TRANSLATED);
	b = get16(l4(&w));
	ck_assert_uint_ne(a, b);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, b, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 9);
}
END_TEST

Suite *l2tp_suite(void)
{
	Suite *suite = suite_create("l2tp");
	TCase *t = tcase_create("ports");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, ten_clients_of_one_port_and_tunnel_id_have_ten_ports);
	tcase_add_test(t,
		       a_symmetric_server_may_have_many_pending_requests);
	tcase_add_test(t,
		       an_answer_from_another_port_is_accepted_once_and_fixed);
	tcase_add_test(t, an_answer_from_another_port_must_be_one);
	tcase_add_test(t, each_request_may_be_answered_from_another_port);
	tcase_add_test(t, an_answer_from_another_port_is_undone_too);
	tcase_add_test(t, other_udp_is_left_alone);
	tcase_add_test(t, port_1701_that_no_host_has_is_the_routers);
	tcase_add_loop_test(t, a_flow_is_opened_by_who_goes_on, 0,
			    ROWS(opening_rows));
	tcase_add_test(t, nothing_from_outside_opens);
	tcase_add_test(t, a_checksum_of_zero_stays_zero);
	tcase_add_test(t, either_end_may_be_the_lac);
	tcase_add_test(t, fragments_are_not_let_through);
	tcase_add_test(t, two_zones_with_equal_tunnels_never_meet);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, l2tp_message_case());
	suite_add_tcase(suite, l2tp_data_case());
	suite_add_tcase(suite, l2tp_fit_case());
	suite_add_tcase(suite, l2tp_shared_case());
	suite_add_tcase(suite, l2tp_short_quote_case());
	suite_add_tcase(suite, l2tp_hidden_case());
	suite_add_tcase(suite, l2tp_end_case());
	suite_add_tcase(suite, l2tp_v3_case());
	suite_add_tcase(suite, l2tp_v3_end_case());
	suite_add_tcase(suite, l2tp_fail_case());
	suite_add_tcase(suite, l2tp_model_case());
	suite_add_tcase(suite, l2tp_owner_case());
	suite_add_tcase(suite, l2tp_forged_case());
	suite_add_tcase(suite, l2tp_request_case());
	suite_add_tcase(suite, l2tp_foreign_case());
	suite_add_tcase(suite, l2tp_mapping_case());
	suite_add_tcase(suite, l2tp_any_address_case());
	suite_add_tcase(suite, l2tp_policy_case());
	suite_add_tcase(suite, l2tp_any_request_case());
	suite_add_tcase(suite, l2tp_life_case());
	return suite;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a call: opened, answered, cleared, ended, opened again. */
#include "pptp_call.h"

/* PNS or PAC may begin a call, on either side (RFC 2637 1.2 and 3). */
START_TEST(a_pns_inside_calls_out)
{
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_pac_outside_calls_in)
{
	in(9, PEER, 1, 0);
	out(10, OWN, PEER, 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	in(11, OWN, 0, 0);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_pns_outside_is_called_by_a_pac_inside)
{
	out(9, OWN, 1, 0);
	in(10, PEER, OWN, 1);
	out(11, PEER, 0, 0);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_pns_outside_calls_a_pac_inside)
{
	in(7, PEER, 1, 0);
	out(8, OWN, PEER, 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(gre_may_come_before_the_reply)
{
	out(7, OWN, 1, 0);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(many_calls_on_one_connection)
{
	uint16_t i;

	for (i = 0; i < 40; i++) {
		out(7, i, 1, 0);
		in(8, (uint16_t)(i + 1000), i, 1);
	}
	for (i = 0; i < 40; i++) {
		ck_assert_uint_eq(gre_out((uint16_t)(i + 1000)),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(gre_in(i), VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(opened(&w, CALL), 40);
}
END_TEST

/* The client comes back on a new connection and counts its IDs anew. */
START_TEST(a_lingering_call_moves_to_a_new_connection_with_its_outside_id)
{
	struct world_options options = { .choosing = CHOOSE_DIFFERENT };
	uint16_t first, second;

	world_end(&w);
	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	first = call_out(&w, &c, OWN, PEER);
	client_segment(&w, &c, c.client_seq, FIN | ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	world_wait(&w, 1000);
	start_control(&w, &c, CLIENT_A, 4001, SERVER);
	second = call_out(&w, &c, OWN, PEER + 1);
	ck_assert_uint_eq(first, second);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_DROP_NO_SESSION);
	world_wait(&w, 300000);
	ck_assert_uint_eq(closed(&w, CALL), 0);
}
END_TEST

/* A client killed without a word comes back with the ID it had. The server does
 * not know yet that the old call is over, and still sends to it. */
START_TEST(a_call_begun_again_elsewhere_is_another_one_outside)
{
	struct connection d = { 0 };
	uint16_t id;

	ck_assert_uint_eq(call_out(&w, &c, OWN, PEER), OWN);
	start_control(&w, &d, CLIENT_A, 4001, SERVER);
	id = call_out(&w, &d, OWN, PEER + 1);
	ck_assert_uint_ne(id, OWN);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(gre_in(id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_call_id(&w), OWN);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_DROP_NO_SESSION);
	keep_control();
	world_wait(&w, 100001);
	ck_assert_uint_eq(closed(&w, CALL), 1);
	ck_assert_uint_eq(gre_in(id), VPNALG_TRANSLATED);
}
END_TEST

/* The server answers on the old connection, which has the old call. */
START_TEST(a_late_answer_to_a_replaced_call_is_not_about_the_new_one)
{
	struct connection d = { 0 };
	uint16_t id;

	call_out(&w, &c, OWN, PEER);
	start_control(&w, &d, CLIENT_A, 4001, SERVER);
	id = call_out(&w, &d, OWN, PEER + 1);
	in(8, PEER + 1, OWN, 1);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_DROP_GUARDED);
}
END_TEST

START_TEST(a_new_connection_on_the_same_ports_is_not_the_parent_of_old_calls)
{
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	client_segment(&w, &c, c.client_seq, RST, NULL, 0);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	world_wait(&w, 1);
	world_wait(&w, 100001);
	ck_assert_uint_eq(closed(&w, CALL), 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
}
END_TEST

/* The Call ID in Call-Disconnect-Notify from outside is the
 * server's; even if it equals an ID of ours it stays and ends nothing. */
START_TEST(a_disconnected_peer_id_is_not_mistaken_for_our_own)
{
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	in(13, OWN, 1, 0);
	ck_assert_uint_eq(get16(payload(&w) + 12), OWN);
	world_wait(&w, 100001);
	ck_assert_uint_eq(closed(&w, CALL), 0);
}
END_TEST

START_TEST(a_call_may_be_answered_with_another_peer_id)
{
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	in(8, PEER + 1, OWN, 1);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_DROP_NO_SESSION);
}
END_TEST

/* The clock at its edges. */
static const vpnalg_time edges[] = { 0, 1, 0xffffffffU, 0x100000000U,
				     VPNALG_NEVER / 2, VPNALG_NEVER - 100000,
				     VPNALG_NEVER - 1, VPNALG_NEVER };

START_TEST(a_call_lives_at_every_edge_of_the_clock)
{
	struct world_options options = { .now = edges[_i],
					 .from_zero = true };

	world_end(&w);
	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	out(7, OWN, 1, 0);
	in(8, PEER, OWN, 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	w.now = 0; /* it never runs back */
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
	ck_assert_uint_eq(closed(&w, CALL), 0);
	if (edges[_i] < VPNALG_NEVER / 2) {
		w.now = edges[_i];
		return;
	}
	/* No session ends at the end of time: begin anew. */
	world_forget(&w);
	begin();
}
END_TEST

/* Two hosts have the same Call ID, and the second has two connections. What the
 * server names on one of them is no call of the other's. */
START_TEST(an_id_of_another_connections_call_passes_as_it_is)
{
	struct connection b = { 0 }, other = { 0 };
	uint16_t outside;

	out(7, OWN, 1, 0);
	start_control(&w, &b, CLIENT_B, 4000, SERVER);
	start_control(&w, &other, CLIENT_B, 4001, SERVER);
	client_says(&w, &b, 7, OWN, 1, 0);
	outside = get16(payload(&w) + 12);
	ck_assert_uint_ne(outside, OWN);
	server_says(&w, &other, 8, PEER, outside, 1);
	ck_assert_uint_eq(get16(payload(&w) + 14), outside);
	server_says(&w, &b, 8, PEER, outside, 1);
	ck_assert_uint_eq(get16(payload(&w) + 14), OWN);
	/* An ID of no call at all. */
	server_says(&w, &b, 8, PEER, 0x7777, 1);
	ck_assert_uint_eq(get16(payload(&w) + 14), 0x7777);
}
END_TEST

Suite *call_suite(void)
{
	Suite *suite = suite_create("pptp_call");
	TCase *t = tcase_create("calls");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_pns_inside_calls_out);
	tcase_add_test(t, a_pac_outside_calls_in);
	tcase_add_test(t, a_pns_outside_is_called_by_a_pac_inside);
	tcase_add_test(t, a_pns_outside_calls_a_pac_inside);
	tcase_add_test(t, gre_may_come_before_the_reply);
	tcase_add_test(t, many_calls_on_one_connection);
	tcase_add_test(
		t,
		a_lingering_call_moves_to_a_new_connection_with_its_outside_id);
	tcase_add_test(
		t,
		a_new_connection_on_the_same_ports_is_not_the_parent_of_old_calls);
	tcase_add_test(t,
		       a_call_begun_again_elsewhere_is_another_one_outside);
	tcase_add_test(t,
		       a_late_answer_to_a_replaced_call_is_not_about_the_new_one);
	tcase_add_test(t, a_disconnected_peer_id_is_not_mistaken_for_our_own);
	tcase_add_test(t, a_call_may_be_answered_with_another_peer_id);
	tcase_add_test(t, an_id_of_another_connections_call_passes_as_it_is);
	tcase_add_loop_test(t, a_call_lives_at_every_edge_of_the_clock, 0,
			    sizeof(edges) / sizeof(edges[0]));
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, pptp_call_id_case());
	suite_add_tcase(suite, pptp_peer_id_case());
	suite_add_tcase(suite, pptp_call_end_case());
	suite_add_tcase(suite, pptp_call_fail_case());
	return suite;
}

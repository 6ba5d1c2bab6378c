/* SPDX-License-Identifier: BSD-2-Clause */
/* Lessons of other translators: calls of PPTP that end, fail or are forged. */
#include "lessons.h"

START_TEST(lesson_11_call_clear_request_is_translated)
{
	struct bytes m = message(12, OWN, 0, 0);
	uint16_t id = call_out(&w, &c, OWN, PEER);

	out(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 12), id);
}
END_TEST

START_TEST(lesson_12_a_repeated_reply_shows_the_inside_id_and_refusal_frees)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(8, PEER, id, 1);

	server_segment(&w, &c, c.server_seq - 32, ACK, m.data, m.length);
	ck_assert_uint_eq(get16(payload(&w) + 14), OWN);
	m = message(8, PEER, id, 1);
	in(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 14), OWN);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	m = message(8, PEER, id, 2);
	in(&c, &m);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	world_wait(&w, 100001);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

START_TEST(lesson_13_a_loss_does_not_stall_the_connection)
{
	struct bytes a = message(5, 1, 1, 0), b = message(7, OWN, 1, 0);

	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq + 16, ACK,
					 b.data, b.length),
			  VPNALG_DROP_WINDOW);
	out(&c, &a);
	out(&c, &b);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	/* A Length that has not come yet is not read. */
	client_sends(&w, &c, b.data, 1);
	client_sends(&w, &c, b.data + 1, 167);
	ck_assert_uint_ne(get16(payload(&w) + 11), OWN);
}
END_TEST

START_TEST(lesson_19_a_quiet_session_does_not_expire_at_birth)
{
	world_end(&w);
	begin();
	w.now = 1000000000000;
	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	call_out(&w, &d, OWN, PEER);
	world_wait(&w, 7000000);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_B, SERVER, PEER),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(lesson_20_a_magic_cookie_in_a_web_page_drives_nothing)
{
	struct bytes page = { .length = 4 }, m = message(7, OWN, 1, 0);

	memcpy(page.data, "GET ", 4);
	connect_to(&w, &d, CLIENT_B, 4000, SERVER);
	out(&d, &page);
	out(&d, &m);
	ck_assert(memcmp(payload(&w), m.data, m.length) == 0);
	ck_assert_uint_eq(opened(&w, CALL), 0);
}
END_TEST

/* Whatever fails, what was taken is given back. */
START_TEST(lesson_22_a_failure_leaks_no_id)
{
	struct bytes p = tcp_packet(CLIENT_B, 4000, SERVER, PPTP, 1, 0, SYN,
				    NULL, 0);
	long records = w.records, bindings = w.bindings;

	w.fail_in = _i;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_STORE);
	ck_assert_int_eq(w.records, records);
	ck_assert_int_eq(w.bindings, bindings);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(lesson_23_icmp_errors_reach_whom_they_concern)
{
	struct bytes quoted, p;

	call_out(&w, &c, OWN, PEER);
	quoted = gre_packet(OUTSIDE, SERVER, PEER, 1);
	p = icmp_error(STRANGER, OUTSIDE, 3, &quoted, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	quoted = gre_packet(SERVER, CLIENT_A, OWN, 1);
	p = icmp_error(CLIENT_A, SERVER, 3, &quoted, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
}
END_TEST

START_TEST(lesson_24_the_router_does_not_answer_for_an_inside_host)
{
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, 9),
			  VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER_2, OUTSIDE, 9),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* 2^30 bytes behind, or ahead, changes nothing. */
START_TEST(lesson_25_only_a_segment_in_the_window_moves_state)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(8, PEER + 1, id, 1);
	struct bytes stop = message(3, 0, 0, 0);

	server_segment(&w, &c, c.server_seq - 0x40000000, ACK, m.data,
		       m.length);
	ck_assert_uint_eq(server_segment(&w, &c, c.server_seq + 0x40000000,
					 ACK, m.data, m.length),
			  VPNALG_DROP_WINDOW);
	server_segment(&w, &c, c.server_seq - 0x40000000, ACK, stop.data,
		       stop.length);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, PEER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, PEER + 1),
			  VPNALG_DROP_NO_SESSION);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	world_wait(&w, 300000);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
}
END_TEST

TCase *call_lessons_case(void)
{
	TCase *t = tcase_create("call lessons");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, lesson_11_call_clear_request_is_translated);
	tcase_add_test(
		t,
		lesson_12_a_repeated_reply_shows_the_inside_id_and_refusal_frees);
	tcase_add_test(t, lesson_13_a_loss_does_not_stall_the_connection);
	tcase_add_test(t, lesson_19_a_quiet_session_does_not_expire_at_birth);
	tcase_add_test(t,
		       lesson_20_a_magic_cookie_in_a_web_page_drives_nothing);
	/* A record, two keys, the guard's record and key; here the guard is
	 * there already. */
	tcase_add_loop_test(t, lesson_22_a_failure_leaks_no_id, 1, 4);
	tcase_add_test(t, lesson_23_icmp_errors_reach_whom_they_concern);
	tcase_add_test(t,
		       lesson_24_the_router_does_not_answer_for_an_inside_host);
	tcase_add_test(t, lesson_25_only_a_segment_in_the_window_moves_state);
	return t;
}

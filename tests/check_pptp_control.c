/* SPDX-License-Identifier: BSD-2-Clause */
/* The control connection as TCP: its beginning, its window, its end. */
#include "pptp_control.h"

/* Only a SYN from inside opens. */
static const struct {
	uint8_t flags;
	unsigned result;
} opening_rows[] = {
	{ SYN, VPNALG_TRANSLATED },
	{ SYN | ACK, VPNALG_DROP_NO_CONNECTION },
	{ ACK, VPNALG_DROP_NO_CONNECTION },
	{ ACK | PSH, VPNALG_DROP_NO_CONNECTION },
	{ FIN | ACK, VPNALG_DROP_NO_CONNECTION },
	{ RST, VPNALG_DROP_NO_CONNECTION },
	{ 0, VPNALG_DROP_NO_CONNECTION },
	{ SYN | FIN, VPNALG_DROP_MALFORMED },
	{ SYN | RST, VPNALG_DROP_MALFORMED },
};

START_TEST(only_a_syn_from_inside_opens)
{
	ck_assert_uint_eq(client_tcp(opening_rows[_i].flags),
			  opening_rows[_i].result);
	ck_assert_uint_eq(opened(&w, CONTROL), _i == 0);
}
END_TEST

START_TEST(nothing_from_outside_opens)
{
	struct bytes p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 1, 0, SYN,
				    NULL, 0);

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = tcp_packet(SERVER, 5000, OUTSIDE, PPTP, 1, 0, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(other_ports_are_not_ours)
{
	struct bytes p = tcp_packet(CLIENT_A, 4000, SERVER, 80, 1, 0, SYN,
				    NULL, 0);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = tcp_packet(CLIENT_A, PPTP, SERVER, 80, 1, 0, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
}
END_TEST

START_TEST(another_port_of_the_remote_does_not_reach_the_router)
{
	struct bytes p;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	p = tcp_packet(SERVER, 1724, OUTSIDE, 4000, 1, 1, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_PORT_HELD);
	/* Its ports say so; without them the remote is guarded. */
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, 24),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, 23),
			  VPNALG_UNTOUCHED);
	p = tcp_packet(STRANGER, PPTP, OUTSIDE, 4000, 1, 1, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4001, 1, 1, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* A header that lies about its length. */
START_TEST(a_tcp_header_longer_than_the_packet_is_malformed)
{
	struct bytes p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, 1, 0, SYN,
				    NULL, 0);

	p.data[32] = 0x40;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_MALFORMED);
	p.data[32] = 0x60;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_MALFORMED);
}
END_TEST

START_TEST(a_retransmitted_syn_is_the_same_connection)
{
	ck_assert_uint_eq(client_tcp(SYN), VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_tcp(SYN), VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CONTROL), 1);
}
END_TEST

/* A client that starts anew before it was answered. */
START_TEST(an_unanswered_syn_may_be_replaced)
{
	struct bytes m = message(1, 0, 0, 0);

	ck_assert_uint_eq(client_tcp(SYN), VPNALG_TRANSLATED);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(opened(&w, CONTROL), 1);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_syn_in_an_established_connection_moves_nothing)
{
	struct bytes m = message(5, 0, 0, 0);

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	call_out(&w, &c, 1, 2);
	ck_assert_uint_eq(client_segment(&w, &c, 77, SYN, NULL, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq + 1, ACK, "x", 1),
			  VPNALG_DROP_WINDOW);
}
END_TEST

/* RFC 9293 3.10: a SYN-ACK that acknowledges another SYN is not believed. */
START_TEST(a_forged_syn_ack_sets_no_cursor)
{
	struct bytes m = message(2, 0, 0, 0);
	struct bytes p;

	ck_assert_uint_eq(client_tcp(SYN), VPNALG_TRANSLATED);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 900, 77, SYN | ACK, NULL,
		       0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 901, 2, ACK, m.data,
		       m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_WINDOW);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 5000, 2, SYN | ACK, NULL,
		       0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 5001, 2, ACK, m.data,
		       m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}
END_TEST

/* Timeouts: RFC 5382 REQ-5. */
START_TEST(an_opening_connection_lives_four_minutes)
{
	client_tcp(SYN);
	world_wait(&w, 239999);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

/* It is the client's acknowledgment that establishes it. */
START_TEST(a_connection_that_the_client_does_not_acknowledge_is_opening)
{
	struct bytes syn = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, 99, 0, SYN,
				      NULL, 0);
	struct bytes answer = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 199, 100,
					 SYN | ACK, NULL, 0);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &syn),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &answer),
			  VPNALG_TRANSLATED);
	w.now += 1000;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &syn),
			  VPNALG_TRANSLATED);
	world_wait(&w, 240000);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

START_TEST(an_established_connection_lives_two_hours_and_four_minutes)
{
	connect_to(&w, &c, CLIENT_A, 4000, SERVER);
	world_wait(&w, 7439999);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	ck_assert_uint_eq(server_segment(&w, &c, c.server_seq, ACK, NULL, 0),
			  VPNALG_TRANSLATED);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

START_TEST(a_packet_from_the_client_keeps_a_connection)
{
	connect_to(&w, &c, CLIENT_A, 4000, SERVER);
	world_wait(&w, 7439999);
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, ACK, NULL, 0),
			  VPNALG_TRANSLATED);
	world_wait(&w, 7439999);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
}
END_TEST

/* Offload: the field holds the sum of the pseudo header. */
START_TEST(a_partial_checksum_stays_partial)
{
	struct bytes p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, 1, 0, SYN,
				    NULL, 0);
	struct vpnalg_packet packet = { .data = p.data, .caplen = p.length,
					.len = p.length,
					.checksum = VPNALG_CHECKSUM_PARTIAL };
	uint32_t sum = 0xcb00 + 0x7101 + 0xc633 + 0x6401 + 6 + 20;

	put16(p.data + 36, (0xc0a8 + 0x4d0b + 0xc633 + 0x6401 + 6 + 20) %
				   0xffff);
	vpnalg_process(w.alg, &packet, 1, w.now);
	ck_assert_uint_eq(packet.result, VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(p.data + 36), sum % 0xffff);
}
END_TEST

Suite *control_suite(void)
{
	Suite *suite = suite_create("pptp_control");
	TCase *t = tcase_create("tcp");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, only_a_syn_from_inside_opens, 0,
			    sizeof(opening_rows) / sizeof(opening_rows[0]));
	tcase_add_test(t, nothing_from_outside_opens);
	tcase_add_test(t, other_ports_are_not_ours);
	tcase_add_test(t, another_port_of_the_remote_does_not_reach_the_router);
	tcase_add_test(t, a_tcp_header_longer_than_the_packet_is_malformed);
	tcase_add_test(t, a_retransmitted_syn_is_the_same_connection);
	tcase_add_test(t, an_unanswered_syn_may_be_replaced);
	tcase_add_test(t, a_syn_in_an_established_connection_moves_nothing);
	tcase_add_test(t, a_forged_syn_ack_sets_no_cursor);
	tcase_add_test(t, an_opening_connection_lives_four_minutes);
	tcase_add_test(
		t,
		a_connection_that_the_client_does_not_acknowledge_is_opening);
	tcase_add_test(
		t, an_established_connection_lives_two_hours_and_four_minutes);
	tcase_add_test(t, a_packet_from_the_client_keeps_a_connection);
	tcase_add_test(t, a_partial_checksum_stays_partial);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, control_end_case());
	suite_add_tcase(suite, control_call_case());
	return suite;
}

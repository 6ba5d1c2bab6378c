/* SPDX-License-Identifier: BSD-2-Clause */
/* The control connection as TCP: its beginning, its window, its end. */
#include "pptp_talk.h"

#include <string.h>

static struct connection d;

static void begin(void)
{
	world_begin(&w, NULL);
}

static unsigned client_tcp(uint8_t flags)
{
	struct bytes p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, 1, 0, flags,
				    NULL, 0);

	return send_packet(&w, VPNALG_OUT, &p);
}

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

/* The end. Each row is a story; the last column says whether the connection is
 * still there after the linger. */
enum act {
	A_FIN_OUT, A_FIN_IN, A_RST_OUT, A_RST_IN, A_BAD_RST_IN, A_STOP_IN,
	A_STOP_REPLY_OUT, A_DATA_OUT, A_OLD_DATA_OUT, A_OLD_BYTE_OUT, A_ACK_OUT,
	A_CLEAR_OUT,
	A_DATA_IN, A_WAIT, A_END
};

static const struct {
	const char *story;
	enum act acts[6];
	bool lives;
} end_rows[] = {
	{ "FIN both ways is final",
	  { A_FIN_OUT, A_FIN_IN, A_WAIT, A_OLD_DATA_OUT, A_END }, false },
	{ "so it is the other way round",
	  { A_FIN_IN, A_FIN_OUT, A_WAIT, A_OLD_DATA_OUT, A_END }, false },
	{ "a FIN from outside ends", { A_FIN_IN, A_END }, false },
	{ "and its acknowledgment lets it", { A_FIN_IN, A_WAIT, A_ACK_OUT,
					      A_END }, false },
	{ "data from inside takes it back",
	  { A_FIN_IN, A_WAIT, A_DATA_OUT, A_END }, true },
	{ "but not within the first seconds",
	  { A_FIN_IN, A_DATA_OUT, A_END }, false },
	{ "a RST from outside ends", { A_RST_IN, A_END }, false },
	{ "data takes it back", { A_RST_IN, A_WAIT, A_DATA_OUT, A_END },
	  true },
	{ "a retransmission too", { A_RST_IN, A_WAIT, A_OLD_DATA_OUT, A_END },
	  true },
	{ "one byte of it will do",
	  { A_RST_IN, A_WAIT, A_OLD_BYTE_OUT, A_END }, true },
	{ "an acknowledgment does not", { A_RST_IN, A_WAIT, A_ACK_OUT, A_END },
	  false },
	{ "nor does what comes from outside",
	  { A_RST_IN, A_WAIT, A_DATA_IN, A_END }, false },
	{ "a RST not at the cursor is nothing", { A_BAD_RST_IN, A_END },
	  true },
	{ "a RST from inside is final",
	  { A_RST_OUT, A_WAIT, A_OLD_DATA_OUT, A_END }, false },
	{ "Stop-Control-Connection-Request from outside ends",
	  { A_STOP_IN, A_END }, false },
	{ "its reply lets it", { A_STOP_IN, A_WAIT, A_STOP_REPLY_OUT, A_END },
	  false },
	{ "Call-Clear-Request lets it",
	  { A_STOP_IN, A_WAIT, A_CLEAR_OUT, A_END }, false },
	{ "an Echo-Request takes it back",
	  { A_STOP_IN, A_WAIT, A_DATA_OUT, A_END }, true },
	{ "nothing happened", { A_END }, true },
};

static void act(enum act what)
{
	static const uint8_t types[] = { [A_STOP_IN] = 3,
					 [A_STOP_REPLY_OUT] = 4,
					 [A_DATA_OUT] = 5,
					 [A_OLD_DATA_OUT] = 5,
					 [A_CLEAR_OUT] = 12,
					 [A_DATA_IN] = 5,
					 [A_WAIT] = 0 };
	struct bytes m = message(what < A_WAIT && types[what] ? types[what]
							      : 5,
				 1, 0, 0);

	switch (what) {
	case A_FIN_OUT:
		client_segment(&w, &c, c.client_seq++, FIN | ACK, NULL, 0);
		break;
	case A_FIN_IN:
		server_segment(&w, &c, c.server_seq++, FIN | ACK, NULL, 0);
		break;
	case A_RST_OUT:
		client_segment(&w, &c, c.client_seq, RST, NULL, 0);
		break;
	case A_RST_IN:
		server_segment(&w, &c, c.server_seq, RST, NULL, 0);
		break;
	case A_BAD_RST_IN:
		server_segment(&w, &c, c.server_seq + 1, RST, NULL, 0);
		break;
	case A_STOP_IN:
	case A_DATA_IN:
		server_sends(&w, &c, m.data, m.length);
		break;
	case A_STOP_REPLY_OUT:
	case A_DATA_OUT:
	case A_CLEAR_OUT:
		client_sends(&w, &c, m.data, m.length);
		break;
	case A_OLD_DATA_OUT:
		client_segment(&w, &c, c.client_seq - 16, ACK, m.data, 16);
		break;
	case A_OLD_BYTE_OUT:
		client_segment(&w, &c, c.client_seq - 1, ACK, m.data + 15, 1);
		break;
	case A_ACK_OUT:
		client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
		break;
	case A_WAIT:
		world_wait(&w, 3001);
		break;
	case A_END:
		break;
	}
}

START_TEST(a_connection_ends)
{
	const enum act *acts = end_rows[_i].acts;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	act(A_DATA_OUT);
	while (*acts != A_END)
		act(*acts++);
	world_wait(&w, 240001);
	ck_assert_msg((closed(&w, CONTROL) == 0) == end_rows[_i].lives, "%s",
		      end_rows[_i].story);
}
END_TEST

START_TEST(an_ended_connection_may_begin_again_on_its_ports)
{
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	act(A_FIN_OUT);
	act(A_FIN_IN);
	world_wait(&w, 10);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	call_out(&w, &c, 3, 4);
	world_wait(&w, 240001);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	ck_assert_uint_eq(opened(&w, CONTROL), 1);
}
END_TEST

START_TEST(a_refused_connection_ends)
{
	struct bytes p;

	client_tcp(SYN);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 0, 2, RST | ACK, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, 500, 0, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 900, 501, SYN | ACK, NULL,
		       0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, 901, 501, ACK, "x", 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
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

/* With calls. */

static void begin_calls(void)
{
	struct world_options options = { .choosing = CHOOSE_DIFFERENT };

	world_begin(&w, &options);
	c = d = (struct connection){ 0 };
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

/* The new SYN may be another connection's, and its answer forged. */
START_TEST(a_wrong_answer_to_a_new_syn_moves_nothing)
{
	static const struct {
		uint8_t flags;
		uint32_t ack; /* the new SYN has number 77 */
	} rows[] = { { SYN | ACK, 77 }, { SYN | ACK, 79 },
		     { SYN | ACK, 5001 }, { SYN, 78 }, { SYN | ACK, 0 } };
	struct bytes p;

	call_out(&w, &c, OWN, PEER);
	client_segment(&w, &c, 77, SYN, NULL, 0);
	p = tcp_packet(SERVER, PPTP, OUTSIDE, c.outside_port, 99999,
		       rows[_i].ack, rows[_i].flags, NULL, 0);
	send_packet(&w, VPNALG_IN, &p);
	in(5, 1, 1, 0);
	out(6, 1, 1, 1);
	in(14, get16(payload(&w) + 12), 0, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, PEER),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_replaced_syn_has_its_own_four_minutes)
{
	client_segment(&w, &c, c.client_seq, RST, NULL, 0);
	world_wait(&w, 300000);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
	client_segment(&w, &c, 1, SYN, NULL, 0);
	world_wait(&w, 200000);
	client_segment(&w, &c, 777, SYN, NULL, 0);
	world_wait(&w, 239999);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 2);
}
END_TEST

/* Each gap is small enough, all together they are not. */
START_TEST(gaps_may_add_up_where_nothing_is_read)
{
	char text[100];
	int i;

	memset(text, 'x', sizeof(text));
	connect_to(&w, &d, CLIENT_B, 4000, SERVER);
	client_sends(&w, &d, text, sizeof(text));
	for (i = 0; i < 5; i++) {
		d.client_seq += 60000;
		ck_assert_uint_eq(client_segment(&w, &d, d.client_seq, ACK,
						 text, sizeof(text)),
				  VPNALG_TRANSLATED);
	}
}
END_TEST

START_TEST(a_connection_that_begins_again_has_the_flags_it_had)
{
	uint8_t flags = inside_record(&w, CLIENT_A, TCP, 4000, PPTP)->flags;

	client_segment(&w, &c, c.client_seq, RST, NULL, 0);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(opened(&w, CONTROL), 1);
	ck_assert_uint_eq(inside_record(&w, CLIENT_A, TCP, 4000, PPTP)->flags,
			  flags);
}
END_TEST

/* A forged FIN is taken back while an ID is not acknowledged: it is remembered
 * as before, and there is no place for a third. */
START_TEST(an_end_taken_back_acknowledges_nothing)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(14, id, 0, 0), echo = message(5, 1, 1, 0);

	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	world_wait(&w, 3001);
	c.server_seq -= 32; /* the client has not seen the reply */
	client_sends(&w, &c, echo.data, echo.length);
	c.server_seq += 32;
	in(14, id, 0, 0);
	ck_assert_uint_eq(payload_length(&w), m.length);
	ck_assert_uint_eq(server_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), 12);
}
END_TEST

START_TEST(nothing_beyond_the_stream_is_acknowledged_after_a_forged_fin)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(14, id, 0, 0);

	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	c.server_seq++;
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	c.server_seq--;
	world_wait(&w, 60000);
	out(5, 1, 1, 0);
	c.server_seq += 5000;
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	c.server_seq -= 5000;
	in(14, id, 0, 0);
	in(14, id, 0, 0);
	ck_assert_uint_eq(server_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), 12);
}
END_TEST

/* It is no part of the stream, though it stands where an ID was. */
START_TEST(the_text_of_a_reset_stays_as_it_is)
{
	struct bytes m = message(7, OWN, 0, 0);

	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(w.bytes + 40 + 12), OWN);
	client_segment(&w, &c, c.client_seq - m.length + 12, RST, "no", 2);
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	ck_assert_mem_eq(w.bytes + 40, "no", 2);
}
END_TEST

static TCase *with_calls(void)
{
	TCase *t = tcase_create("tcp with calls");

	tcase_add_checked_fixture(t, begin_calls, end);
	tcase_add_loop_test(t, a_wrong_answer_to_a_new_syn_moves_nothing, 0, 5);
	tcase_add_test(t, a_replaced_syn_has_its_own_four_minutes);
	tcase_add_test(t, gaps_may_add_up_where_nothing_is_read);
	tcase_add_test(t, a_connection_that_begins_again_has_the_flags_it_had);
	tcase_add_test(t, an_end_taken_back_acknowledges_nothing);
	tcase_add_test(
		t,
		nothing_beyond_the_stream_is_acknowledged_after_a_forged_fin);
	tcase_add_test(t, the_text_of_a_reset_stays_as_it_is);
	return t;
}

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
	tcase_add_loop_test(t, a_connection_ends, 0,
			    sizeof(end_rows) / sizeof(end_rows[0]));
	tcase_add_test(t, an_ended_connection_may_begin_again_on_its_ports);
	tcase_add_test(t, a_refused_connection_ends);
	tcase_add_test(t, a_partial_checksum_stays_partial);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, with_calls());
	return suite;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP control connections with calls. */
#include "pptp_control.h"

static struct connection d;

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

TCase *control_call_case(void)
{
	TCase *t = tcase_create("control with calls");

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

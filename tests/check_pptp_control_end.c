/* SPDX-License-Identifier: BSD-2-Clause */
/* The ends of PPTP control connections, and connections that begin anew. */
#include "pptp_control.h"

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

TCase *control_end_case(void)
{
	TCase *t = tcase_create("ends of control");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_connection_ends, 0,
			    sizeof(end_rows) / sizeof(end_rows[0]));
	tcase_add_test(t, an_ended_connection_may_begin_again_on_its_ports);
	tcase_add_test(t, a_refused_connection_ends);
	return t;
}

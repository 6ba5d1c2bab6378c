/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections of general traffic: how they begin. */
#include "general_tcp.h"

/* RFC 5382 REQ-2: an inside host that listens on a mapped port is reached, and
 * its answer opens the session. */
START_TEST(rfc5382_req2_a_syn_from_outside_is_answered)
{
	out(SYN, 0);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, STRANGER, 999,
				  SYN | ACK, 0), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 40000);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, ACK, 5),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, STRANGER, 999, ACK, 5),
			  VPNALG_TRANSLATED);
	world_wait(&w, TRANSITORY);
	ck_assert_uint_eq(closed(&w, G_TCP), 1); /* that with SERVER */
	check_lives(ESTABLISHED - TRANSITORY);
}
END_TEST

/* RFC 5382 REQ-4: what is not answered by the inside host, is by nobody. */
START_TEST(rfc5382_req4_an_unsolicited_syn_is_not_answered)
{
	world_forget(&w);
	general_world(&w, (struct world_options){ .general.filtering = 2 });
	out(SYN, 0);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, SYN, 0),
			  VPNALG_DROP_FILTERED);
	/* And when the inside host opens it too, it is open. */
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, STRANGER, 999, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, SYN, 0),
			  VPNALG_TRANSLATED);
}
END_TEST

/* Without a connection nothing but a SYN goes out. */
static const struct begin_row {
	uint8_t flags;
	unsigned alone, mapped;
} begin_rows[] = {
	{ SYN, VPNALG_TRANSLATED, VPNALG_TRANSLATED },
	{ SYN | PSH, VPNALG_TRANSLATED, VPNALG_TRANSLATED },
	{ SYN | ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_TRANSLATED },
	{ ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ FIN | ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ RST, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ RST | ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ 0, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ SYN | FIN, VPNALG_DROP_MALFORMED, VPNALG_DROP_MALFORMED },
	{ SYN | RST, VPNALG_DROP_MALFORMED, VPNALG_DROP_MALFORMED },
};

START_TEST(a_connection_begins_with_a_syn)
{
	const struct begin_row *row = &begin_rows[_i];

	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, row->flags,
				  0), row->alone);
	ck_assert_uint_eq(opened(&w, G_TCP),
			  row->alone == VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_MAPPING), opened(&w, G_TCP));
	tcp_out(&w, CLIENT_A, 40000, SERVER, 81, SYN, 0);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 82, row->flags,
				  0), row->mapped);
}
END_TEST

/* RFC 9293 3.1: the header is at least 20 bytes, and within the segment. */
START_TEST(a_header_length_must_fit)
{
	struct bytes p = tcp_packet(CLIENT_A, 40000, SERVER, 80, 1, 0, SYN,
				    "abcd", 4);
	unsigned words;

	for (words = 0; words < 16; words++) {
		p.data[32] = (uint8_t)(words << 4);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  words == 5 || words == 6
					  ? VPNALG_TRANSLATED
					  : VPNALG_DROP_MALFORMED);
	}
}
END_TEST

TCase *general_tcp_begin_case(void)
{
	TCase *t = tcase_create("TCP begins");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, rfc5382_req2_a_syn_from_outside_is_answered);
	tcase_add_test(t, rfc5382_req4_an_unsolicited_syn_is_not_answered);
	tcase_add_loop_test(t, a_connection_begins_with_a_syn, 0,
			    ROWS(begin_rows));
	tcase_add_test(t, a_header_length_must_fit);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Forged answers of L2TP servers, and sessions without messages. */
#include "l2tp_owner.h"

/* Over IP, without messages. */

static struct tunnel unmanaged(void)
{
	struct tunnel t = carriers[6];

	t.client = CLIENT_A;
	t.outside = OUTSIDE;
	t.outside_session = t.session;
	tunnel_carries(&w, &t, 1);
	return t;
}

START_TEST(one_packet_takes_no_unmanaged_session_from_another_host)
{
	struct tunnel a = unmanaged(), b = a;
	struct bytes m = data_to(&b);

	b.client = CLIENT_B;
	ck_assert_uint_ne(tunnel_says(&w, &b, &m), VPNALG_TRANSLATED);
	b.peer_session = 4711; /* which is nobody's */
	m = data_to(&b);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_DROP_AMBIGUOUS);
	tunnel_carries(&w, &a, 2);
	w.now += 59999;
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_DROP_AMBIGUOUS);
	tunnel_carries(&w, &a, 3);
}
END_TEST

START_TEST(unmanaged_sessions_move_after_a_minute_of_silence)
{
	struct tunnel a = unmanaged(), b = a;

	b.client = CLIENT_B;
	b.peer_session = 4711;
	w.now += 60000;
	tunnel_carries(&w, &b, 2);
	ck_assert_uint_eq(client_tells(&w, &a, HELLO), VPNALG_DROP_AMBIGUOUS);
}
END_TEST

/* UDP from port 0, which is none, beside L2TP over IP, which has none. */
START_TEST(port_0_is_not_that_of_l2tp_over_ip)
{
	struct tunnel a = begun(6, 0), b = carriers[6];
	struct bytes m = l2tp_control(3, a.peer, 1, HELLO);
	struct bytes p = udp_packet(CLIENT_B, 0, SERVER, L2TP, m.data,
				    m.length);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	b.client = CLIENT_B;
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_DROP_NO_SESSION);
}
END_TEST

/* Forged, from outside. */

static const struct {
	const char *what;
	unsigned type;
	uint32_t id;
	uint16_t ns;
} forged_rows[] = {
	{ "SCCRP to any Tunnel ID", SCCRP, 0x4242, 0 },
	{ "SCCRP to tunnel 0", SCCRP, 0, 0 },
	{ "SCCRP that is not the first message", SCCRP, 7, 1 },
	{ "StopCCN to any Tunnel ID", STOPCCN, 0x4242, 0 },
	{ "HELLO", HELLO, 7, 1 },
};

START_TEST(an_answer_to_no_request_shows_nothing_of_the_server)
{
	struct tunnel a = carriers[2], forger;
	struct bytes m = l2tp_control(2, forged_rows[_i].id,
				      forged_rows[_i].ns, forged_rows[_i].type);

	a.client = CLIENT_A;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	l2tp_avp(&m, 9, 2, 999);
	forger = a;
	forger.fixed_port = false;
	tunnel_hears(&w, &forger, &m);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_DROP_AMBIGUOUS);
	tunnel_begin(&w, &a);
	ck_assert_uint_eq(a.outside_port, L2TP);
	tunnel_carries(&w, &a, 1);
}
END_TEST

/* Nor is the host itself believed, who may lie to the harm of others. */
START_TEST(a_host_that_was_not_answered_says_nothing_of_the_server)
{
	struct tunnel a = carriers[2], b = begun(2, 1);

	world_end(&w);
	begin();
	a.client = CLIENT_A;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &a), VPNALG_TRANSLATED);
	w.now += 3000;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	tunnel_is_answered(&w, &b);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, L2TP);
}
END_TEST

/* The ID is guessed, but the right answer gets in, too. */
START_TEST(a_forged_answer_takes_no_ones_place)
{
	struct tunnel a = carriers[_i], forger;

	a.client = CLIENT_A;
	tunnel_requests(&w, &a);
	if (a.fixed_port && a.port != L2TP) {
		tunnel_is_answered(&w, &a);
		tunnel_requests(&w, &a);
	}
	forger = a;
	forger.peer = 999;
	ck_assert_uint_eq(tunnel_is_answered(&w, &forger), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &a), VPNALG_TRANSLATED);
	if (a.version == 3)
		tunnel_calls(&w, &a);
	tunnel_carries(&w, &a, 1);
}
END_TEST

START_TEST(a_forged_end_of_another_tunnel_ends_nothing)
{
	struct tunnel a = begun(0, 0), forger = a;

	forger.outside_own = 4711;
	server_tells(&w, &forger, STOPCCN);
	w.now += 299999;
	ck_assert_uint_eq(server_tells(&w, &a, HELLO), VPNALG_TRANSLATED);
}
END_TEST

TCase *l2tp_forged_case(void)
{
	TCase *t = tcase_create("forged L2TP");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t,
		       one_packet_takes_no_unmanaged_session_from_another_host);
	tcase_add_test(t, unmanaged_sessions_move_after_a_minute_of_silence);
	tcase_add_test(t, port_0_is_not_that_of_l2tp_over_ip);
	tcase_add_loop_test(t,
			    an_answer_to_no_request_shows_nothing_of_the_server,
			    0, ROWS(forged_rows));
	tcase_add_test(t,
		       a_host_that_was_not_answered_says_nothing_of_the_server);
	tcase_add_loop_test(t, a_forged_answer_takes_no_ones_place, 0, 7);
	tcase_add_test(t, a_forged_end_of_another_tunnel_ends_nothing);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP version 3 (RFC 3931), over IP protocol 115 and over UDP. */
#include "l2tp_v3.h"

/* Over IP, over UDP to a server that fixed_port, and by ports alone. */
START_TEST(ten_clients_of_equal_ids_are_distinguished)
{
	struct tunnel t[10];
	unsigned i, j;

	for (i = 0; i < 10; i++) {
		t[i] = a_tunnel(i);
		t[i].port = _i > 0 ? L2TP : 0;
		t[i].fixed_port = _i == 1;
		begin_session(&t[i]);
		for (j = 0; j < i && _i < 2; j++) {
			ck_assert_uint_ne(t[i].outside_own, t[j].outside_own);
			ck_assert_uint_ne(t[i].outside_session,
					  t[j].outside_session);
		}
	}
	for (i = 0; i < 10; i++)
		tunnel_carries(&w, &t[i], 0x1000 + i);
	for (i = 0; i < 10; i++)
		ck_assert_uint_eq(server_tells(&w, &t[i], HELLO),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_SESSION), _i < 2 ? 10 : 1);
}
END_TEST

START_TEST(no_host_is_held_where_there_are_no_ports)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);

	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), b.client);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), a.client);
}
END_TEST

/* RFC 3931 4.7.3: such a client sends version 2 and names both IDs. */
START_TEST(a_client_may_fall_back_to_version_2)
{
	struct tunnel a = a_tunnel(0), b;
	struct bytes m;
	uint32_t id2, id3;

	a.port = L2TP;
	a.fixed_port = true;
	begin_session(&a);
	b = a_tunnel(1);
	b.port = L2TP;
	b.fixed_port = true;
	begin_session(&b); /* the server is known to have a fixed port */
	b.client = CLIENT_C;
	m = l2tp_control(2, 0, 0, SCCRQ);
	l2tp_avp(&m, 9, 2, 7);
	l2tp_avp(&m, 61, 4, a.own);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_TRANSLATED);
	id2 = get16(l2tp(&w) + 26);
	id3 = get32(l2tp(&w) + 34);
	ck_assert_uint_eq(id2, 7);
	ck_assert_uint_ne(id3, a.own);
	m = l2tp_control(_i == 0 ? 2 : 3, _i == 0 ? id2 : id3, 0, SCCRP);
	l2tp_avp(&m, _i == 0 ? 9 : 61, _i == 0 ? 2 : 4, 99);
	ck_assert_uint_eq(tunnel_hears(&w, &b, &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_C);
	m = l2tp_control(_i == 0 ? 2 : 3, 99, 1, SCCCN);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_TRANSLATED);
}
END_TEST

/* RFC 3931 4.3: whoever changes an authenticated message breaks it. */
START_TEST(a_message_with_a_digest_is_not_changed)
{
	struct tunnel t = a_tunnel(0), other = a_tunnel(1);

	t.digest = other.digest = true;
	begin_session(&t);
	ck_assert_uint_eq(t.outside_own, t.own);
	ck_assert_uint_eq(t.outside_session, t.session);
	ck_assert_uint_eq(tunnel_requests(&w, &other), VPNALG_DROP_AMBIGUOUS);
	other.own++;
	tunnel_begin(&w, &other);
	tunnel_carries(&w, &t, 1);
}
END_TEST

START_TEST(a_session_of_an_id_in_use_is_refused_under_a_digest)
{
	struct tunnel t = a_tunnel(0), other = a_tunnel(1);
	struct bytes m;

	t.digest = other.digest = true;
	begin_session(&t);
	other.own++;
	tunnel_begin(&w, &other);
	m = l2tp_control(3, other.peer, 2, ICRQ);
	l2tp_avp(&m, 59, 4, 1);
	l2tp_avp(&m, 63, 4, t.session);
	ck_assert_uint_eq(tunnel_says(&w, &other, &m), VPNALG_DROP_AMBIGUOUS);
	tunnel_carries(&w, &t, 1);
}
END_TEST

/* RFC 3931 6: which messages open a session, from whichever end it is asked
 * for. */
static const struct opens_row {
	unsigned type;
	bool opens;
} opens_rows[] = {
	{ ICRQ, true },	 { ICRP, true },  { OCRQ, true }, { OCRP, true },
	{ ICCN, false }, { OCCN, false }, { CDN, false }, { HELLO, false },
};

START_TEST(a_request_or_a_reply_opens_a_session)
{
	const struct opens_row *row = &opens_rows[_i];
	struct tunnel t = a_tunnel(0);
	struct bytes m;

	tunnel_begin(&w, &t);
	m = l2tp_control(3, t.peer, 2, row->type);
	l2tp_avp(&m, 63, 4, t.session);
	ck_assert_uint_eq(tunnel_says(&w, &t, &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_SESSION), row->opens);
	/* The ID 0 is none. */
	m = l2tp_control(3, t.peer, 3, row->type);
	l2tp_avp(&m, 63, 4, 0);
	ck_assert_uint_eq(tunnel_says(&w, &t, &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_SESSION), row->opens);
}
END_TEST

/* A tunnel whose ID was changed is authenticated too late. */
START_TEST(a_digest_in_a_tunnel_of_another_id_is_refused)
{
	struct tunnel t = a_tunnel(0), other = a_tunnel(1);

	begin_session(&t);
	begin_session(&other);
	ck_assert_uint_ne(other.outside_own, other.own);
	other.digest = true;
	ck_assert_uint_eq(server_tells(&w, &other, HELLO),
			  VPNALG_DROP_AMBIGUOUS);
}
END_TEST

/* Sessions that both ends were set up with by hand have no messages. */
START_TEST(one_host_may_have_sessions_without_a_tunnel)
{
	struct tunnel t = a_tunnel(0), other = a_tunnel(1);

	t.outside = OUTSIDE;
	t.outside_session = t.session;
	tunnel_carries(&w, &t, 1);
	begin_session(&other);
	tunnel_carries(&w, &other, 2);
	/* A packet for no tunnel is still the first host's. */
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), t.client);
	tunnel_carries(&w, &t, 3);
}
END_TEST

START_TEST(hidden_ids_are_learned_over_ip_too)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);

	a.hides = b.hides = true;
	b.own++;
	tunnel_begin(&w, &a);
	tunnel_begin(&w, &b);
	a.hides = b.hides = false;
	tunnel_calls(&w, &a);
	tunnel_calls(&w, &b);
	tunnel_carries(&w, &a, 1);
	tunnel_carries(&w, &b, 2);
}
END_TEST

START_TEST(a_packet_of_nobodys_over_ip_is_kept_from_the_router_while_in_use)
{
	struct tunnel t = a_tunnel(0);
	struct bytes m = l2tp_data3(false, 0x77, 1, 2), p;

	p = l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	begin_session(&t);
	begin_session(&(struct tunnel){ .client = CLIENT_B, .server = SERVER,
					.version = 3, .own = 1, .peer = 2,
					.session = 3, .peer_session = 4 });
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_GUARDED);
	p = l2tp_packet(SERVER_2, 0, OUTSIDE, 0, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* The answer names the remote's ID of a session: data may follow at once. */
START_TEST(data_may_follow_the_answer_to_a_call)
{
	struct tunnel t[2];
	struct bytes m;
	unsigned i;

	for (i = 0; i < 2; i++) {
		t[i] = (struct tunnel){ .client = CLIENT_A + i,
					.server = SERVER, .version = 3,
					.port = _i ? L2TP : 0, .own = 7,
					.fixed_port = true, .peer = 100 + i,
					.session = 70000,
					.peer_session = 80000 + i };
		tunnel_begin(&w, &t[i]);
		m = l2tp_control(3, t[i].peer, 2, ICRQ);
		l2tp_avp(&m, 63, 4, t[i].session);
		ck_assert_uint_eq(tunnel_says(&w, &t[i], &m),
				  VPNALG_TRANSLATED);
		t[i].outside_session = get32(l2tp(&w) + 26);
		m = l2tp_control(3, t[i].outside_own, 2, ICRP);
		l2tp_avp(&m, 63, 4, t[i].peer_session);
		l2tp_avp(&m, 64, 4, t[i].outside_session);
		ck_assert_uint_eq(tunnel_hears(&w, &t[i], &m),
				  VPNALG_TRANSLATED);
	}
	tunnel_carries(&w, &t[0], 1);
	tunnel_carries(&w, &t[1], 2);
}
END_TEST

/* The remote names another ID of the session: data to the one before is looked
 * up again (send_packet() undoes it). */
START_TEST(data_to_an_id_that_was_replaced_is_nobodys)
{
	struct tunnel t = a_tunnel(0), other = a_tunnel(1);
	struct bytes m, p;

	begin_session(&other); /* it has the rest */
	m = l2tp_data3(false, 0x99, 1, 2);
	p = l2tp_packet(other.client, 0, SERVER, 0, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	begin_session(&t);
	tunnel_carries(&w, &t, 1);
	m = l2tp_control(3, t.outside_own, 2, ICRQ);
	l2tp_avp(&m, 63, 4, t.peer_session ^ 0x5d000000);
	l2tp_avp(&m, 64, 4, t.outside_session);
	ck_assert_uint_eq(tunnel_hears(&w, &t, &m), VPNALG_TRANSLATED);
	m = l2tp_data3(false, t.peer_session, 1, 2);
	p = l2tp_packet(t.client, 0, SERVER, 0, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_AMBIGUOUS);
	t.peer_session ^= 0x5d000000;
	tunnel_carries(&w, &t, 2);
}
END_TEST

TCase *l2tp_v3_case(void)
{
	TCase *t = tcase_create("version 3");

	tcase_add_loop_test(t, a_request_or_a_reply_opens_a_session, 0,
			    ROWS(opens_rows));
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, ten_clients_of_equal_ids_are_distinguished, 0,
			    3);
	tcase_add_test(t, no_host_is_held_where_there_are_no_ports);
	tcase_add_test(t, data_to_an_id_that_was_replaced_is_nobodys);
	tcase_add_loop_test(t, a_client_may_fall_back_to_version_2, 0, 2);
	tcase_add_test(t, a_message_with_a_digest_is_not_changed);
	tcase_add_test(t,
		       a_session_of_an_id_in_use_is_refused_under_a_digest);
	tcase_add_test(t, a_digest_in_a_tunnel_of_another_id_is_refused);
	tcase_add_test(t, one_host_may_have_sessions_without_a_tunnel);
	tcase_add_test(t, hidden_ids_are_learned_over_ip_too);
	tcase_add_test(
		t,
		a_packet_of_nobodys_over_ip_is_kept_from_the_router_while_in_use);
	tcase_add_loop_test(t, data_may_follow_the_answer_to_a_call, 0, 2);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners of tunnels: no host sends into another's, and nobody outside who only
 * guesses takes the place of the requested one. */
#include "l2tp_owner.h"

#define KIND_CLAIM 6

/* All that another host may send into it. */
static void nothing_gets_in(struct tunnel *t, const struct tunnel *owner)
{
	static const unsigned types[] = { HELLO, SCCRP, SCCCN, STOPCCN, ICRQ,
					  CDN };
	uint32_t peer = t->peer, session = t->peer_session;
	struct bytes m;
	unsigned i;

	t->peer = owner->peer;
	t->peer_session = owner->peer_session;
	for (i = 0; i < ROWS(types); i++)
		ck_assert_msg(client_tells(&w, t, types[i]) !=
				      VPNALG_TRANSLATED,
			      "type %u", types[i]);
	m = data_to(t);
	ck_assert_uint_ne(tunnel_says(&w, t, &m), VPNALG_TRANSLATED);
	t->peer = peer;
	t->peer_session = session;
}

START_TEST(a_host_without_a_request_sends_into_nobodys_tunnel)
{
	static const uint16_t ports[] = { L2TP, 40000, 41000 };
	struct tunnel a = begun(_i, 0), b;
	unsigned i;

	for (i = 0; i < ROWS(ports); i++) {
		b = a;
		b.client = CLIENT_B;
		b.port = a.port ? ports[i] : 0;
		nothing_gets_in(&b, &a);
	}
	tunnel_carries(&w, &a, 2);
	ck_assert_uint_eq(server_tells(&w, &a, HELLO), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_host_with_a_tunnel_sends_into_its_own_only)
{
	struct tunnel a = begun(_i, 0), b = begun(_i, 1);

	nothing_gets_in(&b, &a);
	nothing_gets_in(&a, &b);
	tunnel_carries(&w, &a, 2);
	tunnel_carries(&w, &b, 3);
}
END_TEST

/* Version 3: the remote knows a session by its ID alone, whatever the tunnel in
 * which somebody speaks of it. */
START_TEST(a_message_names_no_session_of_another_host)
{
	struct tunnel a = begun(6, 0), b = begun(6, 1);
	struct bytes m = l2tp_control(3, b.peer, 5, CDN);

	l2tp_avp(&m, 63, 4, b.session);
	l2tp_avp(&m, 64, 4, a.peer_session);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_DROP_NO_SESSION);
	m = l2tp_control(3, b.peer, 5, CDN);
	l2tp_avp(&m, 63, 4, a.outside_session);
	l2tp_avp(&m, 64, 4, b.peer_session);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m),
			  a.outside_session == b.session
				  ? VPNALG_TRANSLATED
				  : VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &a, 2);
}
END_TEST

/* A pending SCCRQ is no tunnel: its host completes the one it is answered with,
 * not another's. */
START_TEST(an_scccn_completes_no_tunnel_of_another_host)
{
	struct tunnel a = begun(3, 0), b = carriers[3];

	b.client = CLIENT_B;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	b.peer = a.peer;
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &a, 2);
}
END_TEST

/* A host that claims IDs in advance keeps none from the host that the server
 * gives them to. */
START_TEST(a_claim_does_not_keep_an_id_that_the_server_gives_away)
{
	struct tunnel b = carriers[_i], a;
	struct bytes m = data_to(&b);

	b.client = CLIENT_B;
	b.port = b.port ? 41000 : 0;
	tunnel_says(&w, &b, &m);
	client_tells(&w, &b, HELLO);
	a = begun(_i, 0);
	ck_assert_uint_ne(tunnel_says(&w, &b, &m), VPNALG_TRANSLATED);
	ck_assert_uint_ne(client_tells(&w, &b, STOPCCN), VPNALG_TRANSLATED);
	tunnel_carries(&w, &a, 1);
}
END_TEST

/* Its SCCRQ was not seen, as after a restart of the router: the first that is
 * answered has it. */
START_TEST(a_tunnel_that_is_answered_is_taken_from_nobody)
{
	struct tunnel a = carriers[0], b;
	struct bytes m = data_to(&a);

	a.client = CLIENT_A;
	a.outside = OUTSIDE;
	a.outside_port = 40000;
	a.outside_own = a.own;
	b = a;
	b.client = CLIENT_B;
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_TRANSLATED);
	b.outside_port = get16(l4(&w));
	ck_assert_uint_eq(tunnel_says(&w, &a, &m), VPNALG_TRANSLATED);
	a.outside_port = get16(l4(&w));
	tunnel_carries(&w, &a, 1);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &a, 2);
}
END_TEST

/* Servers that stand behind one address and are distinguished by ports give
 * equal IDs. What is proven so is not refused. */
START_TEST(equal_ids_of_two_ports_get_along)
{
	struct tunnel a = begun(1, 0), b = carriers[0];

	b.client = CLIENT_B;
	tunnel_begin(&w, &b);
	tunnel_carries(&w, &a, 1);
	tunnel_carries(&w, &b, 2);
	ck_assert_uint_eq(client_tells(&w, &b, HELLO), VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_tells(&w, &a, HELLO), VPNALG_TRANSLATED);
	b.client = CLIENT_C;
	ck_assert_uint_eq(client_tells(&w, &b, HELLO), VPNALG_DROP_NO_SESSION);
}
END_TEST

/* The router has forgotten all: the first host has the port, and goes on.
 * Others begin anew, and that ends nothing of the first one's. */
START_TEST(the_first_of_forgotten_tunnels_goes_on_and_others_begin_anew)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, NULL }, { vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct tunnel t[3];
	unsigned i;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = &protocols[_i],
					       .protocol_count = 1 });
	for (i = 0; i < 3; i++) {
		t[i] = carriers[3];
		t[i].client = CLIENT_A + i;
		t[i].peer += i;
		t[i].own += i; /* as the server knows it, too */
		t[i].outside_own = t[i].own;
		t[i].outside = OUTSIDE;
		t[i].outside_port = L2TP;
	}
	tunnel_carries(&w, &t[0], 1);
	ck_assert_uint_eq(client_tells(&w, &t[0], HELLO), VPNALG_TRANSLATED);
	client_tells(&w, &t[1], HELLO);
	for (i = 1; i < 3; i++) {
		t[i].own = 7; /* the first one's */
		t[i].peer += 100;
		tunnel_begin(&w, &t[i]);
		ck_assert_uint_ne(t[i].outside_own, 7);
		tunnel_carries(&w, &t[i], i);
		tunnel_carries(&w, &t[0], i);
		ck_assert_uint_eq(server_tells(&w, &t[0], HELLO),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), t[0].client);
	}
}
END_TEST

/* The remote calls two tunnels the same, as after its restart: it is the one's
 * who hears something. When that one goes the other has it again. */
START_TEST(the_heard_one_of_two_tunnels_has_their_peers_id)
{
	struct tunnel a = begun(3, 0), b;
	struct bytes m = data_to(&a), p;

	begun(3, 1); /* the server is known to have a fixed port */
	tunnel_carries(&w, &a, 1);
	b = carriers[3];
	b.client = CLIENT_C;
	w.now += 29999;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(tunnel_says(&w, &a, &m), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_says(&w, &a, &m), VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &b, 1);
	p = l2tp_packet(OUTSIDE, L2TP, SERVER, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), CLIENT_C);
	w.now += 28999; /* what is heard is noted once a second */
	ck_assert_uint_eq(tunnel_says(&w, &a, &m), VPNALG_DROP_NO_SESSION);
	w.now += 1001;
	tunnel_carries(&w, &a, 2);
	ck_assert_uint_eq(tunnel_says(&w, &b, &m), VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), CLIENT_A);
}
END_TEST

START_TEST(a_peers_id_is_given_back_when_its_newer_holder_has_gone)
{
	struct tunnel a = begun(3, 0), b;

	begun(3, 1);
	b = carriers[3];
	b.client = CLIENT_C;
	w.now += 30000;
	tunnel_begin(&w, &b);
	ck_assert_uint_eq(client_tells(&w, &a, HELLO), VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(client_tells(&w, &b, STOPCCN), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	tunnel_carries(&w, &a, 2);
}
END_TEST

/* The remote goes on with a session, so it has not forgotten the tunnel either:
 * an answer that gives another host the same ID is forged. */
START_TEST(a_tunnel_that_gets_data_is_heard)
{
	struct tunnel a = begun(_i, 0), b;
	unsigned i;

	for (i = 0; i < 10; i++) {
		w.now += 5000;
		tunnel_carries(&w, &a, i);
	}
	b = carriers[_i];
	b.client = CLIENT_B;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(client_tells(&w, &a, HELLO), VPNALG_TRANSLATED);
}
END_TEST

TCase *l2tp_owner_case(void)
{
	TCase *t = tcase_create("whose a tunnel is");
	int all = ROWS(carriers);

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, a_host_without_a_request_sends_into_nobodys_tunnel,
		0, all);
	tcase_add_loop_test(t, a_host_with_a_tunnel_sends_into_its_own_only, 0,
			    all);
	tcase_add_test(t, a_message_names_no_session_of_another_host);
	tcase_add_test(t, an_scccn_completes_no_tunnel_of_another_host);
	tcase_add_loop_test(
		t, a_claim_does_not_keep_an_id_that_the_server_gives_away, 0,
		7);
	tcase_add_test(t, a_tunnel_that_is_answered_is_taken_from_nobody);
	tcase_add_test(t, equal_ids_of_two_ports_get_along);
	tcase_add_loop_test(
		t,
		the_first_of_forgotten_tunnels_goes_on_and_others_begin_anew,
		0, 2);
	tcase_add_test(
		t,
		the_heard_one_of_two_tunnels_has_their_peers_id);
	tcase_add_test(
		t, a_peers_id_is_given_back_when_its_newer_holder_has_gone);
	tcase_add_loop_test(t, a_tunnel_that_gets_data_is_heard, 5, 7);
	return t;
}

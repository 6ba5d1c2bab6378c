/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores that are mirrored: each change of a VPN session is reported. */
#include "session_fail.h"

START_TEST(a_mirrored_store_hears_of_every_change_of_a_pptp_session)
{
	struct bytes start = message(1, 0, 0, 0), ask = message(7, 5, 1, 0);
	struct bytes both = join(&start, &ask);
	uint8_t bytes[2048];
	struct world w;

	mirror_begin(&w);
	w.bytes = bytes;
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 99, 0,
					   SYN, NULL, 0));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000, 199, 100,
			   SYN | ACK, NULL, 0));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 100,
					   200, ACK, both.data, both.length));
	process(&w, VPNALG_IN, gre_packet(SERVER, source(&w), 5, 1));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP,
					   100 + both.length, 200, FIN | ACK,
					   NULL, 0));
	vpnalg_expire(w.alg, BEGINNING + 1000, 1000);
	check_mirror();
	vpnalg_expire(w.alg, BEGINNING + 70000, 1000);
	check_mirror();
	mirror_end(&w);
}
END_TEST

/* The end of a call is told too, and what its connection loses by it. */
START_TEST(a_mirrored_store_hears_of_the_end_of_a_pptp_call)
{
	struct bytes start = message(1, 0, 0, 0), ask = message(7, 5, 1, 0);
	struct bytes back = message(2, 0, 0, 0), reply = message(8, 9, 5, 1);
	struct bytes bye = message(13, 9, 1, 0);
	uint8_t bytes[2048];
	struct world w;

	start = join(&start, &ask);
	back = join(&back, &reply);
	mirror_begin(&w);
	w.bytes = bytes;
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 99, 0,
					   SYN, NULL, 0));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000, 199, 100,
			   SYN | ACK, NULL, 0));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 100,
					   200, ACK, start.data, start.length));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000, 200, 424, ACK,
			   back.data, back.length));
	process(&w, VPNALG_OUT, gre_packet(CLIENT_A, SERVER, 9, 1));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000,
			   200 + back.length, 424, ACK, bye.data, bye.length));
	vpnalg_expire(w.alg, w.now + 100000, 1000);
	check_mirror();
	ck_assert_uint_eq(closed(&w, CALL), 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	mirror_end(&w);
}
END_TEST

static void mirrored_tunnel(struct world *w, struct tunnel *t)
{
	struct bytes m;

	tunnel_requests(w, t);
	check_mirror();
	if (tunnel_is_answered(w, t) != VPNALG_TRANSLATED) {
		check_mirror();
		tunnel_requests(w, t);
		check_mirror();
		tunnel_is_answered(w, t);
	}
	check_mirror();
	ck_assert_uint_eq(tunnel_confirms(w, t), VPNALG_TRANSLATED);
	check_mirror();
	if (t->version == 3) {
		m = l2tp_control(3, t->peer, 1, ICRQ);
		l2tp_avp(&m, 63, 4, t->session);
		tunnel_says(w, t, &m);
		check_mirror();
		t->outside_session = get32(l2tp(w) + 26);
		m = l2tp_control(3, t->outside_own, 1, ICRP);
		l2tp_avp(&m, 63, 4, t->peer_session);
		l2tp_avp(&m, 64, 4, t->outside_session);
		tunnel_hears(w, t, &m);
		check_mirror();
	}
	w->now += 60000;
	tunnel_carries(w, t, 1);
	check_mirror();
	if (t->client == CLIENT_A)
		client_tells(w, t, STOPCCN);
	else
		server_tells(w, t, STOPCCN);
	check_mirror();
	vpnalg_expire(w->alg, w->now + 1, 1000);
	check_mirror();
}

/* With what a moving store moves between calls the mirror could not keep up;
 * the store that is mirrored is the bundled one. */
START_TEST(a_mirrored_store_hears_of_every_change_of_an_l2tp_tunnel)
{
	static const struct tunnel rows[] = {
		{ .port = 40000, .version = 2, .answer_port = 5000 },
		{ .port = L2TP, .version = 2, .fixed_port = true },
		{ .port = L2TP,
		  .version = 2,
		  .fixed_port = true,
		  .hides = true },
		{ .version = 3 },
	};
	struct tunnel t = rows[_i];
	struct world w;

	if (getenv("VPNALG_TEST_STORE") != NULL &&
	    strcmp(getenv("VPNALG_TEST_STORE"), "moving") == 0)
		return;
	l2tp_world(&w, (struct world_options){ .no_undo = true });
	mirror_stand_between(&w);
	for (t.client = CLIENT_A; t.client <= CLIENT_C; t.client++) {
		t.server = SERVER;
		t.own = t.hides ? t.client & 0xffff : 7;
		t.peer = 100 + (t.client & 0xff);
		t.session = 8;
		t.peer_session = t.peer;
		mirrored_tunnel(&w, &t);
	}
	w.store = plain;
	world_end(&w);
}
END_TEST

static void mirrored_exchange(struct world *w, struct ike *k, uint8_t type)
{
	uint32_t id = k->message++;

	ck_assert_uint_eq(ike_out(w, k, type, INITIATOR, id),
			  VPNALG_TRANSLATED);
	check_mirror();
	ck_assert_uint_eq(ike_in(w, k, type, RESPONSE, id),
			  VPNALG_TRANSLATED);
	check_mirror();
}

static void mirrored_packets(struct world *w, struct esp *e, unsigned count)
{
	for (; count > 0; count--) {
		w->now += 900;
		ck_assert_uint_eq(esp_sends(w, e), VPNALG_TRANSLATED);
		check_mirror();
		ck_assert(esp_arrives(w, e));
		check_mirror();
	}
}

/* A host alone with its server. */
START_TEST(a_mirrored_store_hears_of_every_change_of_an_ipsec_session)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct world w;

	if (getenv("VPNALG_TEST_STORE") != NULL &&
	    strcmp(getenv("VPNALG_TEST_STORE"), "moving") == 0)
		return;
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	mirror_stand_between(&w);
	for (; e.out_spi < 0xaa + 6; e.out_spi++, e.in_spi++) {
		mirrored_exchange(&w, &k, IKE_SA_INIT);
		k.spi[1][0] = 7;
		mirrored_exchange(&w, &k, IKE_AUTH);
		mirrored_packets(&w, &e, 12);
		mirrored_exchange(&w, &k, CREATE_CHILD_SA);
		mirrored_exchange(&w, &k, INFORMATIONAL);
		k.spi[1][0] = 0;
		k.spi[0][1]++;
	}
	vpnalg_expire(w.alg, w.now + 1, 1000);
	check_mirror();
	w.store = plain;
	world_end(&w);
}
END_TEST

TCase *session_mirror_vpn_case(void)
{
	TCase *t = tcase_create("mirrored VPNs");

	tcase_add_test(
		t, a_mirrored_store_hears_of_every_change_of_a_pptp_session);
	tcase_add_test(t, a_mirrored_store_hears_of_the_end_of_a_pptp_call);
	tcase_add_loop_test(
		t, a_mirrored_store_hears_of_every_change_of_an_l2tp_tunnel, 0,
		4);
	tcase_add_test(
		t, a_mirrored_store_hears_of_every_change_of_an_ipsec_session);
	return t;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE: the life of sessions, truncated messages, and a store or callback that
 * refuses. */
#include "ipsec_ike.h"

/* A host whose own outside port is another one is answered at port 500: it is
 * told by its SPI, for which there is room, or its first message is dropped. */
START_TEST(a_store_that_fails_costs_the_first_message_of_an_sa)
{
	struct ike b = ike_of(CLIENT_B, SERVER, 3);
	struct ike a = ike_of(CLIENT_A, SERVER, 0);
	uint8_t exchange = IKE_SA_INIT;
	long records;

	client_exchanges(&w, &b, IKE_SA_INIT);
	records = w.records;
	a.fixed_port = true;
	w.fail_in = _i / 2;
	if (_i % 2 == 1) { /* its beginning was not seen */
		exchange = INFORMATIONAL;
		a.spi[1][1] = 7;
	}
	if (ike_out(&w, &a, exchange, INITIATOR, 0) != VPNALG_TRANSLATED) {
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
		ck_assert_int_eq(w.records, records);
	} else {
		ck_assert_uint_eq(ike_in(&w, &a, exchange, RESPONSE, 0),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
	}
	w.fail_in = 0;
	client_exchanges(&w, &a, IKE_SA_INIT);
}
END_TEST

/* Where nothing can be learned of the header, nothing is told by the SPI. */
START_TEST(a_truncated_header_at_port_500_is_nobodys)
{
	struct ike b = ike_of(CLIENT_B, SERVER, 3);
	struct ike a = ike_of(CLIENT_A, SERVER, 0);
	struct bytes m, p;
	uint32_t caplen;

	client_exchanges(&w, &b, IKE_SA_INIT);
	ck_assert_uint_eq(ike_out(&w, &a, IKE_SA_INIT, INITIATOR, 0),
			  VPNALG_TRANSLATED);
	m = ike_message(&a, IKE_SA_INIT, RESPONSE, 0);
	p = udp_packet(SERVER, IKE, OUTSIDE, IKE, m.data, m.length);
	for (caplen = 28; caplen < 28 + 28; caplen++)
		if (send_captured(&w, VPNALG_IN, &p, caplen) ==
		    VPNALG_TRANSLATED)
			ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

START_TEST(other_ports_than_ikes_are_left_alone)
{
	static const uint16_t ports[] = { 499, 501, 4499, 4501, 53, 1701 };
	struct bytes p = udp_packet(CLIENT_A, IKE, SERVER, ports[_i], "x", 1);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = udp_packet(SERVER, ports[_i], OUTSIDE, IKE, "x", 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* RFC 4787 REQ-5, 6: five minutes, and only packets that go out count. */
START_TEST(a_session_lives_five_minutes_after_the_last_packet_out)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	w.options.no_undo = true;
	k.port = k.remote_port = NAT_T;
	client_exchanges(&w, &k, INFORMATIONAL);
	w.now += 299999;
	ck_assert_uint_eq(ike_in(&w, &k, INFORMATIONAL, 0, 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(&w, &k, INFORMATIONAL, INITIATOR, 2),
			  VPNALG_TRANSLATED);
	w.now += 299999;
	ck_assert_uint_eq(ike_in(&w, &k, INFORMATIONAL, 0, 3),
			  VPNALG_TRANSLATED);
	w.now += 30000; /* and the slack */
	ck_assert_uint_eq(ike_in(&w, &k, INFORMATIONAL, 0, 4),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(live(&w, KIND_IKE), 0);
}
END_TEST

START_TEST(the_timeout_is_a_setting)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .timers = { .udp = 2000 } });
	client_exchanges(&w, &k, IKE_SA_INIT);
	world_wait(&w, 1999);
	ck_assert_uint_eq(live(&w, KIND_IKE), 1);
	world_wait(&w, 300);
	ck_assert_uint_eq(live(&w, KIND_IKE), 0);
}
END_TEST

/* The ports of IKE and NAT-T have timers of their own. */
static const struct ike_timer_row {
	uint16_t port;
	vpnalg_time life;
} ike_timer_rows[] = { { IKE, 2000 }, { NAT_T, 4000 } };

START_TEST(ike_and_nat_t_have_timers_of_their_own)
{
	const struct ike_timer_row *row = &ike_timer_rows[_i];
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	k.port = k.remote_port = row->port;
	world_end(&w);
	ipsec_world(&w, (struct world_options){
				.timers = { .ike = 2000, .nat_t = 4000 } });
	client_exchanges(&w, &k, IKE_SA_INIT);
	world_wait(&w, row->life - 1);
	ck_assert_uint_eq(live(&w, KIND_IKE), 1);
	world_wait(&w, row->life / 16 + 1);
	ck_assert_uint_eq(live(&w, KIND_IKE), 0);
}
END_TEST

/* A rekey finds the way as long as there is ESP. */
START_TEST(a_session_lives_as_long_as_its_hosts_esp)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	int i;

	ike_begin(&w, &k);
	for (i = 0; i < 40; i++) {
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
		world_wait(&w, 60000);
	}
	server_exchanges(&w, &k, CREATE_CHILD_SA);
	ck_assert_uint_eq(opened(&w, KIND_IKE), 1);
}
END_TEST

START_TEST(a_choose_callback_that_refuses_stops_ike)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .choosing = CHOOSE_REFUSE });
	ck_assert_uint_eq(ike_out(&w, &k, IKE_SA_INIT, INITIATOR, 0),
			  VPNALG_DROP_REFUSED);
	ck_assert_uint_eq(refused(&w, KIND_IKE), 1);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

TCase *ipsec_ike_life_case(void)
{
	TCase *t = tcase_create("IKE lifetimes");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, a_store_that_fails_costs_the_first_message_of_an_sa, 2, 24);
	tcase_add_test(t, a_truncated_header_at_port_500_is_nobodys);
	tcase_add_loop_test(t, other_ports_than_ikes_are_left_alone, 0, 6);
	tcase_add_test(t,
		       a_session_lives_five_minutes_after_the_last_packet_out);
	tcase_add_test(t, the_timeout_is_a_setting);
	tcase_add_loop_test(t, ike_and_nat_t_have_timers_of_their_own, 0,
			    ROWS(ike_timer_rows));
	tcase_add_test(t, a_session_lives_as_long_as_its_hosts_esp);
	tcase_add_test(t, a_choose_callback_that_refuses_stops_ike);
	return t;
}

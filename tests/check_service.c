/* SPDX-License-Identifier: BSD-2-Clause */
/* Services: servers inside that are reached from outside, added and removed at
 * run time. */
#include "service_plain.h"

/* RFC 6887 11: everybody reaches it, whatever the filtering, and nothing is
 * kept of it. */
START_TEST(a_udp_service_is_reached_by_everybody_whatever_the_filtering)
{
	long records;

	general_world(&w, (struct world_options){
				  .general = { .filtering = (uint8_t)_i } });
	service_add(&w, UDP, 5060, CLIENT_A, 5060);
	records = w.records;
	ck_assert_uint_eq(udp_in(&w, SERVER, 999, 5060), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), 5060);
	ck_assert_uint_eq(w.last.zone, ZONE);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 5060, SERVER, 999), 5060);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 5060, SERVER_2, 7), 5060);
	ck_assert_int_eq(w.records, records);
	end();
}
END_TEST

/* The segments of a connection pass whichever was the first: the router may
 * have been started anew since. */
static const uint8_t segment_rows[] = { SYN, ACK, PSH | ACK, FIN | ACK, RST };

START_TEST(a_tcp_service_takes_every_segment_both_ways)
{
	static const uint8_t out[] = { SYN | ACK, ACK, PSH | ACK, FIN | ACK,
				       RST };

	begin();
	service_add(&w, TCP, 8080, CLIENT_A, 80);
	ck_assert_uint_eq(
		tcp_in(&w, STRANGER, 40000, 8080, segment_rows[_i], 4),
		VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), 80);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 80, STRANGER, 40000, out[_i],
				  4),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(port_from(&w), 8080);
	ck_assert_uint_eq(opened(&w, G_TCP), 0);
	end();
}
END_TEST

START_TEST(a_service_keeps_its_port_from_all_others)
{
	begin();
	service_add(&w, UDP, 5060, CLIENT_A, 5060);
	ck_assert_uint_ne(udp_open(&w, CLIENT_B, 5060, SERVER, 53), 5060);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_B, 5060, SERVER, 53, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 5060); /* TCP's are others */
	end();
}
END_TEST

START_TEST(without_general_traffic_there_is_nobody_for_a_plain_service)
{
	struct vpnalg_service service =
		SERVICE(TCP, OUTSIDE, 8080, CLIENT_A, 80);

	world_begin(&w, NULL);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_NO_HANDLER);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &service, w.now),
			 VPNALG_SERVICE_UNKNOWN);
	world_end(&w);
}
END_TEST

/* RFC 5508 REQ-4: an error about what the server has sent reaches it. */
START_TEST(an_icmp_error_reaches_a_service)
{
	struct bytes p, error;

	begin();
	service_add(&w, TCP, 8080, CLIENT_A, 80);
	p = tcp_packet(OUTSIDE, 8080, STRANGER, 40000, 1, 2, ACK, "x", 1);
	error = icmp_error(SERVER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

/* The outside port is another host's VPN session's towards one remote: that
 * remote does not reach the service there, all others do. */
START_TEST(a_vpn_session_keeps_a_services_port_towards_its_remote)
{
	struct connection c = { 0 };
	struct vpnalg_service service =
		SERVICE(TCP, OUTSIDE, 40000, CLIENT_B, 80);

	general_and_vpn_world(
		&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	start_control(&w, &c, CLIENT_A, 40000, SERVER);
	ck_assert_uint_eq(c.outside_port, 40000);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now), 0);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 999, 40000, SYN, 0),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_B, 80, SERVER, 999, ACK, 0),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(tcp_in(&w, SERVER_2, 999, 40000, SYN, 0),
			  VPNALG_TRANSLATED);
	service_remove(&w, TCP, 40000, CLIENT_B, 80);
	world_end(&w);
}
END_TEST

START_TEST(every_result_has_words)
{
	static const int results[] = {
		VPNALG_SERVICE_DONE, VPNALG_SERVICE_INVALID,
		VPNALG_SERVICE_TAKEN, VPNALG_SERVICE_NO_ROOM,
		VPNALG_SERVICE_NO_HANDLER, VPNALG_SERVICE_UNKNOWN };
	size_t i;

	for (i = 0; i < ROWS(results); i++)
		ck_assert_str_ne(vpnalg_service_text(results[i]), "unknown");
	ck_assert_str_eq(vpnalg_service_text(1), "unknown");
	ck_assert_str_eq(vpnalg_service_text(VPNALG_SERVICE_UNKNOWN - 1),
			 "unknown");
}
END_TEST

/* The ports of VPN servers */

static void begin_vpn(void)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 4 };

	world_begin(&w, &options);
}

/* IKE, NAT-T and L2TP servers need no more than their ports, even where both
 * ends have the same. A host that is a client of such a server keeps its own
 * session. */
static const uint16_t vpn_rows[] = { 500, 4500, 1701 };

START_TEST(a_vpn_server_inside_is_reached_from_the_same_port_and_others)
{
	const uint16_t port = vpn_rows[_i];
	uint16_t outside_port;

	begin_vpn();
	service_add(&w, UDP, port, CLIENT_A, port);
	outside_port = udp_open(&w, CLIENT_B, port, SERVER, port);
	ck_assert_uint_ne(outside_port, port);
	ck_assert_uint_eq(udp_in(&w, SERVER_2, port, port), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), port);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, port, SERVER_2, port), port);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 40000, port),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, port, STRANGER, 40000), port);
	ck_assert_uint_eq(udp_in(&w, SERVER, port, outside_port),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	service_remove(&w, UDP, port, CLIENT_A, port);
	world_end(&w);
}
END_TEST

Suite *service_suite(void)
{
	Suite *suite = suite_create("service");
	TCase *plain = tcase_create("plain");
	TCase *vpn = tcase_create("VPN ports");

	tcase_add_loop_test(
		plain,
		a_udp_service_is_reached_by_everybody_whatever_the_filtering,
		0, 3);
	tcase_add_loop_test(plain, a_tcp_service_takes_every_segment_both_ways,
			    0, ROWS(segment_rows));
	tcase_add_test(plain, a_service_keeps_its_port_from_all_others);
	tcase_add_test(
		plain,
		without_general_traffic_there_is_nobody_for_a_plain_service);
	tcase_add_test(plain, an_icmp_error_reaches_a_service);
	tcase_add_test(plain,
		       a_vpn_session_keeps_a_services_port_towards_its_remote);
	tcase_add_test(plain, every_result_has_words);
	suite_add_tcase(suite, plain);
	tcase_add_loop_test(
		vpn,
		a_vpn_server_inside_is_reached_from_the_same_port_and_others,
		0, ROWS(vpn_rows));
	suite_add_tcase(suite, vpn);
	suite_add_tcase(suite, hairpin_case());
	suite_add_tcase(suite, ipsec_service_case());
	suite_add_tcase(suite, ipsec_responder_case());
	suite_add_tcase(suite, ipsec_hairpin_case());
	suite_add_tcase(suite, pptp_service_case());
	suite_add_tcase(suite, protocol_service_case());
	suite_add_tcase(suite, protocol_service_error_case());
	suite_add_tcase(suite, l2tp_service_case());
	suite_add_tcase(suite, service_hairpin_case());
	suite_add_tcase(suite, service_hairpin_fragment_case());
	suite_add_tcase(suite, service_end_case());
	suite_add_tcase(suite, service_waiting_case());
	suite_add_tcase(suite, transport_service_case());
	suite_add_tcase(suite, transport_service_held_case());
	suite_add_tcase(suite, service_life_case());
	return suite;
}

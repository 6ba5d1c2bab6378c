/* SPDX-License-Identifier: BSD-2-Clause */
/* Services: servers inside that are reached from outside, added and removed at
 * run time. */
#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/ipsec.h>
#include <vpnalg/pptp.h>

static struct world w;

static void begin(void)
{
	general_world(&w,
		      (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	service_remove(&w, UDP, 5060, CLIENT_A, 5060);
	service_remove(&w, TCP, 8080, CLIENT_A, 80);
	service_remove(&w, GRE, 0, CLIENT_B, 0);
	world_end(&w);
}

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

/* What may not be added, and why. */
static const struct service_row {
	const char *what;
	struct vpnalg_service service;
	int result;
} service_rows[] = {
	{ "the same again",
	  SERVICE(UDP, OUTSIDE, 5060, CLIENT_A, 5060), VPNALG_SERVICE_DONE },
	{ "another protocol",
	  SERVICE(TCP, OUTSIDE, 8080, CLIENT_A, 80), VPNALG_SERVICE_DONE },
	{ "another host", SERVICE(UDP, OUTSIDE, 5060, CLIENT_B, 5060),
	  VPNALG_SERVICE_TAKEN },
	{ "another inside port", SERVICE(UDP, OUTSIDE, 5060, CLIENT_A, 5061),
	  VPNALG_SERVICE_TAKEN },
	{ "another outside port", SERVICE(UDP, OUTSIDE, 5061, CLIENT_A, 5060),
	  VPNALG_SERVICE_TAKEN },
	{ "another host's mapping", SERVICE(UDP, OUTSIDE, 40000, CLIENT_B, 7),
	  VPNALG_SERVICE_TAKEN },
	{ "a protocol without ports", SERVICE(GRE, OUTSIDE, 0, CLIENT_B, 0),
	  VPNALG_SERVICE_DONE },
	{ "no protocol with ports",
	  SERVICE(GRE, OUTSIDE, 5062, CLIENT_A, 5062),
	  VPNALG_SERVICE_INVALID },
	{ "an outside port without ports",
	  SERVICE(GRE, OUTSIDE, 5062, CLIENT_A, 0), VPNALG_SERVICE_INVALID },
	{ "an inside port without ports",
	  SERVICE(GRE, OUTSIDE, 0, CLIENT_A, 5062), VPNALG_SERVICE_INVALID },
	{ "TCP without ports", SERVICE(TCP, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "no protocol", SERVICE(0, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "ICMP", SERVICE(ICMP, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "AH", SERVICE(51, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "SCTP without ports", SERVICE(SCTP, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "DCCP without ports", SERVICE(DCCP, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "UDP-Lite without ports", SERVICE(UDPLITE, OUTSIDE, 0, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "outside port 0", SERVICE(UDP, OUTSIDE, 0, CLIENT_A, 5062),
	  VPNALG_SERVICE_INVALID },
	{ "inside port 0", SERVICE(UDP, OUTSIDE, 5062, CLIENT_A, 0),
	  VPNALG_SERVICE_INVALID },
	{ "not our address", SERVICE(UDP, SERVER, 5062, CLIENT_A, 5062),
	  VPNALG_SERVICE_INVALID },
	{ "our address inside", SERVICE(UDP, OUTSIDE, 5062, OUTSIDE, 5062),
	  VPNALG_SERVICE_INVALID },
	{ "nobody's address", SERVICE(UDP, OUTSIDE, 5062, 0xe0000001U, 5062),
	  VPNALG_SERVICE_INVALID },
};

START_TEST(a_service_that_cannot_be_is_refused_with_the_reason)
{
	const struct service_row *row = &service_rows[_i];
	long records;

	begin();
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	service_add(&w, UDP, 5060, CLIENT_A, 5060);
	records = w.records;
	ck_assert_msg(vpnalg_service_add(w.alg, &row->service, w.now) ==
			      row->result, "%s", row->what);
	if (row->result != VPNALG_SERVICE_DONE)
		ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000), VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(a_struct_of_another_version_is_refused)
{
	struct vpnalg_service service =
		SERVICE(UDP, OUTSIDE, 5060, CLIENT_A, 5060);

	begin();
	service.size = 0;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_INVALID);
	ck_assert_int_eq(vpnalg_service_add(w.alg, NULL, w.now),
			 VPNALG_SERVICE_INVALID);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &service, w.now),
			 VPNALG_SERVICE_INVALID);
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

/* RFC 6887 15: a lifetime ends, and adding it again renews it. */
START_TEST(a_service_lives_as_long_as_it_is_renewed)
{
	struct vpnalg_service service =
		SERVICE(UDP, OUTSIDE, 5060, CLIENT_A, 5060);

	begin();
	service.lifetime = 600000;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now), 0);
	world_wait(&w, 599999);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_TRANSLATED);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now), 0);
	world_wait(&w, 599999);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_TRANSLATED);
	w.now++;
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_UNTOUCHED);
	service.lifetime = 0;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now), 0);
	world_wait(&w, 400ULL * 24 * 3600 * 1000);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(a_service_that_is_removed_is_reached_no_more)
{
	struct vpnalg_service service =
		SERVICE(UDP, OUTSIDE, 5060, CLIENT_A, 5060);
	struct vpnalg_service other =
		SERVICE(UDP, OUTSIDE, 5060, CLIENT_B, 5060);

	begin();
	service_add(&w, UDP, 5060, CLIENT_A, 5060);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &other, w.now),
			 VPNALG_SERVICE_UNKNOWN);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &service, w.now),
			 VPNALG_SERVICE_UNKNOWN);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, 5060), VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* A program often opens its port by UPnP when it has sent from there already.
 * Its sessions go on as they were, and what is new leaves by the service. */
static const uint16_t mapped_rows[] = { 5060, 6000 };

START_TEST(a_service_takes_the_place_of_a_mapping_of_its_host)
{
	const uint16_t outside_port = mapped_rows[_i];

	begin();
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 5060, SERVER, 53), 5060);
	service_add(&w, UDP, outside_port, CLIENT_A, 5060);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 5060, SERVER, 53), 5060);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 5060), VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 5060, SERVER_2, 53),
			  outside_port);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, outside_port),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_to(&w), 5060);
	/* Nobody else gets the mapping's port while it has a session. */
	ck_assert_uint_ne(udp_open(&w, CLIENT_B, 5060, SERVER, 53), 5060);
	world_wait(&w, 300000);
	world_wait(&w, 60000);
	ck_assert_uint_eq(closed(&w, G_MAPPING), 2);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 1, outside_port),
			  VPNALG_TRANSLATED);
	service_remove(&w, UDP, outside_port, CLIENT_A, 5060);
	world_end(&w);
}
END_TEST

/* A store that fails costs the call, and nothing that was there. */
START_TEST(a_service_without_room_leaves_all_as_it_was)
{
	struct vpnalg_service service =
		SERVICE(UDP, OUTSIDE, 6000, CLIENT_A, 5060);
	long records;

	begin();
	udp_open(&w, CLIENT_A, 5060, SERVER, 53);
	records = w.records;
	w.fail_in = _i;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_NO_ROOM);
	w.fail_in = 0;
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 5060, SERVER_2, 53), 5060);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 1);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	service_remove(&w, UDP, 6000, CLIENT_A, 5060);
	end();
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
	tcase_add_loop_test(
		plain, a_service_that_cannot_be_is_refused_with_the_reason, 0,
		ROWS(service_rows));
	tcase_add_test(plain, a_struct_of_another_version_is_refused);
	tcase_add_test(
		plain,
		without_general_traffic_there_is_nobody_for_a_plain_service);
	tcase_add_test(plain, a_service_lives_as_long_as_it_is_renewed);
	tcase_add_test(plain, a_service_that_is_removed_is_reached_no_more);
	tcase_add_loop_test(
		plain, a_service_takes_the_place_of_a_mapping_of_its_host, 0,
		ROWS(mapped_rows));
	tcase_add_loop_test(plain, a_service_without_room_leaves_all_as_it_was,
			    1, 4);
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
	suite_add_tcase(suite, service_hairpin_case());
	suite_add_tcase(suite, service_hairpin_fragment_case());
	suite_add_tcase(suite, service_end_case());
	suite_add_tcase(suite, transport_service_case());
	return suite;
}

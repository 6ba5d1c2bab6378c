/* SPDX-License-Identifier: BSD-2-Clause */
/* Services that are added, renewed and removed, and what had their ports. */
#include "service_plain.h"

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

TCase *service_life_case(void)
{
	TCase *t = tcase_create("life");

	tcase_add_test(t, a_service_lives_as_long_as_it_is_renewed);
	tcase_add_test(t, a_service_that_is_removed_is_reached_no_more);
	tcase_add_loop_test(t,
			    a_service_takes_the_place_of_a_mapping_of_its_host,
			    0, ROWS(mapped_rows));
	tcase_add_loop_test(t, a_service_without_room_leaves_all_as_it_was, 1,
			    4);
	tcase_add_loop_test(t,
			    a_service_that_cannot_be_is_refused_with_the_reason,
			    0, ROWS(service_rows));
	tcase_add_test(t, a_struct_of_another_version_is_refused);
	return t;
}

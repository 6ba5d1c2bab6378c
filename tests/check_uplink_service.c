/* SPDX-License-Identifier: BSD-2-Clause */
/* Services and hairpins with several uplinks. */
#include "uplinks.h"

/* Services */

static int serve(uint32_t outside, uint16_t port, bool add)
{
	struct vpnalg_service service =
		SERVICE(UDP, 0U, port, CLIENT_B, 5060);

	put32(service.outside.octets, outside);
	return add ? vpnalg_service_add(w.alg, &service, w.now)
		   : vpnalg_service_remove(w.alg, &service, w.now);
}

/* Whatever the route to who has asked is. */
START_TEST(a_service_answers_from_its_address)
{
	ck_assert_int_eq(serve(OUTSIDE_2, 5061, true), VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(udp_to(SERVER, 99, OUTSIDE_2, 5061),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(udp_by(_i == 0 ? 0 : _i == 1 ? OTHER : NOBODYS,
				 CLIENT_B, 5060, SERVER, 99),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(port_from(&w), 5061);
	ck_assert_int_eq(serve(OUTSIDE_2, 5061, false), VPNALG_SERVICE_DONE);
}
END_TEST

/* The server has sent before, by both uplinks. */
START_TEST(a_service_takes_the_place_of_the_hosts_mapping)
{
	uint32_t outside;

	if (_i == 1)
		udp_by(0, CLIENT_B, 5060, SERVER_2, 99);
	udp_by(OTHER, CLIENT_B, 5060, SERVER, 99);
	outside = source(&w);
	ck_assert_uint_eq(port_from(&w), 5060);
	ck_assert_int_eq(serve(outside, 5060, true), VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(udp_to(STRANGER, 99, outside, 5060),
			  VPNALG_TRANSLATED);
	udp_by(0, CLIENT_B, 5060, STRANGER, 99);
	ck_assert_uint_eq(source(&w), outside);
	ck_assert_uint_eq(port_from(&w), 5060);
	ck_assert_int_eq(serve(outside, 5060, false), VPNALG_SERVICE_DONE);
}
END_TEST

/* A port that another host has is not taken away. */
START_TEST(a_service_does_not_take_another_hosts_mapping)
{
	udp_by(OTHER, CLIENT_A, 5060, SERVER, 99);
	ck_assert_int_eq(serve(source(&w), 5060, true), VPNALG_SERVICE_TAKEN);
}
END_TEST

/* A store that fails leaves the service's port as it was. */
START_TEST(a_service_that_has_no_room_changes_nothing)
{
	uint32_t outside;
	long n;

	udp_by(0, CLIENT_B, 5060, SERVER_2, 99);
	outside = source(&w);
	for (n = 1; n < 4; n++) {
		w.fail_in = n;
		ck_assert_int_eq(serve(OUTSIDE_2, 5061, true),
				 VPNALG_SERVICE_NO_ROOM);
		ck_assert_int_eq(w.fail_in, 0);
		udp_by(0, CLIENT_B, 5060, STRANGER, 99);
		ck_assert_uint_eq(source(&w), outside);
		ck_assert_uint_eq(mapped[0], 1);
	}
}
END_TEST

START_TEST(hairpins_cross_uplinks)
{
	struct bytes p =
		udp_packet(CLIENT_A, 4000, OUTSIDE_2, 5061, "ping", 4);
	uint32_t sender;

	ck_assert_int_eq(serve(OUTSIDE_2, 5061, true), VPNALG_SERVICE_DONE);
	w.uplink = _i ? OTHER : 0;
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), _i ? OTHER : 0);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	sender = source(&w);
	p = udp_packet(CLIENT_B, 5060, sender, port_from(&w), "pong", 4);
	w.uplink = _i ? 0 : OTHER;
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_int_eq(serve(OUTSIDE_2, 5061, false), VPNALG_SERVICE_DONE);
}
END_TEST

/* The source of a packet to another host's VPN session is the mapping of its
 * port on its own uplink, not on another one: the session is with that address.
 */
START_TEST(a_hairpin_is_from_the_address_of_its_uplink)
{
	struct ike k = ike_of(CLIENT_B, 0, 1);
	struct vpnalg_service ike = SERVICE(UDP, 0U, IKE, CLIENT_A, IKE);
	struct bytes p;

	ck_assert_uint_eq(udp_by(0, CLIENT_A, 40000, SERVER, 99),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_by(OTHER, CLIENT_A, 40000, SERVER_2, 99),
			  VPNALG_TRANSLATED);
	k.server = source(&w);
	put32(ike.outside.octets, k.server);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &ike, w.now),
			 VPNALG_SERVICE_DONE);
	w.uplink = OTHER;
	p = ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	p = udp_packet(CLIENT_A, 40000, source(&w), port_from(&w), "pong", 4);
	ck_assert_uint_eq(send_by(_i ? OTHER : 0, &p),
			  _i ? VPNALG_TRANSLATED : VPNALG_UNTOUCHED);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &ike, w.now),
			 VPNALG_SERVICE_DONE);
}
END_TEST

TCase *uplink_service_case(void)
{
	TCase *t = tcase_create("services of uplinks");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_service_answers_from_its_address, 0, 3);
	tcase_add_loop_test(t, a_service_takes_the_place_of_the_hosts_mapping,
			    0, 2);
	tcase_add_test(t, a_service_does_not_take_another_hosts_mapping);
	tcase_add_test(t, a_service_that_has_no_room_changes_nothing);
	tcase_add_loop_test(t, hairpins_cross_uplinks, 0, 2);
	tcase_add_loop_test(t, a_hairpin_is_from_the_address_of_its_uplink, 0,
			    2);
	return t;
}
